"""One batch's way: raw documents in, one record each out, in the same order.

Nothing is kept between documents: the same bytes, settings, version and learned lines give the same
record.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.settings import ProcessSettings
from tasks.process.document import process_document
from tasks.process.learned import NOTHING, Learned, without_learned
from tasks.records import Article, Dropped, RawDocument

log = logging.getLogger("broadsheet.process")


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one document, and the seconds that this took."""

    record: Article | Dropped
    seconds: float


def process_batch(
    documents: Iterable[RawDocument | Dropped],
    settings: ProcessSettings,
    learned: Learned = NOTHING,
) -> Iterator[Processed]:
    """Processes documents one by one; what reading dropped passes through."""
    for document in documents:
        started = time.perf_counter()
        record = (
            document if isinstance(document, Dropped) else _guarded(document, settings, learned)
        )
        yield Processed(record, time.perf_counter() - started)


def _guarded(
    document: RawDocument, settings: ProcessSettings, learned: Learned
) -> Article | Dropped:
    try:
        record = process_document(document, settings)
        if isinstance(record, Dropped):
            return record
        return without_learned(record, learned, settings.min_words)
    except Exception as error:
        log.exception("defect locator=%s", document.locator)
        return document.dropped(
            "failed", "internal_error", f"{type(error).__name__}: {error}"[:200]
        )
