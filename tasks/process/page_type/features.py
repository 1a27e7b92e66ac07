"""Features by which the page model tells stories from shops, lists, services, forums and manuals.

They are read from the address, the metadata and the outline of the page, not from its extracted
text, so that the model needs no new training when the extractor changes. Counts enter as
log(1 + n); counts of words and tags are also taken per 1,000 words, because a long story mentions
prices and has links, too, but not as densely as a shop.
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import log1p

from selectolax.lexbor import LexborNode

from tasks.process.body.blocks import PageOutline
from tasks.process.markup.parse import ParsedPage
from tasks.process.metadata.model import Metadata
from tasks.process.page_type import signs
from tasks.web.urls import parts_of

_MOST_TEXT = 60_000  # characters of a page that are searched for words
LONG_TEXT = 80  # characters; shorter blocks are captions, prices and teasers
# Shops and lists have many links, pictures and headings; shops and services forms and buttons;
# manuals code and tables.
COUNTED_TAGS = ("a", "form", "input", "button", "img", "h2", "h3", "li", "pre", "code", "tr")
# Words in the path of an address: /2025/03/11/ and long slugs for stories, /product/, /tag/, ...
ADDRESS_SIGNS = {
    "story": signs.STORY_PATH,
    "product": signs.PRODUCT_PATH,
    "collection": signs.COLLECTION_PATH,
    "listing": signs.LISTING_PATH,
    "service": signs.SERVICE_PATH,
    "forum": signs.FORUM_PATH,
    "documentation": signs.DOCUMENTATION_PATH,
}
# Types that a page declares by JSON-LD or og:type. "article" has a feature of its own, because
# many systems declare it on every page.
TYPE_SIGNS = {
    "article": signs.ARTICLE_TYPES - {"article"},
    "product": signs.PRODUCT_TYPES,
    "collection": signs.COLLECTION_TYPES,
    "listing": signs.LISTING_TYPES | {"itemlist"},
    "forum": signs.FORUM_TYPES,
    "service": signs.SERVICE_TYPES,
    "faq": frozenset({"faqpage"}),
    "og_article": frozenset({"article"}),
    "website": frozenset({"website"}),
}
# Phrases are counted as substrings of the text, words as whole words. Each group is typical of one
# kind of page: buttons of shops, controls of search results, offers and self-praise of services,
# and the bylines of blogs and newspapers.
PHRASES = {
    "cart": ("add to cart", "add to bag", "add to basket", "checkout", "warenkorb", "free shipping",
             "in stock", "sold out"),
    "results": ("sort by", " results", "filter", "load more", "per page", "showing ", "view all"),
    "offer": ("get started", "request a", "book a", "book now", "free trial", "get a quote",
              "schedule a", "contact us", "free consultation", "call us", "talk to", "sign up"),
    "clients": ("our service", "our team", "our client", "our customers", "our solution",
                "our experts", "we offer", "we provide", "we help", "why choose", "testimonial",
                "trusted by", "case stud"),
    "story": (" min read", "minute read", "written by", "posted on", "posted by", "posted in",
              "published", "share this", "reading time"),
}  # fmt: skip
# Services speak of "we" and "you", stories quote what somebody "said", forums have threads and
# replies, manuals parameters and syntax.
_WORDS = {
    "we": frozenset({"our", "we", "us"}),
    "you": frozenset({"you", "your"}),
    "said": frozenset({"said", "says", "told", "sagte", "dit", "dijo"}),
    "thread": frozenset(
        "reply replies joined post posts thread threads member members answer answers".split()
    ),
    "manual": frozenset(
        "parameter parameters returns return install syntax deprecated api config default string"
        " function command example examples".split()
    ),
}
CURRENCY = "$€£"
PRICE = re.compile(r"[$€£]\s?\d|\d\s?€")
HEADLINES = ("h2", "h3")
LINK_REACH = 3  # ancestors of a headline among which a link is looked for


def page_features(page: ParsedPage, metadata: Metadata, url: str | None) -> dict[str, float]:
    """Return the features of a page by name, always the same names in the same order."""
    found = dict(_address_features(url or metadata.url_canonical or ""))
    found.update(_metadata_features(metadata))
    found.update(_outline_features(page))
    return found


def _address_features(url: str) -> Iterator[tuple[str, float]]:
    """Yield features of the address: depth, length of the slug, dates, known words and hosts."""
    address = parts_of(url)
    path = address.path.rstrip("/")
    last = path.rpartition("/")[2]
    yield "address depth", float(path.count("/"))
    yield "address words", float(min(12, len(re.findall(r"[-_]", last))))
    yield "address short", float(len(last) <= 12)
    yield "address digits", float(re.search(r"\d{5}", path) is not None)
    yield "address dated", float(re.search(r"/(?:19|20)\d\d/\d", path) is not None)
    yield "address query", float(bool(address.query))
    for name, pattern in ADDRESS_SIGNS.items():
        yield f"address {name}", float(pattern.search(path) is not None)
    host = address.netloc.removeprefix("www.")
    yield "host forum", float(signs.FORUM_HOST.match(host) is not None)
    yield "host manual", float(signs.DOCUMENTATION_HOST.match(host) is not None)
    yield "host blog", float(host.startswith(("blog.", "news.", "magazine.")))


def _metadata_features(metadata: Metadata) -> Iterator[tuple[str, float]]:
    """Yield features of the metadata: declared types, and fields that stories usually have."""
    types = {name.lower().rpartition("/")[2] for name in metadata.page_types}
    for name, known in TYPE_SIGNS.items():
        yield f"type {name}", float(bool(types & known))
    source = metadata.published.source if metadata.published else ""
    yield "date declared", float(source in {"jsonld", "meta", "microdata", "url"})
    yield "date shown", float(source in {"time", "text"})
    yield "authors", float(bool(metadata.authors))
    yield "keywords", float(bool(metadata.keywords))
    yield "section", float(bool(metadata.section))


def _outline_features(page: ParsedPage) -> Iterator[tuple[str, float]]:
    """Yield features of the page's elements and words, menus and footers left out."""
    tags, texts = Counter(page.outline.tags), page.outline.texts
    text = " ".join(texts)[:_MOST_TEXT].lower()
    counts = Counter(text.split())
    words = max(50, counts.total())
    yield "words", log1p(words)
    for tag in COUNTED_TAGS:
        yield f"tag {tag}", log1p(tags[tag])
    for tag in ("a", "img", "button"):
        yield f"density {tag}", log1p(1_000 * tags[tag] / words)
    yield "linked headlines", log1p(linked_headlines(page.outline))
    yield from _long_text_features(texts)
    prices = len(PRICE.findall(text)) if any(sign in text for sign in CURRENCY) else 0
    yield "price", log1p(1_000 * prices / words)
    for name, phrases in PHRASES.items():
        yield f"phrases {name}", log1p(1_000 * sum(map(text.count, phrases)) / words)
    for name, known in _WORDS.items():
        yield f"words {name}", log1p(1_000 * sum(counts[word] for word in known) / words)


def linked_headlines(outline: PageOutline) -> int:
    """Return how many headings of level two and three are links, contain one, or are within one.

    Linked headings are teasers: sections and lists of stories have many, a story has few.
    """
    pairs = zip(outline.elements, outline.tags, strict=True)
    return sum(_is_linked(node) for node, tag in pairs if tag in HEADLINES)


def _is_linked(headline: LexborNode) -> bool:
    """Return whether a headline contains a link or stands in one."""
    if headline.css_first("a[href]") is not None:
        return True
    around = headline.parent
    for _ in range(LINK_REACH):
        if around is None or around.tag == "a":
            break
        around = around.parent
    return around is not None and around.tag == "a"


def _long_text_features(texts: list[str]) -> Iterator[tuple[str, float]]:
    """Yield the number of long blocks and their share of the text: stories consist of them.

    Blocks are counted, not `<p>` elements, because old layouts separate paragraphs by `<br>`.
    """
    lengths = [len(text) for text in texts]
    long = [length for length in lengths if length >= LONG_TEXT]
    yield "long texts", log1p(len(long))
    yield "share in long texts", sum(long) / max(1, sum(lengths))
