"""Compares pages with the stored bytes of versions that another extractor made.

After an upgrade a page that nobody changed has another text than the stored one. It is no revision
if the present extractor makes that text of the stored bytes, too. Only pages that would be
revisions otherwise are compared in this way; the stored versions stay as they are.

`resolve` writes what is to be read as batches into `stored/KEY/` in the run's folder, a folder for
each choice of columns, and returns. The pipeline reads them with the run's workers and calls
`resolve` again. KEY is a hash of all that is to be read, so a run that was killed finds what is
done, and batches that were chosen from older tables are not taken for it.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from config.settings import ReadSettings
from tasks.learned_lines import NAME as LEARNED
from tasks.read.again import Found, batches_of, file_of, files_of
from tasks.read.fields import column_choice
from tasks.read.locators import path_of
from tasks.read.place import PLACE_BITS
from tasks.read.plan import Plan
from tasks.runs import Run, write_plan
from warehouse.files import write_bytes
from warehouse.schema import PROCESSED
from warehouse.statements import statement

# Grain: one row per row of the table `compared`: the document whose bytes are read for it.
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
Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the bytes of a compared version may lie.

    Attributes:
        is_raw: whether it lies in the raw zone.
        payload_digest: of these bytes, where it is known.
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
    """The files that an earlier run read, by their locators, and the columns that it chose."""

    files: Mapping[str, str]
    columns: Columns = ()


class StoredTexts:
    """Compares the captures of a run with stored bytes, within `resolve`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, run: Run) -> None:
        """
        Args:
            connection: with the tables that resolving reads, `captures` among them, and `runs`.
        """
        self._connection = connection
        self._run = run
        self._has_verdicts = False

    def compare(self) -> bool:
        """Gives captures of unchanged pages the hashes of the versions that they repeat.

        Returns:
            Whether that is done; False if stored pages are to be read first (`unread_runs`).
        """
        wanted = _Wanted(self._connection, self._run).choose() if self._is_needed() else []
        folder = self._run.folder / "stored" / _key(wanted)
        if wanted and not folder.is_dir():
            shutil.rmtree(folder.parent, ignore_errors=True)  # chosen from older tables
            _write(folder, self._run, wanted)
        if _unread(folder):
            return False
        if self._has_verdicts:
            _define_read_again(self._connection, folder)
            self._connection.execute(statement("texts_read_again"))
            self._connection.execute(statement("captures_read_again"))
        return True

    def mark_unknown_changes(self) -> None:
        """Marks revisions whose earlier bytes are gone; after the documents were decided."""
        if self._has_verdicts:
            self._connection.execute(statement("unknown_changes"))

    def _is_needed(self) -> bool:
        """Whether a page that looks changed has a stored version of another extractor."""
        self._connection.execute(statement("doubtful"))
        if not _has_rows(self._connection, "doubtful"):
            return False
        values = {"code_version": version("broadsheet")}
        self._connection.execute(statement("compared"), values)
        self._has_verdicts = _has_rows(self._connection, "compared")
        return self._has_verdicts


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f"from {table} limit 1").fetchone() is not None


def unread_runs(run: Run) -> list[Run]:
    """Return what is still to be read, each as a run with batches of its own."""
    folders = sorted((run.folder / "stored").glob("[!.]*"))
    return [part for folder in folders for part in _unread(folder)]


def _unread(folder: Path) -> list[Run]:
    return [part for part in _parts(folder) if part.unfinished_batches]


def _parts(folder: Path) -> list[Run]:
    return [Run(folder.name, path.parent) for path in sorted(folder.glob("*/run.json"))]


class _Wanted:
    """Chooses for each compared version bytes that are there, the nearest in time first."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, run: Run) -> None:
        self._connection = connection
        self._run = run
        self._read = ReadSettings.model_validate(run.description()["read"])
        self._archives: dict[str, _Archive] = {}

    def choose(self) -> list[tuple[_Place, Found, Columns]]:
        """At most one place per row of `compared`; none where the bytes are gone."""
        chosen: dict[tuple[int, int, str], tuple[_Place, Found, Columns]] = {}
        rows = self._connection.execute(statement("stored_places")).fetchall()
        for place in (_Place(*row) for row in rows):
            key = place.position, place.version, place.side
            if key not in chosen and (found := self._find(place)):
                chosen[key] = (place, *found)
        return list(chosen.values())

    def _find(self, place: _Place) -> tuple[Found, Columns] | None:
        file = file_of(place.locator)
        if place.is_raw:
            path = self._run.warehouse / file
            return (Found(str(path), place.locator), ()) if path.is_file() else None
        if place.run_id not in self._archives:
            self._archives[place.run_id] = self._archive(place.run_id)
        archive = self._archives[place.run_id]
        found = archive.files.get(file)
        return (Found(found, place.locator), archive.columns) if found else None

    def _archive(self, run_id: str) -> _Archive:
        query = "select inputs, parameters from runs where run_id = $run_id"
        row = self._connection.execute(query, {"run_id": run_id}).fetchone()
        inputs, parameters = row or ((), None)
        columns = column_choice(dict(json.loads(parameters or "{}").get("columns") or ()))
        files = files_of(map(path_of, inputs or ()), self._read, columns)
        return _Archive(files, tuple(sorted(columns.items())))


def _key(wanted: Sequence[tuple[_Place, Found, Columns]]) -> str:
    chosen = [
        (place.position, place.version, place.side, found.path, found.locator)
        for place, found, _ in wanted
    ]
    return xxhash.xxh3_64_hexdigest(json.dumps(sorted(chosen)).encode())


def _write(folder: Path, run: Run, wanted: Sequence[tuple[_Place, Found, Columns]]) -> None:
    """Writes all that is to be read, all or nothing."""
    aside = folder.with_name(f".{folder.name}")
    rows: list[dict[str, Any]] = []
    for number, columns in enumerate(sorted({columns for _, _, columns in wanted})):
        own = [(place, found) for place, found, chosen in wanted if chosen == columns]
        rows.extend(_write_part(Run(f"{number}", aside / f"{number}"), run, columns, own))
    pq.write_table(pa.Table.from_pylist(rows, WANTED), aside / "wanted.parquet")
    aside.rename(folder)


def _write_part(
    part: Run, run: Run, columns: Columns, wanted: Sequence[tuple[_Place, Found]]
) -> Iterator[dict[str, Any]]:
    """Writes the batches that need the same columns; gives rows of `WANTED`."""
    part.folder.mkdir(parents=True)
    described = {**run.description(), "columns": dict(columns)}
    write_bytes(part.folder / "run.json", orjson.dumps(described))
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
    """Makes `wanted`, and `read_again`: what the present extractor makes of the stored bytes."""
    listed = folder / "wanted.parquet"
    wanted = pq.read_table(listed) if listed.is_file() else WANTED.empty_table()
    connection.from_arrow(wanted).to_table("wanted")
    found = [_results(part) for part in _parts(folder)]
    connection.from_arrow(pa.concat_tables([READ_AGAIN.empty_table(), *found])).to_table(
        "read_again"
    )


def _results(part: Run) -> pa.Table:
    """Rows of `READ_AGAIN`. A position begins with the number of the file."""
    names = [name for name in READ_AGAIN.names if name in PROCESSED.names]
    tables = [pq.read_table(path, columns=names) for path in part.parts]
    rows = [row for table in tables for row in table.to_pylist()]
    numbered = [
        {**row, "part": int(part.folder.name), "file": row["position"] >> PLACE_BITS}
        for row in rows
    ]
    return pa.Table.from_pylist(numbered, READ_AGAIN)
