"""Files of a warehouse beside its tables and WARC files that may hold a page or its address."""

import mmap
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from config.settings import LoadSettings, Settings
from tasks.takedown.model import HoldingPlace, TakenArticle
from tasks.takedown.rules import TAKEDOWN_RULES
from warehouse.files import fsync, parquet_fault, written_aside
from warehouse.lake import Lake
from warehouse.layout import DAMAGED, REPORT, RUNS_FOLDER, SEARCH, SERVICE
from warehouse.publish import publish, remove_unfinished_publications
from warehouse.schema import TABLES
from warehouse.search.folders import index_folders
from warehouse.snapshots import take_snapshot

_DATABASES = (".db", ".db-wal", ".db-shm", ".db-journal", ".sqlite")
_DROPPED = (
    "article_id in (select article_id from taken_articles) or url in (select url from taken_urls)"
)


def needles(articles: Sequence[TakenArticle]) -> list[bytes]:
    """Return the addresses of articles as bytes, the longest first."""
    found = {url.encode() for one in articles for url in one.urls}
    return sorted(found, key=len, reverse=True)


def places_elsewhere(
    warehouse: Path, connection: duckdb.DuckDBPyConnection, articles: Sequence[TakenArticle]
) -> list[HoldingPlace]:
    """Return the files outside tables and raw zone that hold one of the articles.

    The connection has the tables of `define_taken`.
    """
    found = []
    for path, rows in _parquet_files(warehouse, connection):
        name = str(path.relative_to(warehouse))
        if rows is None:
            detail = "is damaged and may hold the page: remove it yourself"
            found.append(HoldingPlace(name, None, detail, stays=True))
        elif rows:
            found.append(HoldingPlace(name, rows, "rows of a file that a repair set aside"))
    for path in _texts_with(warehouse, needles(articles)):
        name = str(path.relative_to(warehouse))
        if _is_overwritten(path, warehouse):
            found.append(HoldingPlace(name, None, "holds the address"))
        else:
            found.append(
                HoldingPlace(name, None, "holds the address: remove it yourself", stays=True)
            )
    for folder, detail in (
        (SEARCH, "is made from the articles, and is made anew"),
        (REPORT, "is made from the articles, and is removed"),
    ):
        if (warehouse / folder).exists():
            found.append(HoldingPlace(folder, None, detail))
    return found


def clean_elsewhere(
    warehouse: Path,
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[TakenArticle],
    settings: LoadSettings,
) -> None:
    """Remove articles from these files, except from those that a person has to remove."""
    for path, rows in _parquet_files(warehouse, connection):
        if rows:
            _rewrite(path, connection, settings)
    values = needles(articles)
    for path in _texts_with(warehouse, values):
        if _is_overwritten(path, warehouse):
            overwrite_bytes(path, values)


def publish_anew(lake: Lake, settings: Settings) -> None:
    """Publish the tables, and remove what was made of them before: search indexes and the report.

    `broadsheet report` or the next night makes the report again.
    """
    warehouse = lake.root.parent
    remove_unfinished_publications(warehouse)
    replaced = index_folders(warehouse)
    publish(warehouse, take_snapshot(lake), settings, index_anew=True)
    for folder in (*replaced, warehouse / REPORT):
        if folder.exists():
            shutil.rmtree(folder)


def unfinished_files_with(folder: Path, articles: Sequence[TakenArticle]) -> Iterator[Path]:
    """Yield the files of an unfinished run that hold one of the addresses."""
    values = needles(articles)
    for path in sorted(folder.rglob("*.json*")):
        if path.is_file() and holds_any(path, values):
            yield path


def holds_any(path: Path, values: Collection[bytes]) -> bool:
    """Return whether a file holds one of the values as they are."""
    if not values or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(value) >= 0 for value in values)


def overwrite_bytes(path: Path, values: Collection[bytes]) -> None:
    """Overwrite each value with asterisks, in place, because a process may have a log open."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        for value in values:
            at = content.find(value)
            while at >= 0:
                content[at : at + len(value)] = b"*" * len(value)
                at = content.find(value, at + len(value))
        content.flush()
    fsync(path)


def _parquet_files(
    warehouse: Path, connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[Path, int | None]]:
    """Yield each Parquet file that a repair set aside, with its rows of the articles.

    None instead of a number: the file cannot be read.
    """
    for path in sorted((warehouse / DAMAGED).rglob("*.parquet")):
        try:
            if parquet_fault(path):
                yield path, None
            elif condition := _condition(path):
                [(rows,)] = connection.execute(
                    f"select count(*) from read_parquet($file) where {condition}",
                    {"file": str(path)},
                ).fetchall()
                pq.read_table(path)  # a column that the condition does not read may be damaged
                yield path, rows
        except (duckdb.Error, OSError, ValueError):
            yield path, None


def _condition(path: Path) -> str | None:
    """Return the condition on the rows that are removed; None if the file cannot hold any."""
    names = set(pq.read_schema(path).names)
    table = next((one for one in TABLES if one.name in path.parts), None)
    if table is not None and TAKEDOWN_RULES[table.name] is None:
        return None
    parts = [
        part
        for column, part in zip(("article_id", "url"), _DROPPED.split(" or "), strict=True)
        if column in names
    ]
    if "content_hash" in names and "other_hash" in names:
        parts = [
            f"{column} in (select content_hash from taken_texts)"
            for column in ("content_hash", "other_hash")
        ]
    return " or ".join(parts) or None


def _rewrite(path: Path, connection: duckdb.DuckDBPyConnection, settings: LoadSettings) -> None:
    rows = connection.execute(
        f"from read_parquet($file) where not coalesce({_condition(path)}, false)",
        {"file": str(path)},
    ).to_arrow_table()
    with written_aside(path) as aside:
        pq.write_table(rows, aside, compression="zstd", row_group_size=settings.row_group_rows)


def _texts_with(warehouse: Path, values: Collection[bytes]) -> Iterator[Path]:
    folders = (RUNS_FOLDER, DAMAGED, SERVICE)
    for folder in folders:
        for path in sorted((warehouse / folder).rglob("*")):
            if (
                path.is_file()
                and path.suffix not in (".parquet", ".gz")
                and holds_any(path, values)
            ):
                yield path


def _is_overwritten(path: Path, warehouse: Path) -> bool:
    """Return whether the addresses in a file are overwritten: in logs, but not in databases."""
    return path.is_relative_to(warehouse / SERVICE) and not path.name.endswith(_DATABASES)
