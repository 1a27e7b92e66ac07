"""Processes a batch: each raw document becomes one record, in the same order.

No state is kept between documents: the same bytes, settings, version and learned lines give the
same record.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.settings import ProcessSettings
from tasks.boilerplate.remove import NOTHING, Learned, remove_learned_lines
from tasks.process.document import process_document
from tasks.reasons import Reason
from tasks.records import Article, Dropped, RawDocument
from tasks.stories.fingerprints import with_fingerprints

log = logging.getLogger("broadsheet.process")


@dataclass(frozen=True, slots=True)
class Processed:
    """The record of one document, and the seconds that processing took."""

    record: Article | Dropped
    seconds: float


def process_batch(
    documents: Iterable[RawDocument | Dropped],
    settings: ProcessSettings,
    learned: Learned = NOTHING,
) -> Iterator[Processed]:
    """Yield the record of each document; documents that reading dropped pass through.

    Args:
        learned: boilerplate lines learned from each source's articles; they are removed.
    """
    for document in documents:
        started = time.perf_counter()
        record = (
            document if isinstance(document, Dropped) else _guarded(document, settings, learned)
        )
        yield Processed(record, time.perf_counter() - started)


def _guarded(
    document: RawDocument, settings: ProcessSettings, learned: Learned
) -> Article | Dropped:
    """Return the record of a document; an exception becomes the rejection `internal_error`."""
    try:
        record = process_document(document, settings)
        if isinstance(record, Dropped):
            return record
        return with_fingerprints(remove_learned_lines(record, learned, settings.min_words))
    except Exception as error:
        # One document that triggers a defect of ours must not stop the run. The defect is logged
        # with its traceback, and the ledger names the document.
        log.exception("defect locator=%s", document.locator)
        return document.dropped(Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"[:200])
