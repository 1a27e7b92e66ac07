"""Comparison of each new version with the version before it, for the table `revisions`.

Which versions are compared is decided in SQL (`warehouse/sql/revisions/version_pairs.sql`): those
whose present pair has no complete comparison in the tables. So it does not matter in which order
versions are loaded, or which rows a repair found to be lost. The texts are compared in Python, and
the results are stored as Parquet parts, from which the rows of both tables are made.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.load.look_up import files_of_wanted_days, is_narrowed
from tasks.revisions.compare import Revision, VersionContent, compare
from tasks.revisions.paragraphs import ComparedParagraph, numbered
from warehouse.reading import read_files
from warehouse.schema import ARTICLE_VERSIONS, REVISION_CHANGES, REVISIONS
from warehouse.snapshots import Snapshot
from warehouse.statements import statement

# The texts of so many pairs are in memory at once.
PAIRS_AT_ONCE = 4_000
_FROM_PAIRS = {
    *("article_id", "version", "previous_version", "change_reason", "comparison", "run_id"),
}
_COLUMNS = [column for column in REVISIONS if column.name not in _FROM_PAIRS]
_CHANGE = pa.struct(
    [pa.field(c.name, c.type) for c in REVISION_CHANGES if c.name not in _FROM_PAIRS]
)
# Grain: one row per pair of versions that was compared.
_COMPARED = pa.schema(
    [
        pa.field("number", pa.int64()),
        *(pa.field(column.name, column.type) for column in _COLUMNS),
        pa.field("changes", pa.list_(pa.field("element", _CHANGE))),
    ]
)

# Versions in the tables that a run compares: all, or those of the days that concern it.
_ALL_VERSIONS = "union all by name from versions_stored"
_WANTED_VERSIONS = (
    "union all by name select * from versions_stored semi join wanted_dates using (published_date) "
    "union all by name select * from versions_stored where published_date is null"
)

_Connection = duckdb.DuckDBPyConnection
_Place = tuple[str, int]  # a Parquet file, and the number of a row in it, from 0


def compare_new_versions(
    connection: _Connection,
    folder: Path,
    snapshot: Snapshot,
    written: Sequence[str],
) -> None:
    """Compare the versions of a run with those before them, and make the view `compared_versions`.

    Reads the table `decided`. If the warehouse has no comparison yet, because it is of an older
    Broadsheet, the versions of all articles are compared.

    Args:
        folder: the folder of the run.
        snapshot: the tables of the warehouse.
        written: the run's files of `article_versions`.
    """
    stored = snapshot.files
    is_first = len(stored[REVISIONS.name]) == 1
    articles = "select article_id from decided where outcome = 'revised'"
    articles += " union select article_id from superseded" if is_first else ""
    connection.execute(f"create or replace temp table compared_articles as {articles}")
    for table, name in ((REVISIONS, "revisions_stored"), (REVISION_CHANGES, "changes_stored")):
        read_files(connection, stored[table.name], table.arrow).create_view(name)
    if is_first or not is_narrowed(connection):
        files, wanted = stored[ARTICLE_VERSIONS.name], _ALL_VERSIONS
    else:
        files, wanted = files_of_wanted_days(connection, snapshot), _WANTED_VERSIONS
    schema_file, *_ = files
    for name, paths in (("versions_stored", files), ("versions_written", [schema_file, *written])):
        rows = read_files(connection, paths, ARTICLE_VERSIONS.arrow, with_places=True)
        rows.create_view(name, replace=True)
    connection.execute(f"create or replace view versions_now as from versions_written {wanted}")
    _compare_pairs(connection, folder)


def compare_stored_versions(connection: _Connection, folder: Path, versions: Sequence[str]) -> None:
    """Compare all versions whose comparisons are missing, and make the view `compared_versions`.

    Reads the tables of the warehouse under their own names.

    Args:
        folder: where the results are stored until the caller has written them to the tables.
        versions: the files of `article_versions`, of which the first has all columns.
    """
    connection.execute(
        "create or replace temp table compared_articles as "
        "select article_id from article_versions group by all having count(*) > 1"
    )
    for table, name in ((REVISIONS, "revisions_stored"), (REVISION_CHANGES, "changes_stored")):
        connection.execute(f"create or replace temp view {name} as from {table.name}")
    rows = read_files(connection, versions, ARTICLE_VERSIONS.arrow, with_places=True)
    rows.create_view("versions_now", replace=True)
    _compare_pairs(connection, folder)


def _compare_pairs(connection: _Connection, folder: Path) -> None:
    """Make `version_pairs` and `compared_versions`.

    Reads `compared_articles`, `versions_now`, `revisions_stored` and `changes_stored`.
    """
    connection.execute("drop view if exists compared_versions")
    parts = folder / "compared"
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir()
    connection.execute(statement("version_pairs"))
    [(pairs,)] = connection.execute("select count(*) from version_pairs").fetchall()
    files = [parts / "none.parquet"]
    pq.write_table(_COMPARED.empty_table(), files[0])
    for first in range(1, pairs + 1, PAIRS_AT_ONCE):
        files.append(parts / f"{first:09}.parquet")
        limits = {"first": first, "last": first + PAIRS_AT_ONCE - 1}
        found = connection.execute(statement("places_of_pairs"), limits).fetchall()
        pq.write_table(_compared(found), files[-1], compression="zstd")
    connection.read_parquet([*map(str, files)]).create_view("compared_versions")


def _compared(pairs: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Return the comparisons of pairs, which are given as rows of places_of_pairs.sql."""
    places = {place for *_, a, b, c, d in pairs for place in ((a, b), (c, d))}
    versions = {place: _version(row) for place, row in _rows_at(places)}
    rows = [
        {"number": number, **_compared_row(versions[a, b], versions[c, d], change_reason)}
        for number, change_reason, a, b, c, d in pairs
    ]
    return pa.Table.from_pylist(rows, _COMPARED)


