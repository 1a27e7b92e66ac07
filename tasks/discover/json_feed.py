"""Reading of feeds in JSON, which feedparser does not support.

JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), and the list of posts of WordPress
(https://developer.wordpress.org/rest-api/reference/posts/).
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import orjson

from tasks.discover.addresses import page_address
from tasks.discover.model import ListedPage, Listing
from tasks.read.formats.json_elements import elements
from tasks.web.charset import decode
from tasks.web.plain import plain

_ITEMS = re.compile(rb'(?:\A\s*|"items"\s*:\s*)\[')
_ITEM_BYTES = 10_000_000


def looks_like_json(content: bytes) -> bool:
    """Return whether the content begins like a JSON object or array."""
    return content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


def read_json_feed(content: bytes, url: str) -> Listing:
    """Return the items of a feed in JSON; of a broken feed those that can be read."""
    text = decode(content, None).text.encode()
    fault = None
    try:
        feed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        feed = {"items": list(_items_of_a_broken_feed(text))}
        fault = f"broken JSON: {error}"[:200]
    if isinstance(feed, list):
        feed = {"items": feed}
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


def _items_of_a_broken_feed(text: bytes) -> Iterator[Any]:
    """Yield the items before the place where the JSON is broken."""
    found = _ITEMS.search(text)
    if found is None:
        return
    for element in elements(BytesIO(text[found.end() - 1 :]), _ITEM_BYTES):
        if not element.whole:
            return
        with suppress(orjson.JSONDecodeError):
            yield orjson.loads(element.data)


def _entry(item: dict[str, Any], base: str) -> ListedPage | None:
    identity = item.get("id")
    written = (item.get("url"), item.get("link"), identity, item.get("external_url"))
    addresses = (page_address(one, base if one is not identity else "") for one in written)
    url = next(filter(None, addresses), None)
    if url is None:
        return None
    title = item.get("title")
    return ListedPage(
        url,
        title=plain(title.get("rendered") if isinstance(title, dict) else title, 1000) or None,
        published=_date(item, "date_published", "date_gmt"),
        modified=_date(item, "date_modified", "modified_gmt"),
        authors=tuple(dict.fromkeys(_authors(item))),
    )


def _date(item: dict[str, Any], name: str, in_utc: str) -> str | None:
    """Return a date as written; "Z" is added to WordPress's dates in UTC, which lack it."""
    if written := plain(item.get(name), 100):
        return written
    written = plain(item.get(in_utc), 100)
    return f"{written}Z" if written else None


def _authors(item: dict[str, Any]) -> Iterator[str]:
    """Yield the names of authors: version 1.0 has one `author`, 1.1 a list of `authors`."""
    authors = item.get("authors")
    for author in authors if isinstance(authors, list) else [item.get("author")]:
        name = plain(author.get("name"), 200) if isinstance(author, dict) else ""
        if name:
            yield name
