"""Exports: each format is opened by a program that is not ours, and nothing half remains."""

import csv
import json
import os
import re
import shlex
import shutil
import signal
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from config.errors import UsageError
from config.settings import load_settings
from flows.actions.export import ExportRequest, export_command
from tests.articles import article
from tests.pipeline.command import run, start
from tests.pipeline.nights import Nights
from tests.readers import run_as_reader
from warehouse.answers import LONGEST_CELL
from warehouse.export_tables import Choice

DOCS = (Path(__file__).parents[2] / "docs" / "export.md").read_text("utf-8")
PAGE = "https://courier.example/{}"
FORMULA = "=HYPERLINK(1) is a text\nwith \u0001 and „quotes“, 中文 and 🙂"
LONG = "word " * 8_000


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("exported") / "w")
    texts = {1: "The basin opens on Monday.", 2: FORMULA, 3: LONG, 4: "The basin closes on Monday."}
    nights.load(
        *(article(PAGE.format(number), text, position=number) for number, text in texts.items())
    )
    nights.load(article(PAGE.format(1), "The basin opens on Tuesday.", position=1, day=12))
    return nights.folder


def export(warehouse: Path, out: Path, form: str | None = None, **choice: object) -> Path:
    request = ExportRequest(out, form, Choice(**choice))  # type: ignore[arg-type]
    export_command(request, load_settings(warehouse=warehouse))
    return out


def texts_of(warehouse: Path) -> dict[str, str]:
    with duckdb.connect(str(warehouse / "news.duckdb"), read_only=True) as connection:
        return dict(connection.execute("select url, text from articles").fetchall())


def test_parquet_is_read_by_pyarrow(warehouse: Path, tmp_path: Path) -> None:
    rows = pq.read_table(export(warehouse, tmp_path / "a.parquet")).to_pylist()
    assert {row["url"]: row["text"] for row in rows} == texts_of(warehouse)
    assert rows[0]["published_at"] == datetime(2025, 3, 11, 6, 30, tzinfo=UTC)
    assert rows[0]["authors"] == ["Ida Marsh"]


def test_csv_is_plain_utf8_and_read_by_the_standard_library(
    warehouse: Path, tmp_path: Path
) -> None:
    out = export(warehouse, tmp_path / "a.csv")
    assert not out.read_bytes().startswith(b"\xef\xbb\xbf")
    csv.field_size_limit(1_000_000)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["url"]: row["text"] for row in rows} == texts_of(warehouse)
    assert json.loads(rows[0]["authors"]) == ["Ida Marsh"]


def test_csv_for_excel_disarms_formulas_and_cuts_long_cells(
    warehouse: Path, tmp_path: Path
) -> None:
    done = run("export", tmp_path / "a.csv", "--excel", "-w", warehouse)
    content = (tmp_path / "a.csv").read_text("utf-8-sig")
    assert "'=HYPERLINK" in content
    assert f"{len(LONG.strip()):,} characters" in done.stderr or "was cut" in done.stderr
    assert "4 articles are in" in done.stdout


def test_jsonl_is_read_line_by_line(warehouse: Path, tmp_path: Path) -> None:
    lines = export(warehouse, tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert {row["url"]: row["text"] for row in rows} == texts_of(warehouse)


def test_a_workbook_is_read_by_calamine_with_texts_as_texts(
    warehouse: Path, tmp_path: Path
) -> None:
    out = export(warehouse, tmp_path / "a.xlsx")
    names, *rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("articles").to_python()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    texts = texts_of(warehouse)
    assert {row["url"]: row["text"] for row in found if row["url"] != PAGE.format(2)} == {
        url: text[:LONGEST_CELL] for url, text in texts.items() if url != PAGE.format(2)
    }
    [formula] = (row["text"] for row in found if row["url"] == PAGE.format(2))
    assert str(formula).startswith("=HYPERLINK(1) is a text\nwith")
    assert found[0]["published_at"] == datetime(2025, 3, 11, 6, 30)
    assert found[0]["published_date"] == date(2025, 3, 11)


def test_a_database_opens_without_the_warehouse(warehouse: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(warehouse, tmp_path / "w")
    texts = texts_of(warehouse)
    out = export(Path(copy), tmp_path / "it's.duckdb")
    shutil.rmtree(copy)
    with duckdb.connect(str(out), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        ask = lambda query: connection.execute(query).fetchall()  # noqa: E731
        assert dict(ask("select url, text from articles")) == texts
        assert ask("select count(*) from article_versions") == [(5,)]
        assert ask("select count(*) from revisions") == [(1,)]
        assert ask("select count(*) from runs") == [(2,)]
        ask("from latest_articles")
        kinds = dict(ask("select column_name, column_type from (describe articles)"))
        assert kinds["published_at"] == "TIMESTAMP WITH TIME ZONE"
        assert (kinds["authors"], kinds["extra"]) == ("VARCHAR[]", "JSON")
        without = ask(
            "select table_name, column_name from duckdb_columns() where not internal "
            "and comment is null and table_name != 'latest_articles'"
        )
        assert not without
        assert not ask("select table_name from duckdb_tables() where comment is null")
    assert not out.with_name(f"{out.name}.wal").exists()


def test_texts_are_a_folder_with_a_table_of_metadata(warehouse: Path, tmp_path: Path) -> None:
    out = export(warehouse, tmp_path / "corpus", where="text like '%basin%'")
    with (out / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["url"]: (out / row["file"]).read_text("utf-8") for row in rows}
    expected = {url: f"{text}\n" for url, text in texts_of(warehouse).items() if "basin" in text}
    assert found == expected
    assert len(list((out / "texts").iterdir())) == len(expected) == 2
    assert "text" not in rows[0]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "duckdb", "xlsx"])
def test_a_text_free_export_has_no_word_that_few_articles_have(
    warehouse: Path, tmp_path: Path, form: str
) -> None:
    out = export(warehouse, tmp_path / "free", form, text_free=True, least_documents=2)
    with duckdb.connect() as connection:
        if form == "duckdb":
            connection.execute(f"attach '{out}' as free (read_only)")
            connection.execute("use free")
            tables = [f'"{name}"' for (name,) in connection.execute("show tables").fetchall()]
        elif form == "xlsx":
            book = CalamineWorkbook.from_path(str(out))
            assert set(book.sheet_names) == {"articles", "ngrams", "fingerprints"}
            cells = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
            assert "Tuesday" not in cells
            assert "Ida Marsh" not in cells
            return
        else:
            reader = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}[form]
            names = ("articles", "ngrams", "fingerprints")
            tables = [f"{reader}('{out / name}.{form}')" for name in names]
        content = str([connection.execute(f"from {table}").fetchall() for table in tables])
        [grams] = [table for table in tables if "ngrams" in table]
        counted = connection.execute(f"select ngram, documents from {grams}").fetchall()
    assert ("the basin", 2) in counted
    assert "Tuesday" not in content.replace("tuesday", "Tuesday")
    assert not [word for word in ("opens again", "Ida Marsh") if word in content]


