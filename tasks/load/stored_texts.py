"""Compare pages with the stored bytes of versions that another extractor made.

After an upgrade of the extractor, the text of an unchanged page may differ from the stored text.
The page is no revision if the present extractor gets the same text from the stored bytes. Only
pages that would otherwise be revisions are compared in this way. The stored versions do not change.

The stored pages must be read by worker processes, which `resolve` cannot start. The protocol is:

1. `resolve` writes batches of the pages to read into `stored/KEY/N/` in the run's folder, with one
   number N for each choice of columns, and returns None.
2. The pipeline processes the batches with the run's workers and calls `resolve` again.
3. `resolve` chooses the same pages, finds their results, and decides.

KEY is a hash of the chosen pages. A run that was killed therefore finds the batches that are done,
and batches that were chosen from older tables have another KEY and are deleted.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from config.version import code_version
from tasks.boilerplate.in_force import NAME as LEARNED
from tasks.raw.archived import present_path
from tasks.read.fields import column_choice
from tasks.read.lookup import FoundDocument, batches_of, file_of, files_of
from tasks.read.place import PLACE_BITS
from tasks.read.plan import Plan
from tasks.runs.description import as_json
from tasks.runs.run import Run, write_plan
from warehouse.files import write_bytes
from warehouse.format_file import inputs_here
from warehouse.schema import PROCESSED
from warehouse.statements import statement

# Grain: one row per row of the table `compared` whose bytes were found: the document to read.
WANTED = pa.schema(
    [
        pa.field("position", pa.int64()),
        pa.field("version", pa.int32()),
        pa.field("side", pa.string()),
        pa.field("part", pa.int32()),
        pa.field("file", pa.int64()),
        pa.field("locator", pa.string()),
        pa.field("payload_digest", pa.string()),
    ]
)
# Grain: one row per document that was read again.
READ_AGAIN = pa.schema(
    [
        pa.field("part", pa.int32()),
        pa.field("file", pa.int64()),
        *(PROCESSED.field(name) for name in ("position", "locator", "outcome", "step")),
        *(PROCESSED.field(name) for name in ("content_hash", "whole_hash", "payload_digest")),
    ]
)
_Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that may have the bytes of a compared version.

    Attributes:
        position: the position of the capture that is compared with the version.
        side: `before`, `after` or `any`: where the version lies in time, seen from the capture.
        run_id: the run that read the bytes at this place.
        is_raw: whether the place is in the raw zone.
        payload_digest: the digest of the bytes; None if it is not known.
    """

    position: int
    version: int
    side: str
    locator: str
    run_id: str
    is_raw: bool
    payload_digest: str | None


@dataclass(frozen=True, slots=True)
class _Archive:
    """The files that an earlier run read, by locator, and the columns that it chose."""

    files: Mapping[str, str]
    columns: _Columns = ()


class StoredTexts:
    """Compares the captures of a run with stored bytes, within `resolve`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, run: Run) -> None:
        """Take a connection that has the tables of `define_captures` and `runs`."""
        self._connection = connection
        self._run = run
        self._has_verdicts = False

    def compare(self) -> bool:
        """Give stored states the hashes of their texts under the present extractor.

        Returns:
            True if that is done; False if stored pages must be read first (`unread_runs`).
        """
        wanted = _PlaceChooser(self._connection, self._run).choose() if self._is_needed() else []
        folder = self._run.folder / "stored" / _hash_of(wanted)
        # The folder appears by a rename: if it exists, its batches are complete, read or not.
        if wanted and not folder.is_dir():
            shutil.rmtree(folder.parent, ignore_errors=True)  # batches chosen from older tables
            _write(folder, self._run, wanted)
        if _unread(folder):
            return False
        if self._has_verdicts:
            _define_read_again(self._connection, folder)
            for name in ("texts_read_again", "states_read_again", "revisits_read_again"):
                self._connection.execute(statement(name))
        return True

    def mark_unknown_changes(self) -> None:
        """Mark revisions whose earlier bytes are gone. Call it once the documents are decided."""
        if self._has_verdicts:
            self._connection.execute(statement("unknown_changes"))

    def _is_needed(self) -> bool:
        """Return whether a page that looks changed has a stored version of another extractor."""
        self._connection.execute(statement("doubtful"))
        if not _has_rows(self._connection, "doubtful"):
            return False
        values = {"code_version": code_version()}
        self._connection.execute(statement("compared"), values)
        self._has_verdicts = _has_rows(self._connection, "compared")
        return self._has_verdicts


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f"from {table} limit 1").fetchone() is not None


def unread_runs(run: Run) -> list[Run]:
    """Return the unread batches of stored pages, grouped into runs within the run's folder."""
    folders = sorted((run.folder / "stored").glob("[!.]*"))
    return [part for folder in folders for part in _unread(folder)]


def _unread(folder: Path) -> list[Run]:
    return [part for part in _parts(folder) if part.unfinished_batches]


