"""Which versions are compared with which, in SQL on tables in memory."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.load.revisions import compare_stored_versions
from warehouse.schema import ARTICLE_VERSIONS, REVISION_CHANGES, REVISIONS, Table
from warehouse.statements import statement

TEXTS = {10: "One.", 11: "One.\n\nTwo.", 12: "One.\n\nTwo.\n\nThree.", 13: "Three."}


def version(
    number: int, day: int | None, reason: str | None = None, **fields: Any
) -> dict[str, Any]:
    """Return a row of article_versions, whose text depends on its day."""
    return {
        "article_id": "a",
        "version": number,
        "fetched_at": day and datetime(2025, 3, day, tzinfo=UTC),
        "locator": f"night.warc.gz#offset={day}",
        "change_reason": reason,
        "extractor": "blocks",
        "extractor_version": "1",
        "text": TEXTS.get(day or 10),
        **fields,
    }


class Warehouse:
    """Tables in memory, into which versions are loaded and in which they are compared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[str] = []
        self.runs = 0
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        for table in (ARTICLE_VERSIONS, REVISIONS, REVISION_CHANGES):
            self.connection.from_arrow(table.arrow.empty_table()).create(table.name)

    def load(self, *versions: dict[str, Any]) -> None:
        """Add versions and the rows of their comparisons."""
        rows = pa.Table.from_pylist(list(versions), ARTICLE_VERSIONS.arrow)
        self.connection.from_arrow(rows).insert_into(ARTICLE_VERSIONS.name)
        self.files.append(str(self.folder / f"{len(self.files)}.parquet"))
        pq.write_table(rows, self.files[-1], row_group_size=1)
        self.compare()

    def compare(self) -> None:
        # Each run has a folder of its own: DuckDB keeps what it read of a file.
        self.runs += 1
        folder = self.folder / f"run-{self.runs}"
        folder.mkdir()
        compare_stored_versions(self.connection, folder, self.files)
        for table, name in (
            (REVISIONS, "new_revisions"),
            (REVISION_CHANGES, "new_revision_changes"),
        ):
            self._insert(table, name)

    def _insert(self, table: Table, name: str) -> None:
        self.connection.execute(
            f"insert into {table.name} by name {statement(name)}", {"run_id": "run"}
        )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def pairs(self) -> list[tuple[Any, ...]]:
        """Return (version, previous version, reason) as the view `revisions` shows them."""
        return self.ask(
            "select version, previous_version, change_reason from revisions qualify row_number() "
            "over (partition by article_id, version order by comparison desc) = 1 order by version"
        )


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterable[Warehouse]:
    found = Warehouse(tmp_path)
    yield found
    found.connection.close()


@pytest.mark.parametrize("order", list(permutations((10, 11, 12, 13))))
def test_every_order_of_loading_gives_the_same_pairs_in_time(
    warehouse: Warehouse, order: Sequence[int]
) -> None:
    for number, day in enumerate(order, 1):
        warehouse.load(version(number, day, None if number == 1 else "publisher"))
    days = {number: day for number, day in enumerate(order, 1)}
    found = {(days[a], days[b], reason) for a, b, reason in warehouse.pairs()}
    assert found == {(day, day - 1, "publisher") for day in (11, 12, 13)}
    newest = (
        "select count(*) from revision_changes semi join (select version, max(comparison) as "
        "comparison from revisions group by version) using (version, comparison)"
    )
    assert warehouse.ask(newest) == [(1 + 1 + 2,)]


def test_what_was_compared_is_not_compared_again(warehouse: Warehouse) -> None:
    warehouse.load(version(1, 10), version(2, 11, "publisher"))
    warehouse.compare()
    warehouse.load(version(3, 13, "publisher"))
    assert warehouse.ask("select version, comparison from revisions order by all") == [
        (2, 1),
        (3, 1),
    ]


@pytest.mark.parametrize("lost", ["revisions", "revision_changes"])
def test_lost_rows_of_either_table_are_made_again(warehouse: Warehouse, lost: str) -> None:
    warehouse.load(version(1, 10), version(2, 13, "publisher"))
    query = (
        "select operation, old_text, new_text from revision_changes semi join revisions using "
        "(version, comparison) where comparison = (select max(comparison) from revisions)"
    )
    whole = warehouse.ask(query)
    assert len(whole) == 2
    if lost == "revisions":
        warehouse.ask("delete from revisions")
        warehouse.ask("delete from revision_changes")
    else:
        warehouse.ask("delete from revision_changes where operation = 'insert'")
    warehouse.compare()
    assert warehouse.ask(query) == whole


def test_versions_without_a_time_come_first_in_the_order_of_loading(warehouse: Warehouse) -> None:
    warehouse.load(version(1, 12), version(2, None, "input"), version(3, None, "input"))
    assert warehouse.pairs() == [(1, 3, "input"), (3, 2, "input")]


def test_a_version_by_reprocess_is_compared_with_the_reading_of_the_same_bytes(
    warehouse: Warehouse,
) -> None:
    again = {"locator": "night.warc.gz#offset=11"}
    warehouse.load(version(1, 10), version(2, 11, "publisher"))
    warehouse.load(version(3, 11, "reprocess", **again), version(4, 11, "reprocess", **again))
    warehouse.load(version(5, 12, "publisher"))
    # A reading of old bytes that was made later does not change what was shown before.
    warehouse.load(version(6, 11, "reprocess", **again))
    assert warehouse.pairs() == [
        (2, 1, "publisher"),
        (3, 2, "reprocess"),
        (4, 3, "reprocess"),
        (5, 4, "publisher"),
        (6, 4, "reprocess"),
    ]


def test_an_older_capture_by_another_extractor_is_no_known_change_by_the_publisher(
    warehouse: Warehouse,
) -> None:
    warehouse.load(version(1, 12, extractor_version="1+learned.0000"))
    warehouse.load(version(2, 10, "publisher", extractor_version="2"))
    assert warehouse.pairs() == [(1, 2, "unknown")]


def test_learned_lines_of_the_same_extractor_leave_the_reason_as_it_is(
    warehouse: Warehouse,
) -> None:
    warehouse.load(version(1, 12, extractor_version="1+learned.0000"))
    warehouse.load(version(2, 10, "publisher", extractor_version="1+learned.1111"))
    assert warehouse.pairs() == [(1, 2, "publisher")]


def test_a_change_whose_earlier_bytes_are_gone_is_unknown(warehouse: Warehouse) -> None:
    warehouse.load(version(1, 10), version(2, 11, "unknown"))
    assert warehouse.pairs() == [(2, 1, "unknown")]