def _rows_at(places: Iterable[_Place]) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Yield the rows of `article_versions` at these places, with the columns that are compared.

    Only their row groups are read. A join in DuckDB would decompress the texts of all versions: 14
    seconds of processor time for 5 million.
    """
    by_file: dict[str, list[int]] = {}
    for file, row in sorted(places):
        by_file.setdefault(file, []).append(row)
    for name, rows in by_file.items():
        with pq.ParquetFile(name) as file:
            yield from (((name, row), fields) for row, fields in _rows_of_file(file, rows))


def _rows_of_file(
    file: pq.ParquetFile, rows: Sequence[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield these rows of a file, which are in ascending order, each with its number."""
    columns = [name for name in VersionContent.__slots__ if name in file.schema_arrow.names]
    end = 0
    for group in range(file.num_row_groups):
        first, end = end, end + file.metadata.row_group(group).num_rows
        if wanted := [row for row in rows if first <= row < end]:
            table = file.read_row_group(group, columns)
            yield from zip(wanted, table.take([r - first for r in wanted]).to_pylist(), strict=True)


def _version(row: Mapping[str, Any]) -> VersionContent | None:
    """Return the content of a version; None if its text was removed by `prune`."""
    if row["text"] is None:
        return None
    lists = {name: tuple(row.get(name) or ()) for name in ("authors", "learned_lines")}
    return VersionContent(**{**row, **lists})


def _compared_row(
    old: VersionContent | None, new: VersionContent | None, change_reason: str
) -> dict[str, Any]:
    """Return the comparison of two versions; nothing but NULL if a text is gone."""
    if old is None or new is None:
        return {column.name: None for column in _COLUMNS} | {"paragraphs_changed": 0, "changes": []}
    return _row(compare(old, new), change_reason)


def _row(revision: Revision, change_reason: str) -> dict[str, Any]:
    changes = [_change(*one) for one in numbered(revision.paragraphs)]
    computed = {
        "is_silent": revision.is_silent(change_reason),
        "paragraphs_changed": len(changes),
        "changes": changes,
    }
    names = (column.name for column in _COLUMNS if column.name not in computed)
    return computed | {name: getattr(revision, name) for name in names}


def _change(position: int, paragraph: ComparedParagraph) -> dict[str, Any]:
    words = [(run.operation, run.text) for run in paragraph.words]
    return {
        "position": position,
        "operation": paragraph.operation,
        "old_text": paragraph.old,
        "new_text": paragraph.new,
        "words": orjson.dumps(words).decode() if words else None,
    }
