"""Reads `.webarchive` files: a binary property list with a page and what it needs, as Safari saves.

The library of the standard distribution reads them whole, so they have a limit of their own.
"""

import io
import plistlib
from collections.abc import Iterator

from tasks.read.place import Place
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_MOST_BYTES = 64_000_000


def read_webarchive(stream: io.BufferedReader, place: Place) -> Iterator[RawDocument | Dropped]:
    """Yield the main resource of a web archive if it is a page."""
    data = stream.read(_MOST_BYTES + 1)
    if (fault := fault_of(stream)) or len(data) > _MOST_BYTES:
        yield from place.drop(fault or Reason.TOO_LARGE, "a .webarchive file")
        return
    main = _main_resource(data)
    body = main.get("WebResourceData")
    if not isinstance(body, bytes):
        yield from place.drop(Reason.CORRUPT, "a .webarchive file without a page")
    elif "html" not in str(main.get("WebResourceMIMEType", "text/html")):
        yield from place.drop(Reason.NOT_HTML, str(main["WebResourceMIMEType"])[:100])
    elif len(body) > place.settings.document_bytes:
        yield from place.drop(Reason.TOO_LARGE, "the page of a .webarchive file", size=len(body))
    elif (position := place.tally.claim()) is not None:
        yield _document(main, body, place, position)


def _document(main: dict[str, object], body: bytes, place: Place, position: int) -> RawDocument:
    url, charset = main.get("WebResourceURL"), main.get("WebResourceTextEncodingName")
    return RawDocument(
        locator=place.locator,
        position=position,
        media="html",
        body=body,
        url=url if isinstance(url, str) and url.startswith(("http:", "https:")) else None,
        charset=charset if isinstance(charset, str) and charset else None,
        headers=(("content-type", str(main.get("WebResourceMIMEType", "text/html"))),),
    )


def _main_resource(data: bytes) -> dict[str, object]:
    try:
        content = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    # A damaged list raises errors of many kinds, which the library does not document.
    except Exception:  # noqa: BLE001
        return {}
    main = content.get("WebMainResource") if isinstance(content, dict) else None
    return main if isinstance(main, dict) else {}
