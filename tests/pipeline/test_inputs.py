"""How inputs were understood: the closing table, the table `inputs`, and rows without texts."""

import json
from pathlib import Path

import pytest

from tests.pipeline.command import ask, run
from tests.read.samples import page

pytestmark = pytest.mark.slow

TEXT = "The council met on Monday and voted to close the bridge for repairs until autumn. " * 4


def lines(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_each_input_of_a_folder_is_accounted_for(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "pages").mkdir(parents=True)
    rows = "".join(f"{n};{TEXT}{n};0{n}.04.2021;FAKE\n" for n in (1, 2))
    (folder / "a.csv").write_text("nr;story;Datum;label\n" + rows)
    for number in range(3):
        (folder / "pages" / f"{number}.html").write_bytes(page(number, 80))
    (folder / ".hidden").write_text("x")
    lines(folder / "none.jsonl", {"text": "", "plain": TEXT}, {"text": None, "plain": TEXT})

    said = run("ingest", folder, "-w", tmp_path / "w", "--map", "section=nope").stdout

    assert (
        '  a.csv: 2 documents; CSV, utf-8, delimiter ";", with a header; text = story, '
        "published = Datum; dates written as DD.MM.YYYY; 2 columns into extra: nr, label\n"
    ) in said
    assert "  pages/: 3 documents; HTML\n" in said
    assert "source: NULL for 5 documents, which have no publication and no address" in said
    assert "note: --map section=nope: no row has a value in a column of this name." in said
    assert (
        "note: none.jsonl: none of 2 rows has a text; text is empty; try --map text=plain." in said
    )
    seen = ask(
        tmp_path / "w",
        "select path, kind, encoding, mapping->>'text' as text, found from inputs order by path",
    )
    assert [tuple(row.values()) for row in seen] == [
        ("./", None, None, None, 1),
        ("a.csv", "CSV", "utf-8", "story", 2),
        ("none.jsonl", "JSON lines", "utf-8", None, 2),
        ("pages/", "HTML", None, None, 3),
    ]
    assert ask(tmp_path / "w", "select documents from runs") == [{"documents": 8}]
    labels = ask(tmp_path / "w", "select extra->>'label' as l from articles where l is not null")
    assert labels == [{"l": "FAKE"}, {"l": "FAKE"}]


def test_rows_that_all_lack_a_text_are_an_error_and_rows_of_the_ledger(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"text": " ", "plain": TEXT}, {"text": "", "plain": TEXT})

    done = run("ingest", path, "-w", tmp_path / "w", status=1)

    assert "Nothing was loaded. a.jsonl: none of 2 rows has a text" in done.stderr
    assert "try --map text=plain" in done.stderr
    counts = ask(
        tmp_path / "w", "select outcome, reason, count(*) as n from documents group by 1, 2"
    )
    assert counts == [{"outcome": "rejected", "reason": "no_text", "n": 2}]

    run("ingest", path, "-w", tmp_path / "w", "--map", "text=plain")
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 1}]


def test_the_source_is_the_option_the_publication_or_the_domain(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        {"text": f"{TEXT}1", "publisher": "The A", "url": "https://www.a.example/1"},
        {"text": f"{TEXT}2", "url": "https://www.a.example/2"},
        {"text": f"{TEXT}3"},
        {"text": "", "url": "https://www.a.example/4"},
    )
    query = "select source from documents order by locator"

    said = run("ingest", path, "-w", tmp_path / "w").stdout
    run("ingest", path, "-w", tmp_path / "v", "--source", "Mine")

    sources = [row["source"] for row in ask(tmp_path / "w", query)]
    assert sources == ["The A", "a.example", None, "a.example"]
    assert "source: NULL for 1 document," in said
    found = ask(tmp_path / "w", "select title, source from articles where source = 'a.example'")
    assert len(found) == 1
    assert {row["source"] for row in ask(tmp_path / "v", query)} == {"Mine"}


def test_a_saved_mapping_reads_the_data_set_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    title = "Brücke über die Ähre für Öl gesperrt"
    path.write_bytes(f"n;Titel;story;label\n1;{title};{TEXT};x\n".encode("cp1252"))
    saved = tmp_path / "a.toml"

    run("ingest", path, "--dry-run", "--save-mapping", saved, "-w", tmp_path / "w")

    assert saved.read_text().splitlines()[1:] == [
        "# Kept in extra: n, label",
        'text = "story"',
        'title = "Titel"',
        'encoding = "cp1252"',
    ]
    saved.write_text(saved.read_text().replace('title = "Titel"', 'title = "label"'))
    run("ingest", path, "--mapping", saved, "--map", "section=n", "-w", tmp_path / "w")
    found = ask(tmp_path / "w", "select title, section, extra->>'Titel' as t from articles")
    assert found == [{"title": "x", "section": "1", "t": title}]


def test_a_warehouse_within_its_own_input_is_left_out(tmp_path: Path) -> None:
    warehouse = tmp_path / "data"
    lines(tmp_path / "a.jsonl", {"text": TEXT})

    first = run("ingest", tmp_path, "-w", warehouse)
    again = run("ingest", tmp_path, "-w", warehouse)
    refused = run("ingest", warehouse, "-w", warehouse, status=2)

    notice = "Left out, because it is the folder of a warehouse"
    assert notice not in first.stdout + first.stderr
    assert " ".join((again.stdout + again.stderr).split()).count(notice) == 1
    assert ask(warehouse, "select distinct locator from documents") == [
        {"locator": "a.jsonl#row=1"}
    ]
    assert "is the folder of a warehouse, which is no input" in refused.stderr
