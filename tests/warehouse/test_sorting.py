"""Sorting by parts gives the same rows in the same order as sorting at once."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.sorting import sorted_by_parts

SCHEMA = pa.schema(
    [("published_at", pa.timestamp("us", "UTC")), ("position", pa.int64()), ("part", pa.int32())]
)
days = st.one_of(st.none(), st.integers(1, 28))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(days, max_size=30),
    order=st.randoms(use_true_random=False),
    of_a_part=st.integers(1, 40),
    of_a_batch=st.integers(1, 40),
)
def test_rows_in_any_order_come_out_sorted(
    rows: list[int | None],
    order: object,
    of_a_part: int,
    of_a_batch: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("sorted")
    instants = [None if day is None else datetime(2025, 3, day, tzinfo=UTC) for day in rows]
    ranked = sorted(enumerate(instants), key=lambda row: (row[1] is None, row[1], row[0]))
    numbered = [
        {"published_at": instant, "position": position, "part": rank // of_a_part}
        for rank, (position, instant) in enumerate(ranked)
    ]
    mixed = list(numbered)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    table = pa.Table.from_pylist(mixed, SCHEMA)

    found = list(
        sorted_by_parts(table.to_batches(of_a_batch), ("published_at", "position"), folder)
    )

    assert [row["position"] for batch in found for row in batch.to_pylist()] == [
        position for position, _ in ranked
    ]
    assert not list(folder.iterdir()), "what was shared out is removed"


def test_the_temporary_files_are_removed_even_if_the_reader_stops_early(tmp_path: Path) -> None:
    table = pa.table({"position": range(100), "part": [n // 10 for n in range(100)]})
    rows = sorted_by_parts(table.to_batches(7), ("position",), tmp_path)
    next(rows)
    assert list(tmp_path.iterdir())
    rows.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())
