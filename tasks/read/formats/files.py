"""Reads a file that is one document; isolates the rule that a truncated document is dropped."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from tasks.read.place import Place, dropped
from tasks.read.saved.companions import mirrored_address
from tasks.read.saved.originals import as_published
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument


def read_document(
    stream: io.BufferedReader, place: Place, media: Literal["html", "text"]
) -> Iterator[RawDocument | Dropped]:
    """Yield the whole stream as one document; drop it if it is truncated, damaged or too large."""
    position = place.tally.claim()
    if position is None:
        return
    cap = place.settings.document_bytes
    body = stream.read(cap + 1)
    fault = fault_of(stream)
    if fault or len(body) > cap:
        reason = fault or Reason.TOO_LARGE
        yield dropped(place.locator, position, reason)
    else:
        yield _with_address(
            RawDocument(locator=place.locator, position=position, media=media, body=body), place
        )


def _with_address(document: RawDocument, place: Place) -> RawDocument | Dropped:
    """Return a page with the address that it names, or else with that of its path in a mirror."""
    page = as_published(document)
    if isinstance(page, RawDocument) and page.url is None and page.media == "html":
        return replace(page, url=mirrored_address(place.path, page.body, place.exists))
    return page
