"""Readers report how they understand each input: kind, encoding, dialect, columns and dates."""

import io
import json
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from config.errors import UsageError
from tasks.read.batch import read_batch
from tasks.read.date_formats import date_shape, format_of
from tasks.read.input_events import InputMonitor
from tasks.read.plan import plan_inputs
from tasks.read.understanding import InputReports, Understood, in_words, understood_from_json
from tests.read.samples import archive, page, settings

STORY = "The council met on Monday and voted to close the bridge for repairs until autumn."


def reports(*paths: Path, **changes: int) -> InputReports:
    """Return what the readers of all batches report, added up through JSON as in a run."""
    bounds = settings(**changes)
    plan = plan_inputs(paths, bounds, columns={}, limit=None)
    total = InputReports()
    for batch in plan.batches:
        monitor = InputMonitor()
        list(read_batch(batch, bounds, plan.columns, monitor))
        for one in json.loads(json.dumps(monitor.reports.to_json()))["inputs"]:
            report = understood_from_json(one)
            total.of(report.path).add(report)
        total.folders.update(monitor.reports.folders)
    return total


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def csv_of(*days: str) -> str:
    rows = (f"{number};Title {number};{STORY};{day};REAL\n" for number, day in enumerate(days))
    return "nr;Titel;story;Datum;label\n" + "".join(rows)


def test_a_csv_is_understood_column_by_column(tmp_path: Path) -> None:
    text = csv_of("03.04.2021", "13.04.2021", "").replace("Title", "Ärger über Gebühr für Öfen")
    path = write(tmp_path / "a.csv", text.encode("cp1252"))

    seen = reports(path).inputs["a.csv"]

    assert (seen.kind, seen.encoding) == ("CSV", "cp1252")
    assert seen.dialect == 'delimiter ";", with a header'
    assert seen.mapping() == {
        "text": "story",
        "title": "Titel",
        "published": "Datum",
        "extra": ["nr", "label"],
    }
    assert seen.detail == "dates written as DD.MM.YYYY"


def test_stripes_of_a_file_report_what_one_reader_does(tmp_path: Path) -> None:
    days = [f"{1 + n % 12:02}/{1 + n % 28:02}/2021" for n in range(400)]
    path = write(tmp_path / "a.csv", csv_of(*days))

    whole = reports(path).inputs["a.csv"]
    parts = reports(path, stripe_bytes=5_000).inputs["a.csv"]

    assert whole.detail == "dates written as MM/DD/YYYY"
    assert parts.to_json() == whole.to_json()


