"""The order of day and month is found from a whole column, whichever batch reads its rows."""

import csv
import gzip
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.read.samples import documents, read

STORY = "The council met on Monday."


def rows(*days):
    """Return a row per date."""
    return [{"title": f"Story {n}", "text": STORY, "date": day} for n, day in enumerate(days)]


def as_csv(found):
    out = io.StringIO()
    writer = csv.DictWriter(out, ["title", "text", "date"])
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue().encode()


def as_lines(found):
    return "".join(json.dumps(one) + "\n" for one in found).encode()


def as_array(found):
    return json.dumps(found).encode()


def as_parquet(found):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(found), out, row_group_size=3)
    return out.getvalue()


WRITERS = {"a.csv": as_csv, "a.jsonl": as_lines, "a.json": as_array, "a.parquet": as_parquet}


def orders(path, **changes):
    """Return the order of day and month of each document, by position."""
    found = sorted(documents(read(path, **changes)), key=lambda document: document.position)
    return [document.declared.day_order for document in found]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("shown", "order"),
    [
        ("13/03/2021", "day_first"),
        ("03/13/2021 10:30", "month_first"),
        ("2021-03-13", "unknown"),
        (None, "unknown"),
    ],
)
def test_one_row_decides_the_order_of_the_column(tmp_path, name, shown, order):
    path = tmp_path / name
    path.write_bytes(WRITERS[name](rows("03/04/2021", "05/03/2021", shown)))

    assert orders(path)[:2] == [order, order]


def test_a_column_with_both_orders_has_an_unknown_order(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(rows("03/04/2021", "13/03/2021", "03/13/2021")))

    assert orders(path)[0] == "unknown"


@pytest.mark.parametrize("name", WRITERS)
def test_the_order_is_the_same_for_any_split_of_the_file(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(WRITERS[name](rows(*["03/04/2021"] * 200, "13/04/2021")))

    whole = orders(path)
    split = orders(path, stripe_bytes=1_000, batch_bytes=2_000)

    assert split == whole
    assert set(split[:200]) == {"day_first"}


def test_a_limit_on_documents_does_not_hide_the_rest_of_the_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(rows(*["03/04/2021"] * 9, "13/04/2021")))

    assert orders(path, limit=2) == ["day_first", "day_first"]


def test_each_table_of_an_archive_has_its_own_order(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("uk.csv", as_csv(rows("03/04/2021", "13/04/2021")))
        archive.writestr("us.jsonl.gz", gzip.compress(as_lines(rows("03/04/2021", "04/13/2021"))))

    assert [order for order in orders(path) if order != "unknown"] == [
        "day_first",
        "month_first",
    ]


def test_a_file_without_ambiguous_dates_is_read_only_once(tmp_path, monkeypatch):
    monkeypatch.setattr("tasks.read.day_orders.column_orders", None)
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(rows("2021-03-04", "13/04/2021", "4 March 2021")))

    assert orders(path) == ["unknown"] * 3
