"""Roles of HTML elements for the extractor: skipped, inline, or blocks of some kind."""

# The text within these elements is never a part of a story.
SKIPPED = frozenset(
    "head script style noscript template svg math iframe object embed canvas map textarea select"
    " option button audio video datalist meter progress dialog applet frameset rp rt".split()
)
# All other elements begin a block, unknown ones included: custom elements are nearly always boxes.
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label link mark meta"
    " nobr picture q ruby s samp small source span strike strong sub sup time tt u var wbr input"
    " track param area base".split()
)
EMPHASIS = frozenset({"b", "strong"})
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

# What the pass over a page does at an element. Plain integers: the pass compares them for thousands
# of elements per page, and an enum's members are slower.
BOX, SKIP, BREAK, VOID_ELEMENT, PLAIN, LINK, STRONG, QUOTATION = range(8)
ROLES = {
    **dict.fromkeys(_INLINE, PLAIN),
    **dict.fromkeys(VOID & _INLINE, VOID_ELEMENT),
    **dict.fromkeys(EMPHASIS, STRONG),
    **dict.fromkeys(SKIPPED, SKIP),
    "a": LINK,
    "br": BREAK,
    "q": QUOTATION,
}

# Kinds of the element that owns a block. They are features of the model, whose weights rely on
# their order.
KINDS = ("p", "h1", "h2", "h3", "li", "td", "div", "quote", "figcaption", "pre", "dl", "other")
KIND = {name: KINDS.index(name) for name in ("p", "h1", "h2", "h3", "li", "td", "div", "pre")}
KIND |= {name: KINDS.index("h3") for name in ("h4", "h5", "h6")}
KIND |= {name: KINDS.index("td") for name in ("th", "caption")}
KIND |= {name: KINDS.index("dl") for name in ("dt", "dd")}
KIND |= {"blockquote": KINDS.index("quote"), "figcaption": KINDS.index("figcaption")}
OTHER = KINDS.index("other")
HEADINGS = (KIND["h1"], KIND["h2"], KIND["h3"])
