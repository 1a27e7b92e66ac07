"""Reads the JSON-LD of a page, mends common faults, and finds the node of the article."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from tasks.web.plain import plain
from tasks.web.urls import parts_of

Node = dict[str, Any]

NEWS_TYPES = frozenset(
    {
        "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
        "backgroundnewsarticle", "asknewsarticle", "reviewnewsarticle", "liveblogposting",
    }
)  # fmt: skip
_ARTICLE_TYPES = NEWS_TYPES | {
    "article", "blogposting", "socialmediaposting", "techarticle", "scholarlyarticle", "report",
    "satiricalarticle", "advertisercontentarticle", "medicalscholarlyarticle", "review", "recipe",
}  # fmt: skip
_PAGE_TYPES = frozenset({"webpage", "itempage", "aboutpage", "collectionpage", "medicalwebpage"})
# Nodes below these keys describe other things than the page and its article.
FOREIGN_KEYS = frozenset(
    {
        "itemlistelement", "haspart", "comment", "relatedlink", "author", "publisher", "creator",
        "image", "mentions", "citation", "breadcrumb", "ispartof", "isbasedon", "review",
        "potentialaction", "video", "liveblogupdate", "about", "subjectof", "editor",
        "itemreviewed", "suggestedanswer", "acceptedanswer", "contributor",
    }
)  # fmt: skip
_DEEPEST = 12
_MOST_NODES = 5_000
# Only so many top-level nodes are searched for dates: a page with more lists other things.
MOST_READ = 100

FENCE = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*<!\[CDATA\[\*/")
TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
MISSING_COMMA = re.compile(r"(?<=\})\s*(?=\{)")


@dataclass(slots=True)
class JsonLd:
    """All JSON-LD nodes of a page.

    Attributes:
        nodes: the objects that describe the page itself: top level, `@graph`, `mainEntity`.
        by_id: every object with an `@id`, to resolve references.
        count: the number of objects seen, to bound the work.
        broken: a block was not JSON, even after mending.
    """

    nodes: list[Node] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)
    count: int = 0
    broken: bool = False

    def resolve(self, value: object) -> object:
        """Return the full object for a reference `{"@id": …}`; return any other value as it is."""
        if isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("@id"), str):
            return self.by_id.get(value["@id"], value)
        return value


def read_jsonld(blocks: list[str], most_bytes: int) -> JsonLd:
    """Read all blocks of a page.

    A block with more than `most_bytes` characters is skipped. A broken block sets `broken`.
    """
    found = JsonLd()
    for block in blocks:
        if len(block) > most_bytes or not block.strip():
            continue
        parsed = parse_block(block)
        if parsed is None:
            found.broken = True
        _collect(found, parsed, own=True, depth=0)
    return found


def parse_block(block: str) -> object:
    """Return the JSON value of a block, or None if it cannot be mended.

    Wrong and missing commas, comments and raw line breaks in strings are mended.
    """
    try:
        return orjson.loads(block)
    except (orjson.JSONDecodeError, UnicodeEncodeError):  # lone surrogates cannot be encoded
        pass
    mended = TRAILING_COMMA.sub("", FENCE.sub("", block)).strip().rstrip(";")
    try:
        return json.loads(MISSING_COMMA.sub(",", mended), strict=False)
    except (ValueError, RecursionError):
        return None


def _collect(found: JsonLd, value: object, own: bool, depth: int) -> None:
    """Add the nodes in a JSON value to `found`.

    Args:
        own: the value describes the page itself, not something that it mentions.
    """
    if depth > _DEEPEST or found.count > _MOST_NODES:
        return
    if isinstance(value, list):
        for item in value:
            _collect(found, item, own, depth + 1)
    elif isinstance(value, dict):
        _collect_object(found, value, own, depth)


def _collect_object(found: JsonLd, node: Node, own: bool, depth: int) -> None:
    """Add an object to `found`, then the nodes within it."""
    found.count += 1
    name = node.get("@id")
    # References have the `@id` as well; the object with the most keys is the full one.
    if isinstance(name, str) and len(node) > len(found.by_id.get(name, ())):
        found.by_id[name] = node
    if own and "@type" in node:
        found.nodes.append(node)
    for key, value in node.items():
        if isinstance(value, dict | list):
            _collect(found, value, own and key.lower() not in FOREIGN_KEYS, depth + 1)


def types_of(node: Node) -> tuple[str, ...]:
    """Return the types of a node as written, without the address of the vocabulary."""
    raw = node.get("@type")
    values = raw if isinstance(raw, list) else [raw]
    return tuple(
        value.rsplit("/", 1)[-1].rsplit(":", 1)[-1][:60]
        for value in values
        if isinstance(value, str)
    )


def is_news(node: Node) -> bool:
    """Return whether a node has a type that newsrooms declare; SEO plug-ins write `Article`."""
    return any(name.lower() in NEWS_TYPES for name in types_of(node))


def is_article(node: Node) -> bool:
    """Return whether a node has any type of article."""
    return any(
        name.lower() in _ARTICLE_TYPES or name.lower().endswith("article")
        for name in types_of(node)
    )


def article_node(found: JsonLd, url: str | None) -> Node | None:
    """Return the node of the page's article, or None if it has none.

    Pages list other articles at top level, too. A node with the page's address is preferred, then
    one of the first three: one with a newsroom's type, then one with a date.
    """
    articles = [node for node in found.nodes if is_article(node)]
    if not articles:
        return None
    path = node_path(url) if url else ""
    here = [node for node in articles if path and path in node_addresses(node)]
    return max(here or articles[:3], key=lambda node: (is_news(node), "datePublished" in node))


def node_addresses(node: Node) -> set[str]:
    """Return the paths of the addresses that a node gives as its own."""
    values = [node.get("url"), node.get("@id")]
    page = node.get("mainEntityOfPage")
    values.append(page.get("@id") or page.get("url") if isinstance(page, dict) else page)
    return {node_path(value) for value in values if isinstance(value, str)}


def node_path(url: str) -> str:
    """Return the path of an address without its last slash; "" for a text that is no address."""
    return parts_of(url).path.rstrip("/")


def page_nodes(found: JsonLd) -> list[Node]:
    """Return the nodes that describe the page as a web page, then other nodes with a date."""
    nodes = found.nodes[:MOST_READ]
    pages = [n for n in nodes if any(name.lower() in _PAGE_TYPES for name in types_of(n))]
    others = [n for n in nodes if "datePublished" in n and not any(n is page for page in pages)]
    return pages + others


def strings(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the plain strings of a value: a string, an object with a name, or a list of them."""
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
    """Return the first string of a value, as `strings` yields them, or ""."""
    return next((text for text in strings(value) if text), "")