def test_columns_that_rows_take_a_field_from_are_all_named(tmp_path: Path) -> None:
    rows = [{"text": STORY, "a": 1}, {"text": STORY}, {"content": STORY, "a": 0, "b": ""}]
    path = write(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    assert reports(path).inputs["a.jsonl"].mapping() == {
        "text": ["text", "content"],
        "extra": ["a"],
    }


def test_sheets_tables_and_members_are_understood_one_by_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("in/one.csv", csv_of("2021-04-03"))
        packed.writestr("in/two.jsonl", json.dumps({"text": STORY, "id": 7}) + "\n")
        packed.writestr("pages/1.html", page(1))
        packed.writestr("pages/2.html", page(2))
    with sqlite3.connect(tmp_path / "b.db") as database:
        database.execute("create table news (body text, topic text)")
        database.execute("insert into news values (?, 'x')", (STORY,))
        database.execute("create table other (n integer)")
        database.execute("insert into other values (1)")
    database.close()

    seen = reports(tmp_path)

    assert {path: one.kind for path, one in seen.inputs.items() if one.kind} == {
        "a.zip!in/one.csv": "CSV",
        "a.zip!in/two.jsonl": "JSON lines",
        "b.db": "SQLite",
        "b.db!news": "SQLite",
        "b.db!other": "SQLite",
    }
    assert seen.inputs["a.zip!in/two.jsonl"].mapping() == {"text": "text", "extra": ["id"]}
    assert seen.inputs["b.db!news"].mapping() == {"text": "body", "section": "topic"}
    assert {key: one.documents for key, one in seen.folders.items()} == {("a.zip!", "HTML", ""): 2}


def test_files_of_one_document_are_counted_by_folder(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "deep" / str(number)).mkdir(parents=True)
        write(tmp_path / "deep" / str(number) / "index.html", page(number))
        write(tmp_path / f"{number}.json", json.dumps({"text": STORY, "label": number}))

    seen = reports(tmp_path)

    assert not seen.inputs
    assert {(path, kind): one.documents for (path, kind, _), one in seen.folders.items()} == {
        ("./", "JSON object"): 3,
        ("deep/", "HTML"): 3,
    }
    assert seen.folders["./", "JSON object", "utf-8"].mapping() == {
        "text": "text",
        "extra": ["label"],
    }


def test_web_archives_are_named_by_their_kind(tmp_path: Path) -> None:
    write(tmp_path / "a.warc.gz", b"".join(archive(3)))
    with tarfile.open(tmp_path / "b.tar", "w") as packed:
        member = tarfile.TarInfo("c.warc.gz")
        content = b"".join(archive(1))
        member.size = len(content)
        packed.addfile(member, io.BytesIO(content))

    seen = reports(tmp_path)

    assert seen.inputs["a.warc.gz"].kind == "WARC"
    assert seen.inputs["b.tar!c.warc.gz"].kind == "WARC"


@pytest.mark.parametrize(
    ("date", "order", "written"),
    [
        ("2021-04-03", "unknown", "YYYY-MM-DD"),
        ("2021-04-03T10:20:30Z", "unknown", "YYYY-MM-DDThh:mm:ssZ"),
        ("2021-04-03 10:20:30.123+02:00", "unknown", "YYYY-MM-DD hh:mm:ss+hh:mm"),
        ("2021/4/3", "unknown", "YYYY/MM/DD"),
        ("03.04.2021", "unknown", "DD.MM.YYYY"),
        ("3/4/21", "month_first", "MM/DD/YY"),
        ("3/4/21", "day_first", "DD/MM/YY"),
        ("3/4/2021", "unknown", "NN/NN/YYYY (the order of day and month is not shown)"),
        ("3. April 2021", "unknown", "D. Month YYYY"),
        ("April 3, 2021", "unknown", "Month D, YYYY"),
        ("Saturday, 3 April 2021", "unknown", "Weekday, D Month YYYY"),
        ("1617442830", "unknown", "seconds since 1970"),
        ("20210403", "unknown", "YYYYMMDD"),
    ],
)
def test_formats_of_dates_are_written_as_people_know_them(
    date: str, order: str, written: str
) -> None:
    assert format_of(date_shape(date), order) == written  # type: ignore[arg-type]


@given(st.text())
@effort(max_examples=50)
def test_any_date_has_a_format(text: str) -> None:
    assert isinstance(format_of(date_shape(text), "unknown"), str)


def test_a_file_with_countless_names_is_reported_in_bounds() -> None:
    seen = Understood("a.json")
    for number in range(2_000):
        seen.count_row({f"t{number}": "text"}, (f"x{number}",), f"{'x' * (number % 40)}1")

    assert len(seen.to_json()["extra"]) == 200
    assert len(json.dumps(seen.to_json())) < 50_000
    assert "200 columns into extra: x0, " in in_words(seen, seen.mapping(), "")


def test_names_that_are_no_unicode_can_be_stored(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", f'{{"text": "{STORY}", "\\ud800": 1, "date": "\\udfff1"}}\n')

    json.dumps(reports(path).to_json()).encode("utf-8")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "https://a.example/1\nhttps://a.example/2\n", "lists addresses without texts"),
        ("a.csv", "url,date\nhttps://a.example/1,2021\n", "lists addresses without texts"),
        ("a.csv", "a\tb\n", "say which one it is by --map text=COLUMN"),
        ("a.csv", f"url,a,b\nhttps://a.example/1,x,{STORY}\n", "by --map text=b"),
    ],
)
def test_tables_without_texts_are_refused_with_the_remedy(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        reports(write(tmp_path / name, content))


def test_a_list_of_addresses_in_a_folder_is_a_row_of_the_ledger(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "https://a.example/1\nhttps://a.example/2\n")
    plan = plan_inputs([tmp_path], settings(), columns={}, limit=None)

    [row] = read_batch(plan.batches[0], settings(), {})

    assert getattr(row, "reason", "") == "not_prose"
    assert getattr(row, "detail", "") == "addresses; broadsheet backfill --urls fetches them"


def test_a_column_that_no_named_table_has_is_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "a.csv", csv_of("2021-04-03"))
    two = write(tmp_path / "b.csv", f"text,tone\n{STORY},1\n")
    bounds = settings()

    assert plan_inputs([one, two], bounds, columns={"section": "tone"}, limit=None)
    with pytest.raises(UsageError, match="there is no column 'nope'; there are nr, Titel"):
        plan_inputs([one, two], bounds, columns={"text": "nope"}, limit=None)
