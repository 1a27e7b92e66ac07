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
    assert dropped.reason == "no_known_columns"
    assert dropped.detail == "a, b; no column is known to be the text; try --map text=COLUMN"
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


RUSSIAN = "Городской совет закрыл мост на ремонт до осени. " * 4
CHINESE = "市议会决定关闭这座桥梁进行维修，直到秋天才会重新开放。" * 4
POLISH = "Rada miasta zamknęła most do jesieni, żeby go naprawić, mówią urzędnicy. " * 4


@pytest.mark.parametrize(
    ("text", "encoding"), [(RUSSIAN, "cp1251"), (CHINESE, "gbk"), (RUSSIAN, "koi8-r")]
)
def test_the_encoding_of_a_table_is_found(tmp_path, text, encoding):
    path = write(tmp_path, table(*[("u", "t", text)] * 3).encode(encoding), "a.csv")

    assert [document.body.decode() for document in documents(read(path))] == [text] * 3


def test_the_encoding_of_a_table_can_be_named(tmp_path):
    path = write(tmp_path, table(("u", "t", POLISH)).encode("cp1250"), "a.csv")

    (document,) = documents(read(path, columns={"encoding": "cp1250"}))

    assert document.body.decode() == POLISH
    with pytest.raises(UsageError, match="--encoding nonsense is not known"):
        read(path, columns={"encoding": "nonsense"})


@pytest.mark.parametrize(
    "content",
    [
        f"sep=;\r\nurl;title;text\r\nu;t;{STORY}\r\n",
        f"Export of 3 May\n\nurl,title,text\nu,t,{STORY}\n",
        f"url,title,text\ru,t,{STORY}\r",
        f"url,title,text,\nu,t,{STORY},\n",
        f"url,title,text\nu,t,{STORY},,\n",
        f"'url','title','text'\n'u','t','{STORY}'\n",
        f"Lien;Titre;Texte\nu;t;{STORY}\n",
        f"url\ttitle\ttext\nu\tt\t{STORY}\n",
        f"\n\nurl,title,text\nu,t,{STORY}\n",
    ],
)
def test_what_stands_around_a_table_does_no_harm(tmp_path, content):
    (document,) = documents(read(write(tmp_path, content, "a.csv")))

    assert document.body.decode() == STORY
    assert (document.url, document.declared.title) == ("u", "t")


def test_stray_quotes_between_tabs_are_kept(tmp_path):
    content = f'url\ttitle\ttext\nu\t"Closed" she said\t{STORY}\n'

    assert documents(read(write(tmp_path, content, "a.csv")))[0].declared.title == (
        '"Closed" she said'
    )


@pytest.mark.parametrize("stray", [f'"{STORY}', f'"Old "tram{STORY}', f'{STORY} 5"'])
def test_quotes_between_tabs_are_text_where_the_table_does_not_quote(tmp_path, stray):
    rows = [f"u\tTitle\t{stray}", 'u\t"Open" she said\t[{"Label": "Pier"}]']
    path = write(tmp_path, "".join(f"{row}\n" for row in ["url\ttitle\ttext", *rows]), "a.tsv")

    assert [document.body.decode() for document in documents(read(path))] == [
        stray,
        '[{"Label": "Pier"}]',
    ]


def test_a_stray_quote_far_down_in_a_table_with_tabs_joins_no_rows(tmp_path):
    quoted = "".join(f'u\t"Title {n}"\t{STORY}\n' for n in range(2_000))
    joined = f'u\t"Never closed\t{STORY}\nu\tThey said yes"\t{STORY}\n'
    path = write(tmp_path, f"url\ttitle\ttext\n{quoted}{joined}{quoted}", "a.tsv")

    titles = [document.declared.title for document in documents(read(path))]

    assert titles[1_999:2_003] == ["Title 1999", '"Never closed', 'They said yes"', "Title 0"]
    assert len(titles) == 4_002


def test_the_first_line_of_a_bad_row_is_no_row(tmp_path):
    content = f'url\ttitle\ttext\nu\tt\t"Begins\nand ends" not\there\nu\tt\t{STORY}\n'

    found = read(write(tmp_path, content, "a.tsv"))

    assert list(by_locator(found).values()) == ["bad_row", ""]


def test_quoted_cells_of_several_lines_are_one_cell_between_tabs_too(tmp_path):
    rows = [("u", 'A "title"', f"{STORY}\n{STORY}")] * 3
    path = write(tmp_path, table(*rows, delimiter="\t"), "a.tsv")

    assert [document.body.decode() for document in documents(read(path))] == [rows[0][2]] * 3


def test_a_table_without_a_header_is_read_by_numbers(tmp_path):
    content = "".join(f'"3","Title, {n}","{STORY} {n}"\n' for n in range(3))
    path = write(tmp_path, content, "a.csv")

    found = documents(read(path, columns={"text": "3", "title": "2"}))

    assert [document.declared.title for document in found] == [f"Title, {n}" for n in range(3)]
    assert found[0].declared.extra == {"1": "3"}
    with pytest.raises(UsageError, match="only 1, 2, 3; say which one"):
        read(path)


def test_the_dialect_can_be_named(tmp_path):
    content = f"url~title~text\nu~'t'~{STORY}\n"
    chosen = {"delimiter": "~", "quote": "none", "header": "no", "text": "3", "title": "2"}

    found = documents(read(write(tmp_path, content, "a.txt"), columns=chosen))

    assert [document.declared.title for document in found] == ["title", "'t'"]
    with pytest.raises(UsageError, match="--delimiter ;; is not one character"):
        read(tmp_path, columns={"delimiter": ";;"})


def test_of_two_columns_of_a_name_the_first_with_a_value_counts(tmp_path):
    header = ("url", "title", "text", "title")
    path = write(
        tmp_path, table(("u", "", STORY, "B"), ("u", "A", STORY, "B"), header=header), "a.csv"
    )

    first, second = documents(read(path))

    assert (first.declared.title, first.declared.extra) == ("B", {})
    assert (second.declared.title, second.declared.extra) == ("A", {"title_2": "B"})


def test_columns_without_a_field_are_kept(tmp_path):
    path = write(tmp_path, table(("u", STORY, "FAKE"), header=("url", "text", "Label")), "a.csv")

    assert documents(read(path))[0].declared.extra == {"Label": "FAKE"}


def test_parquet_keeps_nested_columns_and_a_damaged_one_costs_no_text(tmp_path):
    path = tmp_path / "a.parquet"
    columns = {"text": [STORY] * 20, "noise": [{"a": [n]} for n in range(20)]}
    pq.write_table(pa.table(columns), path)
    assert documents(read(path))[3].declared.extra == {"noise": {"a": [3]}}

    chunk = pq.ParquetFile(path).metadata.row_group(0).column(1)
    data = bytearray(path.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(data)

    assert len(documents(read(path))) == 20
