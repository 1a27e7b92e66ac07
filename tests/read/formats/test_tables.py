import csv
import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from config.errors import UsageError
from tests.read.samples import by_locator, documents, read, reasons

STORY = "The council met on Monday."


def write(folder, content, name):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(*rows, delimiter=",", header=("url", "title", "text")):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([header, *rows])
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_dialect_of_a_table_is_recognised(tmp_path, delimiter):
    rows = [("https://a.example/1", "One; two, three", f'{STORY}\nSecond, "quoted" | line')] * 2

    found = read(write(tmp_path, table(*rows, delimiter=delimiter), "a.data"))

    assert [document.body.decode() for document in documents(found)] == [rows[0][2]] * 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_from_excel_are_read(tmp_path, encoding):
    path = write(tmp_path, table(("u", "Žluť", "kůň")).encode(encoding), "a.csv")

    assert documents(read(path))[0].declared.title == "Žluť"


def test_a_table_of_an_older_spreadsheet_in_windows_1252_is_read(tmp_path):
    rows = [("u", "Café à Ombrine", "Le café a rouvert près de l’église, même en février.")] * 2
    path = write(tmp_path, table(*rows).encode("cp1252"), "a.csv")

    assert [document.body.decode() for document in documents(read(path))] == [rows[0][2]] * 2


@pytest.mark.parametrize(
    "bad",
    [
        "https://a.example/b,too,many,columns\r\n",
        "https://a.example/b,too few\r\n",
        'https://a.example/b,"never closed,text\r\n',
        "https://a.example/b,bad \udcff byte,text\r\n",
    ],
)
def test_one_bad_row_of_a_table_costs_that_row(tmp_path, bad):
    good = [(f"https://a.example/{number}", "A title", f'"{STORY}"') for number in range(6)]
    head, tail = table(*good[:3]), table(*good[3:]).split("\r\n", 1)[1]
    content = (head + bad + tail).encode("utf-8", "surrogateescape")

    outcomes = read(write(tmp_path, content, "a.csv"))

    assert len(documents(outcomes)) == 6
    assert reasons(outcomes) == ["bad_row"]
    assert by_locator(outcomes)["a.csv#row=4"] == "bad_row"


def test_a_quote_that_is_not_closed_in_the_last_row_costs_that_row(tmp_path):
    content = table(("a", "b", "c")) + 'd,e,"never closed'

    assert by_locator(read(write(tmp_path, content, "a.csv"))) == {
        "a.csv#row=1": "",
        "a.csv#row=2": "bad_row",
    }


def test_nul_bytes_and_large_fields_are_tolerated(tmp_path):
    content = table(("a", "b\0c", "x" * 1_000_000), ("d", "e", "f"))

    assert len(documents(read(write(tmp_path, content, "a.csv")))) == 2


def test_a_table_without_text_is_refused_when_named_and_noted_in_a_folder(tmp_path):
    path = write(tmp_path, "a,b\n1,2\n", "a.csv")

    with pytest.raises(UsageError, match="--map text=COLUMN"):
        read(path)
    (dropped,) = read(tmp_path)
    assert (dropped.reason, dropped.detail) == ("no_known_columns", "a, b")
    assert len(documents(read(path, columns={"text": "b"}))) == 1


def parquet(path, count, row_group_size=10):
    columns = {
        "url": [f"https://a.example/{number}" for number in range(count)],
        "text": [f"{STORY} {number}" for number in range(count)],
        "published": [datetime(2024, 5, 1, 12, tzinfo=UTC)] * count,
        "authors": [["Jane Doe"]] * count,
        "noise": list(range(count)),
    }
    pq.write_table(pa.table(columns), path, row_group_size=row_group_size)
    return path


def test_parquet_rows_are_documents(tmp_path):
    found = documents(read(parquet(tmp_path / "a.parquet", 25)))

    assert [document.locator for document in found][-1] == "a.parquet#row=25"
    assert found[0].declared.published == "2024-05-01T12:00:00+00:00"
    assert found[0].declared.authors == ("Jane Doe",)


def test_damage_in_a_row_group_costs_that_group(tmp_path):
    path = parquet(tmp_path / "a.parquet", 30)
    chunk = pq.ParquetFile(path).metadata.row_group(1).column(1)
    data = bytearray(path.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(data)

    outcomes = read(path)

    assert len(documents(outcomes)) == 20
    assert reasons(outcomes) == ["corrupt"]


def write_rows(folder, kind, count):
    path = folder / f"a.{kind}"
    if kind == "parquet":
        return parquet(path, count)
    rows = [{"url": f"https://a.example/{number}", "text": STORY} for number in range(count)]
    content = {
        "jsonl": "".join(json.dumps(row) + "\n" for row in rows),
        "json": json.dumps(rows),
        "csv": table(*[(f"u{number}", "t", STORY) for number in range(count)]),
    }
    return write(folder, content[kind], path.name)


@effort(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(["jsonl", "json", "csv", "parquet"]),
    count=st.integers(1, 300),
    size=st.integers(500, 20_000),
)
def test_the_split_changes_no_row(tmp_path_factory, kind, count, size):
    path = write_rows(tmp_path_factory.mktemp("rows"), kind, count)

    whole = read(path)
    parts = read(path, stripe_bytes=size)

    assert len(whole) == count
    assert sorted(parts, key=lambda outcome: outcome.position) == whole
