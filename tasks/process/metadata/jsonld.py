"""JSON-LD: every block of a page, read with tolerance, and the node that is the article."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from tasks.process.metadata.plain import plain
from tasks.process.urls import parts_of

Node = dict[str, Any]

NEWS_TYPES = frozenset(
    {
        "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
        "backgroundnewsarticle", "asknewsarticle", "reviewnewsarticle", "liveblogposting",
    }
)  # fmt: skip
ARTICLE_TYPES = NEWS_TYPES | {
    "article", "blogposting", "socialmediaposting", "techarticle", "scholarlyarticle", "report",
    "satiricalarticle", "advertisercontentarticle", "medicalscholarlyarticle", "review", "recipe",
}  # fmt: skip
PAGE_TYPES = frozenset({"webpage", "itempage", "aboutpage", "collectionpage", "medicalwebpage"})
# Nodes below these are other things than the page's article.
FOREIGN_KEYS = frozenset(
    {
        "itemlistelement", "haspart", "comment", "relatedlink", "author", "publisher", "creator",
        "image", "mentions", "citation", "breadcrumb", "ispartof", "isbasedon", "review",
        "potentialaction", "video", "liveblogupdate", "about", "subjectof", "editor",
        "itemreviewed", "suggestedanswer", "acceptedanswer", "contributor",
    }
)  # fmt: skip
DEEPEST = 12
MOST_NODES = 5_000
# A page that has more nodes of its own lists other things.
MOST_READ = 100

FENCE = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*<!\[CDATA\[\*/")
TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
MISSING_COMMA = re.compile(r"(?<=\})\s*(?=\{)")


@dataclass(slots=True)
class JsonLd:
    """All nodes of a page.

    Attributes:
        nodes: objects that stand for the page itself: top level, `@graph`, `mainEntity`.
        by_id: every object with an `@id`, to resolve references.
        broken: a block was not JSON, even after the second try.
    """

    nodes: list[Node] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)
    count: int = 0
    broken: bool = False

    def resolve(self, value: object) -> object:
        """The full object for a bare reference `{"@id": …}`; anything else as it is."""
        if isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("@id"), str):
            return self.by_id.get(value["@id"], value)
        return value


def read_jsonld(blocks: list[str], most_bytes: int) -> JsonLd:
    """Parses the blocks; one over `most_bytes` is left out, one that is broken is flagged."""
    found = JsonLd()
    for block in blocks:
        if len(block) > most_bytes or not block.strip():
            continue
        parsed = parse_block(block)
        if parsed is None:
            found.broken = True
        _gather(found, parsed, own=True, depth=0)
    return found


def parse_block(block: str) -> object:
    """The JSON value of a block, or None; commas, comments and raw newlines are mended."""
    try:
        return orjson.loads(block)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    mended = TRAILING_COMMA.sub("", FENCE.sub("", block)).strip().rstrip(";")
    try:
        return json.loads(MISSING_COMMA.sub(",", mended), strict=False)
    except (ValueError, RecursionError):
        return None


def _gather(found: JsonLd, value: object, own: bool, depth: int) -> None:
    if depth > DEEPEST or found.count > MOST_NODES:
        return
    if isinstance(value, list):
        for item in value:
            _gather(found, item, own, depth + 1)
    elif isinstance(value, dict):
        _gather_object(found, value, own, depth)


def _gather_object(found: JsonLd, node: Node, own: bool, depth: int) -> None:
    found.count += 1
    name = node.get("@id")
    if isinstance(name, str) and len(node) > len(found.by_id.get(name, ())):
        found.by_id[name] = node
    if own and "@type" in node:
        found.nodes.append(node)
    for key, value in node.items():
        if isinstance(value, dict | list):
            _gather(found, value, own and key.lower() not in FOREIGN_KEYS, depth + 1)


def types_of(node: Node) -> tuple[str, ...]:
    """The `@type`s as written, without the vocabulary's address."""
    raw = node.get("@type")
    values = raw if isinstance(raw, list) else [raw]
    return tuple(
        value.rsplit("/", 1)[-1].rsplit(":", 1)[-1][:60]
        for value in values
        if isinstance(value, str)
    )


def is_news(node: Node) -> bool:
    """Whether a newsroom's own type is declared; SEO plug-ins write `Article`."""
    return any(name.lower() in NEWS_TYPES for name in types_of(node))


def is_article(node: Node) -> bool:
    """Whether any type of article is declared."""
    return any(
        name.lower() in ARTICLE_TYPES or name.lower().endswith("article") for name in types_of(node)
    )


def article_node(found: JsonLd, url: str | None) -> Node | None:
    """The node of the page's article: the one with the page's address, else the fullest news node.

    Pages list other articles at top level too; those have other addresses.
    """
    articles = [node for node in found.nodes if is_article(node)]
    if not articles:
        return None
    path = path_of(url) if url else ""
    here = [node for node in articles if path and path in addresses(node)]
    return max(here or articles[:3], key=lambda node: (is_news(node), "datePublished" in node))


def addresses(node: Node) -> set[str]:
    """The paths that a node gives as its own address."""
    values = [node.get("url"), node.get("@id")]
    page = node.get("mainEntityOfPage")
    values.append(page.get("@id") or page.get("url") if isinstance(page, dict) else page)
    return {path_of(value) for value in values if isinstance(value, str)}


def path_of(url: str) -> str:
    """The path of an address without its last slash; "" for what is none."""
    return parts_of(url).path.rstrip("/")


def page_nodes(found: JsonLd) -> list[Node]:
    """The nodes that describe the page as a web page, then others that carry a date."""
    nodes = found.nodes[:MOST_READ]
    pages = [n for n in nodes if any(name.lower() in PAGE_TYPES for name in types_of(n))]
    others = [n for n in nodes if "datePublished" in n and not any(n is page for page in pages)]
    return pages + others


def strings(value: object, depth: int = 0) -> Iterator[str]:
    """Plain strings of a value that may be a string, a named object or a list of these."""
    if isinstance(value, str):
        yield plain(value)
    elif isinstance(value, dict):
        for key in ("name", "@value", "url"):
            if isinstance(value.get(key), str):
                yield plain(value[key])
                break
    elif isinstance(value, list) and depth < 3:
        for item in value[:200]:
            yield from strings(item, depth + 1)


def first_string(value: object) -> str:
    """The first of `strings`, or ""."""
    return next((text for text in strings(value) if text), "")
