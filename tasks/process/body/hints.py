"""Hints about an element's contents, read from its tag and its names, as bits of an integer.

The patterns are words that content management systems use in classes and ids, most in English, some
in the languages of publishers who name classes in their own. They are features of a model, which
weighs them: no single word decides. The order of the names is the order of the model's weights.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

HINT_NAMES: Final = {
    "comment": r"comment|disqus|respond|repl(?:y|ies)|kommentar|discussion",
    "share": r"shar(?:e|ing)|social|follow|addtoany|teilen|facebook|twitter|whatsapp",
    "related": r"relat|recommend|read-?more|read-?next|also|recirc|similar|further|onward|suggest"
    r"|you-?may|outbrain|taboola|more-|-more|zum-thema|verwandt|weiter",
    "popular": r"popular|trending|most-?(?:read|viewed)|latest|breaking|top-?(?:stories|news)",
    "teaser": r"teaser|promo|\bcards?\b|-card|card-|tease|preview|thumb",
    "carousel": r"carousel|slide|swiper|slick|gallery|galerie",
    "navigation": r"nav|menu|breadcrumb|toolbar|pagina|pager|skip|\btoc|table-of|search",
    "footer": r"foot|copyright|legal|colophon|disclaimer",
    "side": r"side|aside|rail|widget|secondary|complementary|right",
    "newsletter": r"newsletter|subscri|sign-?up|regist|log-?in|donat|member|support|inbox",
    "advert": r"\bads?\b|advert|ad-|-ad\b|sponsor|banner|dfp|gpt|werbung|anzeige|affiliate|commerc",
    "shop": r"shop|product|price|\bbuy|cart|store|deal",
    "consent": r"cookie|consent|gdpr|privacy|modal|popup|overlay|dialog|lightbox|toast|alert",
    "author": r"author|byline|\bbio|-bio|writer|contributor|profile|autor|about|avatar",
    "caption": r"caption|credit|legend|bildunter",
    "media": r"figure|image|img|photo|media|picture|video|player|audio|foto|bild|embed",
    "topic": r"tags?\b|tag-|topic|categor|keyword|label|kicker|eyebrow",
    "meta": r"meta|date|time|publish|stamp|info",
    "hidden": r"hidden|sr-only|visually|screen-?reader|\bhide\b|\bd-none|print|collapse",
    "body": r"(?:article|story|post|entry|content|page|main|text|news)[-_]{0,2}(?:body|content|text"
    r"|copy|main)|body[-_]?(?:text|copy|content)|rich-?text|prose|wysiwyg|articlebody|artikeltext",
    "article": r"article|story|post|entry|artikel|articulo|notice|news|blog",
    "content": r"content|body|text|main|copy",
    "paragraph": r"paragraph|\bpar\b|\bp\b|absatz|text-?block",
    "lead": r"lead|lede|summary|intro|\bdek|deck|standfirst|excerpt|sub-?(?:title|head|line)"
    r"|abstract|descri|vorspann|chapo|bajada|entradilla",
    "headline": r"headline|title|heading|header",
    "quote": r"quote|pull",
    "live": r"live|ticker|update|timeline",
    "list": r"list|grid|feed|stream|archive|items?\b|collection",
    "note": r"correction|note|disclosure|source|reference|faq|accordion|question",
    "control": r"button|btn|icon|\bcta|tooltip|\btabs?\b|toggle|expand|form|input",
}
_TAGS: Final = {
    "nav": "nav menu",
    "aside": "aside",
    "footer": "footer",
    "header": "header hgroup",
    "form": "form fieldset",
    "figure": "figure figcaption",
    "blockquote": "blockquote",
    "table": "table",
    "list": "ul ol",
    "item": "li",
    "article": "article",
    "main": "main",
    "section": "section",
    "heading": "h1 h2 h3 h4 h5 h6",
    "definitions": "dl",
    "details": "details summary",
    "custom": "",  # elements that the page defines: their names have a hyphen
}
HINTS: Final = (*(f"name_{name}" for name in HINT_NAMES), *(f"tag_{name}" for name in _TAGS))
CUSTOM_ELEMENT: Final = 1 << (len(HINTS) - 1)
HIDDEN: Final = 1 << tuple(HINT_NAMES).index("hidden")

# Elements that may be left out of the outline, by their tag or by their names (see `blocks`).
NAVIGATION: Final = 1 << HINTS.index("tag_nav")
FOOTER: Final = 1 << HINTS.index("tag_footer")
ANY_FOOTER: Final = FOOTER | 1 << HINTS.index("name_footer")
ARTICLE: Final = 1 << HINTS.index("tag_article")
NAMED_ARTICLE: Final = 1 << HINTS.index("name_article")
MAYBE_LEFT_OUT: Final = (
    NAVIGATION
    | ANY_FOOTER
    | sum(1 << HINTS.index(name) for name in ("name_navigation", "name_consent"))
)

# Hints that speak against an element, unless it holds the headline or most of the text.
NEGATIVE_HINTS: Final = sum(
    1 << HINTS.index(name)
    for name in (
        *(f"name_{name}" for name in HINT_NAMES if name not in
          ("body", "article", "content", "paragraph", "lead", "headline", "quote", "live")),
        "tag_nav", "tag_aside", "tag_footer", "tag_form", "tag_header", "tag_figure",
    )
)  # fmt: skip


def _grouped(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that matches where any of several does; it groups them by first letters.

    A search for the alternatives one after the other takes twice as long.
    """
    groups: dict[str, list[str]] = {}
    # A bar in brackets divides no alternatives.
    for alternative in re.findall(r"(?:\([^()]*\)|[^|()])++", "|".join(patterns)):
        letter = alternative[:1] if alternative[:1].isalpha() else ""
        groups.setdefault(letter, []).append(alternative.removeprefix(letter))
    return re.compile("|".join(f"{one}(?:{'|'.join(rest)})" for one, rest in groups.items()))