@pytest.mark.parametrize("where", ["nope = 3", "true; drop table x", ") or (", "text::int = 1", ""])
def test_a_bad_condition_gets_one_sentence_and_leaves_nothing(
    warehouse: Path, tmp_path: Path, where: str
) -> None:
    with pytest.raises(UsageError, match="--where") as error:
        export(warehouse, tmp_path / "a.csv", where=where)
    assert "\n" not in str(error.value)
    with pytest.raises(UsageError, match="No article meets"):
        export(warehouse, tmp_path / "a.csv", where="false")
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_replaced_only_if_that_is_asked_for(
    warehouse: Path, tmp_path: Path
) -> None:
    taken = tmp_path / "a.csv"
    taken.write_text("mine")
    assert "--force" in run("export", taken, "-w", warehouse, status=2).stderr
    assert taken.read_text() == "mine"
    run("export", taken, "-w", warehouse, "--force")
    assert taken.read_text().startswith("article_id")
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "letter").touch()
    refused = run("export", folder, "-w", warehouse, "--force", status=2)
    assert "is no export of this kind" in refused.stderr
    assert [path.name for path in folder.iterdir()] == ["letter"]
    for _ in range(2):
        run("export", tmp_path / "corpus", "-w", warehouse, "--force")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "corpus", "home"]


def test_options_that_do_not_go_together_are_refused(warehouse: Path, tmp_path: Path) -> None:
    for request, said in (
        (ExportRequest(tmp_path / "a.sav"), "names no format"),
        (ExportRequest(tmp_path / "a.parquet", excel=True), "--excel is for CSV"),
        (ExportRequest(tmp_path / "a", "txt", Choice(text_free=True)), "choose one"),
        (ExportRequest(warehouse / "a.csv"), "lies in the warehouse"),
        (ExportRequest(tmp_path / "no" / "a.csv"), "There is no folder"),
    ):
        with pytest.raises(UsageError, match=said):
            export_command(request, load_settings(warehouse=warehouse))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.csv", "corpus"])
def test_ctrl_c_leaves_nothing_under_the_final_name(
    warehouse: Path, tmp_path: Path, name: str
) -> None:
    slow = "(select sum(a.range * b.range) from range(60000) a, range(60000) b) > 0"
    process = start("export", tmp_path / name, "-w", warehouse, "--where", slow)
    while not list(tmp_path.glob(".broadsheet-*")) and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "was not written" in err
    assert not list(tmp_path.iterdir())


def test_an_export_that_fails_in_the_middle_leaves_nothing(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("warehouse.export_files.plain_cell", stop)
    for name in ("corpus", "a.xlsx"):
        with pytest.raises(Exception, match="was not written"):
            export(warehouse, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_export_of_a_warehouse_that_was_moved_has_the_same_articles(
    warehouse: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(warehouse, tmp_path / "moved"))
    rows = export(moved, tmp_path / "a.jsonl").read_bytes().splitlines()
    assert sorted(rows) == sorted(export(warehouse, tmp_path / "b.jsonl").read_bytes().splitlines())


def test_the_examples_of_the_docs_run(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^    broadsheet (export .*)$", DOCS, re.M)
    for command in commands:
        condition = command.replace("%ferry%", "%basin%")
        run(*shlex.split(condition), "-w", warehouse)
    blocks = re.findall(r"```python\n(.*?)```", DOCS, re.S)
    for block in blocks:
        run_as_reader(block, tmp_path)
    assert (len(commands), len(blocks)) == (5, 3)
