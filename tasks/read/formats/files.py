"""A file that is one document: a saved page or a text."""

import io
from collections.abc import Iterator
from typing import Literal

from tasks.read.place import Place, dropped
from tasks.read.reasons import Reason
from tasks.read.streams import fault_of
from tasks.records import Dropped, RawDocument


def read_document(
    stream: io.BufferedReader, place: Place, media: Literal["html", "text"]
) -> Iterator[RawDocument | Dropped]:
    """The whole stream as one document; half a document is none."""
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
        yield RawDocument(locator=place.locator, position=position, media=media, body=body)
