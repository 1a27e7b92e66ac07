"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import orjson

from tasks.discover.addresses import page_address
from tasks.discover.model import Listed, Listing
from tasks.process.charset import decode
from tasks.process.metadata.plain import plain
from tasks.read.json_elements import elements

_ITEMS = re.compile(rb'"items"\s*:\s*\[')
_ITEM_BYTES = 10_000_000


def looks_like_json(content: bytes) -> bool:
    """Whether it begins as an object of JSON does."""
    return content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read_json_feed(content: bytes, url: str) -> Listing:
    """The items of a JSON Feed; of a broken one those before the break."""
    text = decode(content, None).text.encode()
    fault = None
    try:
        feed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        feed = {"items": list(_items_before_the_break(text))}
        fault = f"broken JSON: {error}"[:200]
    items = feed.get("items")
    if not isinstance(items, list):
        return Listing("feed", fault="JSON without a list of items: no JSON Feed")
    read = [_entry(item, url) for item in items if isinstance(item, dict)]
    entries = tuple(entry for entry in read if entry)
    return Listing(
        "feed",
        entries,
        fault=fault,
        unlinked=len(items) - len(entries),
        title=plain(feed.get("title")) or None,
    )


def _items_before_the_break(text: bytes) -> Iterator[Any]:
    found = _ITEMS.search(text)
    if found is None:
        return
    for element in elements(BytesIO(text[found.end() - 1 :]), _ITEM_BYTES):
        if not element.whole:
            return
        with suppress(orjson.JSONDecodeError):
            yield orjson.loads(element.data)


def _entry(item: dict[str, Any], base: str) -> Listed | None:
    written = (item.get("url"), item.get("id"), item.get("external_url"))
    addresses = (page_address(one, base if one is not item.get("id") else "") for one in written)
    url = next(filter(None, addresses), None)
    if url is None:
        return None
    return Listed(
        url,
        title=plain(item.get("title"), 1000) or None,
        published=plain(item.get("date_published"), 100) or None,
        modified=plain(item.get("date_modified"), 100) or None,
        authors=tuple(dict.fromkeys(_authors(item))),
    )


def _authors(item: dict[str, Any]) -> Iterator[str]:
    """Version 1.0 has one `author`, 1.1 a list of `authors`."""
    authors = item.get("authors")
    for author in authors if isinstance(authors, list) else [item.get("author")]:
        name = plain(author.get("name"), 200) if isinstance(author, dict) else ""
        if name:
            yield name
