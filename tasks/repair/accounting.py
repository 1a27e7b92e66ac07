"""The rows of `repairs`: what each file that was set aside held, and how much of it was healed."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.repair.healing import Missing
from tasks.repair.journal import Journal, SetAside
from tasks.repair.tables import Tables
from warehouse.schema import ARTICLE_VERSIONS, DATE_CANDIDATES, DOCUMENTS, RUNS, SUPERSEDED

Lack = dict[tuple[str, str], int]  # rows by table and run
RECORDED = (
    'select "table", held_run_id, sum(rows - healed)::bigint from repairs '
    "where held_run_id is not null group by all"
)


def repair_rows(
    journal: Journal, missing: Mapping[str, Missing], tables: Tables
) -> list[dict[str, Any]]:
    """Return the rows that this repair adds to `repairs`.

    What is missing from the ledger or the versions, and no earlier repair has recorded, is lost.
    Where more was recorded than is missing now, that was healed since.
    """
    lack: Lack = {}
    for one in missing.values():
        lack[DOCUMENTS.name, one.run_id] = one.documents
        lack[ARTICLE_VERSIONS.name, one.run_id] = one.versions
    for table, run_id, lost in tables.rows(RECORDED):
        if table in (DOCUMENTS.name, ARTICLE_VERSIONS.name):
            lack[table, run_id] = lack.get((table, run_id), 0) - lost
    rows = [_row(journal, file, lack, tables) for file in journal.files]
    return [*rows, *_without_file(journal, lack)]


def _row(journal: Journal, file: SetAside, lack: Lack, tables: Tables) -> dict[str, Any]:
    rows, healed = file.rows, 0
    if not file.is_loss:
        rows = 0
    elif file.table in (DOCUMENTS.name, ARTICLE_VERSIONS.name) and file.held_run_id:
        key = (file.table, file.held_run_id)
        most = lack.get(key, 0)
        lost = most if rows is None else max(min(most, rows), 0)
        lack[key] = most - lost
        rows = lost if rows is None else rows
        healed = rows - lost
    elif file.held_run_id:
        healed = _present(file, rows or 0, tables)
    return {
        "run_id": journal.run_id,
        "table": file.table,
        "file": file.file,
        "rows": rows,
        "healed": healed,
        "held_run_id": file.held_run_id,
        "detail": file.detail,
    }


def _present(file: SetAside, rows: int, tables: Tables) -> int:
    """Return how many rows of a file there are again."""
    if file.table == SUPERSEDED.name:
        return rows  # they follow from the versions
    if file.table not in (DATE_CANDIDATES.name, RUNS.name):
        return 0
    query = f"select count(*) from {file.table} where run_id = $run_id"
    [(present,)] = tables.rows(query, run_id=file.held_run_id)
    return min(rows, int(present))


def _without_file(journal: Journal, lack: Lack) -> Iterator[dict[str, Any]]:
    for (table, run_id), lost in sorted(lack.items()):
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
