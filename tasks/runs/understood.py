"""Adds up what the readers of a run's batches report of its inputs, for the table `inputs`."""

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from tasks.read.understanding import Understood, understood_from_json
from tasks.runs.run import Run

# Folders of single documents that are listed one by one; a mirror may have one for each page.
MOST_FOLDERS = 500
_ROOT = "./"

# Grain: one row per input that a reader reported, and per folder, kind and encoding of the files
# that are one document each.
UNDERSTOOD = pa.schema(
    [
        ("path", pa.string()),
        ("is_folder", pa.bool_()),
        ("documents", pa.int64()),
        *((name, pa.string()) for name in ("kind", "encoding", "dialect", "mapping", "detail")),
    ]
)


def define_understood(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Make the table `understood`: what the readers reported, one row per input."""
    inputs: dict[str, Understood] = {}
    folders: list[Understood] = []
    for report in _reports(run):
        for one in map(understood_from_json, report["inputs"]):
            _add(inputs, one.path, one)
        folders += map(understood_from_json, report["folders"])
    rows = [_row(one, is_folder=False) for one in inputs.values()]
    rows += [_row(one, is_folder=True) for one in _added_up(folders)]
    connection.from_arrow(pa.Table.from_pylist(rows, UNDERSTOOD)).to_table("understood")


def _reports(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the reports of each finished batch; older versions of Broadsheet wrote none."""
    for done in sorted((run.folder / "done").glob("*.json")):
        report: dict[str, Any] | None = orjson.loads(done.read_bytes()).get("understood")
        if report:
            yield report


def _added_up(folders: Iterable[Understood]) -> Iterable[Understood]:
    """Return one report per folder, kind and encoding; one for all folders if there are many."""
    folders = list(folders)
    if len({one.path for one in folders}) > MOST_FOLDERS:
        for one in folders:
            one.path = _ROOT
    found: dict[tuple[str, ...], Understood] = {}
    for one in folders:
        _add(found, (one.path, one.kind, one.encoding), one)
    return found.values()


def _add(found: dict[Any, Understood], key: Any, one: Understood) -> None:
    if key in found:
        found[key].add(one)
    else:
        found[key] = one


def _row(one: Understood, *, is_folder: bool) -> dict[str, Any]:
    mapping = one.mapping()
    return {
        "path": one.path,
        "is_folder": is_folder,
        "documents": one.documents,
        "kind": one.kind or None,
        "encoding": one.encoding or None,
        "dialect": one.dialect or None,
        "mapping": orjson.dumps(mapping).decode() if mapping else None,
        "detail": one.detail or None,
    }