def _parts(folder: Path) -> list[Run]:
    return [Run(folder.name, path.parent) for path in sorted(folder.glob("*/run.json"))]


class _PlaceChooser:
    """Chooses where to read the bytes of each compared version: the nearest existing place."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, run: Run) -> None:
        self._connection = connection
        self._run = run
        self._read = run.description.read
        self._archives: dict[str, _Archive] = {}

    def choose(self) -> list[tuple[_Place, FoundDocument, _Columns]]:
        """Return one place for each row of `compared` whose bytes still exist.

        The rows of `stored_places` come in the order of preference: the first that exists is used.
        """
        chosen: dict[tuple[int, int, str], tuple[_Place, FoundDocument, _Columns]] = {}
        rows = self._connection.execute(statement("stored_places")).fetchall()
        for place in (_Place(*row) for row in rows):
            key = place.position, place.version, place.side
            if key not in chosen and (found := self._find(place)):
                chosen[key] = (place, *found)
        return list(chosen.values())

    def _find(self, place: _Place) -> tuple[FoundDocument, _Columns] | None:
        file = file_of(place.locator)
        if place.is_raw:
            path = present_path(self._run.warehouse, file)
            return (FoundDocument(path, place.locator), ()) if path else None
        if place.run_id not in self._archives:
            self._archives[place.run_id] = self._archive(place.run_id)
        archive = self._archives[place.run_id]
        found = archive.files.get(file)
        return (FoundDocument(found, place.locator), archive.columns) if found else None

    def _archive(self, run_id: str) -> _Archive:
        query = "select inputs, parameters from runs where run_id = $run_id"
        row = self._connection.execute(query, {"run_id": run_id}).fetchone()
        inputs, parameters = row or ((), None)
        columns = column_choice(dict(json.loads(parameters or "{}").get("columns") or ()))
        files = files_of(inputs_here(inputs or (), self._run.warehouse), self._read, columns)
        return _Archive(files, tuple(sorted(columns.items())))


def _hash_of(wanted: Sequence[tuple[_Place, FoundDocument, _Columns]]) -> str:
    chosen = [
        (place.position, place.version, place.side, found.path, found.locator)
        for place, found, _ in wanted
    ]
    return xxhash.xxh3_64_hexdigest(json.dumps(sorted(chosen)).encode())


def _write(
    folder: Path, run: Run, wanted: Sequence[tuple[_Place, FoundDocument, _Columns]]
) -> None:
    """Write the batches of all chosen pages; the rename at the end makes them visible at once."""
    unfinished = folder.with_name(f".{folder.name}")
    rows: list[dict[str, Any]] = []
    for number, columns in enumerate(sorted({columns for _, _, columns in wanted})):
        own = [(place, found) for place, found, chosen in wanted if chosen == columns]
        rows.extend(_write_part(Run(f"{number}", unfinished / f"{number}"), run, columns, own))
    pq.write_table(pa.Table.from_pylist(rows, WANTED), unfinished / "wanted.parquet")
    unfinished.rename(folder)


def _write_part(
    part: Run, run: Run, columns: _Columns, wanted: Sequence[tuple[_Place, FoundDocument]]
) -> Iterator[dict[str, Any]]:
    """Write the batches of pages that need the same columns; yield rows of `WANTED`."""
    part.folder.mkdir(parents=True)
    description = replace(run.description, columns=dict(columns))
    write_bytes(part.folder / "run.json", as_json(description.stored_fields()))
    shutil.copy(run.folder / LEARNED, part.folder / LEARNED)
    batches, numbers = batches_of(list(dict.fromkeys(found for _, found in wanted)))
    write_plan(part, Plan((), (), tuple(batches), dict(columns)))
    for place, found in wanted:
        yield {
            "position": place.position,
            "version": place.version,
            "side": place.side,
            "part": int(part.run_id),
            "file": numbers[found],
            "locator": found.locator,
            "payload_digest": place.payload_digest,
        }


def _define_read_again(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make the tables `wanted` and `read_again`, the present extractor's result for each page."""
    listed = folder / "wanted.parquet"
    wanted = pq.read_table(listed) if listed.is_file() else WANTED.empty_table()
    connection.from_arrow(wanted).to_table("wanted")
    found = [_results(part) for part in _parts(folder)]
    connection.from_arrow(pa.concat_tables([READ_AGAIN.empty_table(), *found])).to_table(
        "read_again"
    )


def _results(part: Run) -> pa.Table:
    """Return the results of a part as rows of `READ_AGAIN`.

    The upper bits of a position are the number of the file.
    """
    names = [name for name in READ_AGAIN.names if name in PROCESSED.names]
    tables = [pq.read_table(path, columns=names) for path in part.parts]
    rows = [row for table in tables for row in table.to_pylist()]
    numbered = [
        {**row, "part": int(part.folder.name), "file": row["position"] >> PLACE_BITS}
        for row in rows
    ]
    return pa.Table.from_pylist(numbered, READ_AGAIN)
