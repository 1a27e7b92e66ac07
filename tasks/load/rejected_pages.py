"""Pages that a run has fetched and rejected as taken down: their bytes are removed from `raw/`.

A page is fetched before it is known what it declares. If its canonical address was taken down, or
an imported record holds the page in another form, only its processing shows that. The record is
then replaced by a tombstone of the same length, as a takedown does, before the run ends.
"""

from datetime import UTC, datetime

import pyarrow.compute as pc
import pyarrow.parquet as pq

from config.settings import Settings
from tasks.load.resolve import read_resolved
from tasks.raw.tombstones import offsets_by_file, replace_records, taken_records
from tasks.reasons import Reason
from tasks.runs.run import Run
from warehouse.layout import RAW
from warehouse.schema import DOCUMENTS


def remove_rejected_pages(run: Run, settings: Settings) -> int:
    """Replace the records of a run's pages that were taken down, and return their number.

    It is done after the tables name these pages as rejected, and before the run ends, so that it is
    repeated after a kill. Records that were replaced already are left as they are.
    """
    if not run.fetches or not run.resolved_file.is_file():
        return 0
    count = 0
    for name, offsets in offsets_by_file(_rejected(run)).items():
        path = run.warehouse / name
        if path.is_file() and (found := taken_records(path, offsets, frozenset(), settings.read)):
            replace_records(path, found, datetime.now(UTC))
            count += len(found)
    return count


def _rejected(run: Run) -> list[str]:
    """Return the locators of the run's documents in the raw zone that were taken down."""
    found: list[str] = []
    for file in read_resolved(run).files.get(DOCUMENTS.name, ()):
        rows = pq.read_table(file, columns=["locator", "reason"])
        taken = rows.filter(pc.equal(rows["reason"], str(Reason.TAKEN_DOWN)))
        found += (one for one in taken["locator"].to_pylist() if one.startswith(f"{RAW}/"))
    return found
