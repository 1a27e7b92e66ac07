"""Reads what a page declares about its use: licence, reservations against mining, free access."""

from collections.abc import Iterator
from itertools import chain

from tasks.process.metadata.elements import Elements
from tasks.process.metadata.jsonld import JsonLd, Node, page_nodes, strings
from tasks.web.plain import plain

ROBOTS = ("robots", "googlebot", "googlebot-news", "bingbot")
RESERVATIONS = frozenset({"noai", "noimageai", "noindex", "noarchive", "nosnippet"})
MOST_RIGHTS = 20
FREE = frozenset({"free", "open", "false-paywall"})
LOCKED = frozenset({"locked", "metered", "paid", "premium", "subscriber", "subscription"})

_Headers = tuple[tuple[str, str], ...]


def read_rights(elements: Elements, article: Node | None, headers: _Headers) -> tuple[str, ...]:
    """Return the declarations in document order: `license:URL`, `noai`, `tdm-reservation:1`, ..."""
    licences = _licences(elements, article, headers)
    found = dict.fromkeys(
        chain(licences, _robots(elements, headers), _reservations(elements, headers))
    )
    return tuple(found)[:MOST_RIGHTS]


def _licences(elements: Elements, article: Node | None, headers: _Headers) -> Iterator[str]:
    """Yield the licences in links, JSON-LD, metas and headers."""
    for rel, attributes in elements.links:
        if "license" in rel.split() and attributes.get("href"):
            yield f"license:{plain(attributes['href'], 300)}"
    for value in strings((article or {}).get("license")):
        if value:
            yield f"license:{value[:300]}"
    for content in elements.meta("dcterms.license", "dc.rights.license"):
        yield f"license:{plain(content, 300)}"
    for name, value in headers:
        if name.lower() == "link" and "license" in value.lower():
            yield f"license:{plain(value.partition('>')[0].lstrip(' <'), 300)}"


def _robots(elements: Elements, headers: _Headers) -> Iterator[str]:
    """Yield the reservations in robots metas and `X-Robots-Tag` headers."""
    values = elements.meta(*ROBOTS)
    values += [value for name, value in headers if name.lower() == "x-robots-tag"]
    for value in values:
        for word in value[:500].lower().replace(":", ",").split(","):
            if word.strip() in RESERVATIONS:
                yield word.strip()


def _reservations(elements: Elements, headers: _Headers) -> Iterator[str]:
    """Yield the declarations of the TDM Reservation Protocol.

    See https://www.w3.org/community/reports/tdmrep/.
    """
    for name in ("tdm-reservation", "tdm-policy"):
        values = elements.meta(name)
        values += [value for header, value in headers if header.lower() == name]
        for value in values:
            yield f"{name}:{plain(value, 300)}"


def is_free_to_read(elements: Elements, jsonld: JsonLd, article: Node | None) -> bool | None:
    """Return whether the page declares that it is free to read; None if it does not say.

    JSON-LD `isAccessibleForFree` comes first, then a content-tier meta.
    """
    for node in [*([article] if article else []), *page_nodes(jsonld)]:
        answer = _truth(node.get("isAccessibleForFree"))
        if answer is not None:
            return answer
    for content in elements.meta("article:content_tier", "content_tier", "og:article:content_tier"):
        word = content.strip().lower()
        if word in FREE or word in LOCKED:
            return word in FREE
    return None


def _truth(value: object) -> bool | None:
    """Return a boolean that may be written as a string; None for any other value."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    return None