_PATTERNS = tuple((1 << i, re.compile(words)) for i, words in enumerate(HINT_NAMES.values()))
_ANY_PATTERN = _grouped(HINT_NAMES.values())
_CAMEL_CASE = re.compile("(?<=[a-z])(?=[A-Z])")
# Patterns that match two words at once ("read-more"), and the ends of the first words of these.
_TWO_WORD_PATTERNS = tuple(
    _PATTERNS[list(HINT_NAMES).index(name)]
    for name in ("related", "popular", "navigation", "newsletter", "hidden", "body", "paragraph",
                 "lead")
)  # fmt: skip
_ANY_PAIR = _grouped(pattern.pattern for _, pattern in _TWO_WORD_PATTERNS)
_FIRST_WORDS = (
    "read-", "you-", "zum-", "most-", "top-", "table-", "sign-", "log-", "sr-", "screen-",
    "article-", "story-", "post-", "entry-", "content-", "page-", "main-", "text-", "news-",
    "body-", "rich-", "sub-", "d-",
)  # fmt: skip
_FIRST_OF_PAIR = 1 << len(HINTS)  # a bit beside those of the hints
_TAG_BITS = {
    tag: 1 << (len(HINT_NAMES) + i) for i, tags in enumerate(_TAGS.values()) for tag in tags.split()
}
_NAMING = frozenset("class id role itemprop data-testid data-component aria-label".split())
_HIDING = {
    "hidden": re.compile(""),
    "aria-hidden": re.compile("true"),
    "style": re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden"),
}
_LONGEST = 200  # characters of an attribute that are searched


def hints_of(tag: str, attributes: dict[str, str | None]) -> int:
    """Return the hints of one element: bit n stands for the n-th name in `HINTS`."""
    bits = _TAG_BITS.get(tag, CUSTOM_ELEMENT if "-" in tag else 0)
    if not attributes:
        return bits
    for name, value in attributes.items():
        if name in _NAMING:
            bits |= hints_in((value or "")[:_LONGEST])
        elif name in _HIDING and _HIDING[name].search((value or "")[:_LONGEST]):
            bits |= HIDDEN
    return bits


@lru_cache(maxsize=50_000)
def hints_in(names: str) -> int:
    """Return the hints of the value of a class, id or similar attribute.

    Three caches make this fast. A page repeats its class attributes a hundred times, and so do all
    pages of a site: that is the cache of this function. A new site has hundreds of new attributes,
    which combine fewer names, and most words of these names are known from other sites. So names
    and their words are cached, too.
    """
    bits = 0
    for name in names.split():
        bits |= _hints_of_name(name)
    return bits


@lru_cache(maxsize=50_000)
def _hints_of_name(name: str) -> int:
    """Return the hints of one name.

    The patterns are matched word by word. Whole names are searched only by the few patterns that
    span two words.
    """
    bits = 0
    name = _CAMEL_CASE.sub("-", name).lower().replace("_", "-")
    words = name.split("-")
    for number, word in enumerate(words):
        # Patterns such as `-card` and `tag-` ask whether another word stands before or after.
        before, after = "-" if number else "", "-" if number < len(words) - 1 else ""
        bits |= _hints_of_word(f"{before}{word}{after}")
    if not bits & _FIRST_OF_PAIR:
        return bits
    if _ANY_PAIR.search(name):
        bits |= sum(bit for bit, pattern in _TWO_WORD_PATTERNS if pattern.search(name))
    return bits ^ _FIRST_OF_PAIR


@lru_cache(maxsize=50_000)
def _hints_of_word(word: str) -> int:
    """Return the hints of one word, which has hyphens where other words stand beside it.

    The bit `_FIRST_OF_PAIR` says that the word may be the first one of a pair.
    """
    bits = _FIRST_OF_PAIR if word.endswith(_FIRST_WORDS) else 0
    if _ANY_PATTERN.search(word):  # a tenth of all words
        bits |= sum(bit for bit, pattern in _PATTERNS if pattern.search(word))
    return bits
