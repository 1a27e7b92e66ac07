"""Reads stories of the CNN/DailyMail data set: a text, then a summary.

A line `@highlight` precedes each sentence of the summary.
"""

import io
from collections.abc import Iterator

from tasks.read.formats.paragraphs.text import text_of_bytes
from tasks.read.place import Place
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Declared, Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

_MARK = "@highlight"


def read_story(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the story; its highlights go into `extra` and are not part of the text."""
    cap = place.settings.document_bytes
    data = stream.read(cap + 1)
    fault = fault_of(stream)
    if fault or len(data) > cap:
        yield from place.drop(fault or Reason.TOO_LARGE)
        return
    text, *rest = text_of_bytes(data).split(_MARK)
    position = place.tally.claim()
    if position is None:
        return
    highlights = [line for part in rest if (line := " ".join(part.split()))]
    yield RawDocument(
        locator=place.locator,
        position=position,
        media="text",
        body=text.strip().encode(),
        charset="utf-8",
        declared=Declared(extra={"highlights": highlights}),
    )
