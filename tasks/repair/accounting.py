"""The rows of `repairs`: how many rows each file set aside had held, and how many were restored."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.repair.healing import PARTS_OF_VERSIONS, Missing
from tasks.repair.journal import Journal, SetAside
from tasks.repair.tables import Tables
from warehouse.schema import (
    ARTICLE_VERSIONS,
    DOCUMENTS,
    REVISION_CHANGES,
    REVISIONS,
    RUNS,
    STORY_TABLES,
    SUPERSEDED,
    TAKEDOWNS,
)

_COUNTED = (DOCUMENTS.name, ARTICLE_VERSIONS.name)
LostRows = dict[tuple[str, str], int]  # number of lost rows by table and run
# Tables whose rows always follow from the versions.
DERIVED = (SUPERSEDED, REVISIONS, REVISION_CHANGES, *STORY_TABLES)
RECORDED = (
    'select "table", held_run_id, sum(rows - healed)::bigint from repairs '
    "where held_run_id is not null group by all"
)


def repair_rows(
    journal: Journal,
    missing: Mapping[str, Missing],
    tables: Tables,
    before: Mapping[str, Missing] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows that this repair adds to `repairs`.

    Rows of the ledger and of the versions that are missing now, and that no earlier repair has
    recorded, are lost. If earlier repairs recorded more than is missing now, the difference was
    restored in the meantime, and gets a row of its own.

    Args:
        missing: what each run lacks after this repair has restored what it could.
        before: what each run lacked before that; None if this repair has restored nothing.
    """
    lost_rows = _unrecorded(missing, tables)
    lacked = _unrecorded(missing if before is None else before, tables)
    rows: list[dict[str, Any]] = []
    # Files of one run come first. What they do not explain was in those of several runs.
    for file in sorted(journal.files, key=lambda file: file.held_run_id is None):
        if file.is_loss and file.held_run_id is None and file.table in _COUNTED:
            rows += _rows_of_several_runs(journal, file, lost_rows, lacked)
            continue
        rows.append(_row(journal, file, lost_rows, tables))
        key = (file.table or "", file.held_run_id or "")
        lacked[key] = lacked.get(key, 0) - (file.rows or 0)
    lacking = (missing if before is None else before).values()
    uncounted = _uncounted(rows, {one.run_id for one in lacking if one.lacks_run}, tables)
    return [*rows, *uncounted, *_without_file(journal, lost_rows)]


def _uncounted(
    rows: Sequence[dict[str, Any]], runs: set[str], tables: Tables
) -> list[dict[str, Any]]:
    """Correct the rows of files of runs whose rows in `runs` are lost, too; return further rows.

    Nothing says how many rows such a run had, except for the file that held them. The row in `runs`
    is made again from what is left. So what is lost is recorded without its run, or the totals of
    the run would not agree.
    """
    further = []
    for row in rows:
        of_run = row["held_run_id"]
        if row["table"] not in _COUNTED or not row["healed"] or not runs:
            continue
        if of_run is None:
            present = sum(_present(row["table"], run_id, tables) for run_id in runs)
            row["healed"] = min(row["healed"], present)
        elif of_run in runs:
            lost = row["healed"] - _present(row["table"], of_run, tables)
            if lost > 0:
                row["rows"] -= lost
                row["healed"] -= lost
                detail = f"{row['detail']}; the row of run {of_run} was lost, too"
                missing = {"rows": lost, "healed": 0, "held_run_id": None, "detail": detail}
                further.append({**row, **missing})
    return further


def _present(table: str, run_id: str, tables: Tables) -> int:
    """Return how many rows of a run a table has."""
    query = f"select count(*) from {table} where run_id = $run_id"
    [(present,)] = tables.rows(query, run_id=run_id)
    return int(present)


def _unrecorded(missing: Mapping[str, Missing], tables: Tables) -> LostRows:
    """Return the missing rows without those that earlier repairs have recorded as lost."""
    found: LostRows = {}
    for one in missing.values():
        found[DOCUMENTS.name, one.run_id] = one.documents
        found[ARTICLE_VERSIONS.name, one.run_id] = one.versions
    for table, run_id, recorded in tables.rows(RECORDED):
        if table in _COUNTED:
            found[table, run_id] = found.get((table, run_id), 0) - recorded
    return found


def _row(journal: Journal, file: SetAside, lost_rows: LostRows, tables: Tables) -> dict[str, Any]:
    """Return the row for a file; take its share from `lost_rows`, which its run has only once."""
    rows = file.rows
    healed: int | None = 0
    if not file.is_loss:
        rows = 0
    elif file.table in _COUNTED and file.held_run_id:
        key = (file.table, file.held_run_id)
        most = lost_rows.get(key, 0)
        lost = most if rows is None else max(min(most, rows), 0)
        lost_rows[key] = most - lost
        rows = lost if rows is None else rows
        healed = rows - lost
    elif file.held_run_id:
        healed = _restored(file, rows or 0, tables)
    elif file.table in {table.name for table in (RUNS, TAKEDOWNS, *DERIVED)}:
        healed = rows  # these rows follow from the versions, the ledger and the list of takedowns
    elif file.table in {table.name for table in PARTS_OF_VERSIONS} and rows:
        healed = None  # of a compacted file; nothing says how many such rows each run had
    return {
        "run_id": journal.run_id,
        "table": file.table,
        "file": file.file,
        "rows": rows,
        "healed": healed,
        "held_run_id": file.held_run_id,
        "detail": file.detail,
    }


def _rows_of_several_runs(
    journal: Journal, file: SetAside, lost_rows: LostRows, lacked: LostRows
) -> Iterator[dict[str, Any]]:
    """Yield the rows for a compacted file, one per run whose rows it held.

    The file names no runs. They are those that lacked rows of the table before the repair.
    """
    row = {"run_id": journal.run_id, "table": file.table, "file": file.file, "detail": file.detail}
    left = file.rows or 0
    for key, count in sorted(lacked.items()):
        if key[0] == file.table and (held := min(count, left)) > 0:
            lost = max(min(lost_rows.get(key, 0), held), 0)
            lost_rows[key] = lost_rows.get(key, 0) - lost
            lacked[key] -= held
            left -= held
            yield {**row, "rows": held, "healed": held - lost, "held_run_id": key[1]}
    if left or not file.rows:
        yield {**row, "rows": left, "healed": left, "held_run_id": None}


def _restored(file: SetAside, rows: int, tables: Tables) -> int:
    """Return how many of a file's rows are in the tables again."""
    if file.table in {table.name for table in DERIVED}:
        return rows  # these rows always follow from the versions
    if file.table not in {table.name for table in (RUNS, TAKEDOWNS, *PARTS_OF_VERSIONS)}:
        return 0
    return min(rows, _present(file.table or "", file.held_run_id or "", tables))


def _without_file(journal: Journal, lost_rows: LostRows) -> Iterator[dict[str, Any]]:
    """Yield the rows for losses that no file explains, and for rows that were restored later."""
    for (table, run_id), lost in sorted(lost_rows.items()):
        if lost:
            yield {
                "run_id": journal.run_id,
                "table": table,
                "file": None,
                "rows": max(lost, 0),
                "healed": max(-lost, 0),
                "held_run_id": run_id,
                "detail": "rows are missing" if lost > 0 else "rows were healed later",
            }
