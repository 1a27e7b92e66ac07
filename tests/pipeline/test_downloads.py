"""Downloads of databanks from end to end: their counts, the ledger, and the column `extra`."""

from pathlib import Path

import pytest

from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent.parent / "read" / "downloads"
DOWNLOAD = GOLDEN / "nexis_numbered_de.txt"


def test_a_missing_document_of_a_download_is_in_the_closing_table_and_the_ledger(tmp_path):
    done = run("ingest", DOWNLOAD, "--warehouse", tmp_path / "w")

    assert "1 databank download: 2 documents found, 1 missing." in done.stdout
    assert "nexis_numbered_de.txt: 3 documents declared, 2 found" in done.stdout
    counted = ask(tmp_path / "w", "select path, declared, found from inputs")
    assert counted == [{"path": "nexis_numbered_de.txt", "declared": 3, "found": 2}]
    ledger = ask(tmp_path / "w", "select locator, outcome, reason from documents order by locator")
    assert [tuple(row.values()) for row in ledger] == [
        ("nexis_numbered_de.txt#document=1", "loaded", None),
        ("nexis_numbered_de.txt#document=2", "failed", "missing_document"),
        ("nexis_numbered_de.txt#document=3", "loaded", None),
    ]


def test_fields_of_a_download_without_a_column_can_be_queried(tmp_path):
    run("ingest", DOWNLOAD, "--warehouse", tmp_path / "w")

    [first] = ask(
        tmp_path / "w",
        "select source, section, published_date, extra->>'page' as page, "
        "(extra->>'length')::int as length from articles where locator like '%document=1'",
    )

    assert first == {
        "source": "Fährkurier (Austerbach)",
        "section": "LOKALES",
        "published_date": "2012-02-27",
        "page": "4",
        "length": 61,
    }


def test_what_a_duplicate_states_stays_in_the_ledger(tmp_path):
    run("ingest", DOWNLOAD, "--warehouse", tmp_path / "w")
    run("ingest", DOWNLOAD, "--warehouse", tmp_path / "w")

    rows = ask(
        tmp_path / "w",
        "select outcome, extra->>'page' as page from documents "
        "where locator like '%document=1' order by run_id",
    )

    assert rows == [
        {"outcome": "loaded", "page": None},
        {"outcome": "duplicate", "page": "4"},
    ]


def test_a_document_of_a_download_is_explained_by_the_id_of_its_article(tmp_path):
    run("ingest", DOWNLOAD, "--warehouse", tmp_path / "w")
    [found] = ask(
        tmp_path / "w", "select article_id from articles where locator like '%document=3'"
    )

    explained = run("explain", found["article_id"], "--warehouse", tmp_path / "w").stdout

    assert "nexis_numbered_de.txt#document=3" in explained
    assert "Kein Text ohne Länge" in explained
