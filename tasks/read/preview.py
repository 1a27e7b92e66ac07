"""Shows how a file would be read, from its first documents: what `ingest --dry-run` says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from config.settings import ReadSettings
from tasks.read.batch import read_batch
from tasks.read.input_events import InputMonitor
from tasks.read.kinds import COMPRESSIONS
from tasks.read.outline import FileOutline, outline
from tasks.read.spans import Batch, Span
from tasks.read.understanding import Understood
from tasks.records import Dropped, RawDocument
from tasks.web.json_text import json_of

# So many documents are read of each file; one that has more is estimated by their size.
MOST_PREVIEWED = 500


@dataclass(frozen=True, slots=True)
class InputPreview:
    """How a file would be read.

    Attributes:
        parts: how it is understood: the file itself, or the sheets, tables or members in it.
        documents: how many it has.
        exact: whether `documents` was counted; else it is estimated, or the least there are.
        sample: the first document.
        skipped: of those that were read, how many are skipped for which reason.
        advice: what the first skipped document says about itself.
    """

    parts: tuple[Understood, ...]
    documents: int
    exact: bool
    sample: RawDocument | None
    skipped: Mapping[str, int]
    advice: str


def preview_input(span: Span, columns: Mapping[str, str], settings: ReadSettings) -> InputPreview:
    """Return how a file would be read.

    Args:
        span: the whole file.
        columns: the plan's choice of columns.

    Raises:
        OSError: it cannot be opened.
    """
    found = outline(span.path, columns, settings)
    monitor = InputMonitor()
    batch = Batch(0, (span,), span.bytes)
    read = read_batch(batch, settings, columns, monitor)
    outcomes = list(islice(read, MOST_PREVIEWED + 1))
    documents = [outcome for outcome in outcomes if isinstance(outcome, RawDocument)]
    dropped = [outcome for outcome in outcomes if isinstance(outcome, Dropped)]
    has_more = len(outcomes) > MOST_PREVIEWED
    reports = monitor.reports
    return InputPreview(
        parts=(*reports.inputs.values(), *reports.folders.values()),
        documents=_estimate(outcomes, span, found) if has_more else len(outcomes),
        exact=not has_more,
        sample=documents[0] if documents else None,
        skipped=Counter(one.reason for one in dropped),
        advice=next((one.detail for one in dropped if one.detail), ""),
    )


def _estimate(outcomes: Sequence[RawDocument | Dropped], span: Span, found: FileOutline) -> int:
    """Return the file's size by that of a row; what is compressed has at least what was read."""
    if found.outer in COMPRESSIONS or found.outer is not found.inner.kind:
        return len(outcomes)
    sizes = [len(one.body) + _size_beside(one) for one in outcomes if isinstance(one, RawDocument)]
    return max(len(outcomes), span.bytes * len(outcomes) // max(sum(sizes), 1))


def _size_beside(document: RawDocument) -> int:
    declared = document.declared
    texts = (document.url, declared.title, declared.description, declared.published)
    return sum(len(text) for text in texts if text) + len(json_of(declared.extra) or "") + 100
