"""`broadsheet demo --archive`: every document of the corpus has the outcome its author expects."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.command import ask, run

EXPECTED = Path(__file__).parent.parent / "demo_corpus" / "expected.csv"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    done = run(
        "demo", "--archive", "--warehouse", folder / "w", PREFECT_HOME=str(folder / "prefect")
    )
    return folder / "w", done.stdout


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with EXPECTED.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key(row: dict[str, Any]) -> tuple[str, str, str]:
    """Return the file, row and address by which the ledger and the expectations are compared."""
    file, _, place = row["locator"].partition("#")
    number = place.removeprefix("row=") if place.startswith("row=") else ""
    return file, number, row["url"] or "" if place.startswith("offset=") else ""


def test_it_closes_with_the_table_three_answers_and_the_next_commands(
    demo: tuple[Path, str],
) -> None:
    _, shown = demo
    assert "documents in" in shown
    assert shown.count("select\n") == 3
    assert "Next:" in shown


def test_every_document_has_the_outcome_and_reason_that_its_author_expects(
    demo: tuple[Path, str], expected: list[dict[str, str]]
) -> None:
    ledger = ask(demo[0], "select locator, url, outcome, reason from documents")
    found = Counter((*key(row), row["outcome"]) for row in ledger)
    wanted = Counter(
        (row["file"], row["row"], row["url"] if "warc" in row["file"] else "", row["outcome"])
        for row in expected
    )
    assert found == wanted
    reasons = Counter(row["reason"] for row in ledger if row["outcome"] in ("rejected", "failed"))
    assert reasons == Counter(row["reason"] for row in expected if row["reason"])


FIELDS = ("title", "authors", "published_date", "language")


def test_every_article_has_the_metadata_that_its_author_expects(
    demo: tuple[Path, str], expected: list[dict[str, str]]
) -> None:
    query = (
        "select documents.locator, documents.url, coalesce(title, '') as title, "
        "array_to_string(authors, '; ') as authors, "
        "coalesce(published_date::varchar, '') as published_date, language "
        "from documents join article_versions using (article_id, version) "
        "where outcome in ('loaded', 'revised')"
    )
    found = {key(row): {field: row[field] for field in FIELDS} for row in ask(demo[0], query)}
    wanted = {
        (row["file"], row["row"], row["url"] if "warc" in row["file"] else ""): {
            field: row[field] for field in FIELDS
        }
        for row in expected
        if row["outcome"] in ("loaded", "revised")
    }
    wrong = {
        place: {
            f: (found.get(place, {}).get(f), row[f])
            for f in FIELDS
            if found.get(place, {}).get(f) != row[f]
        }
        for place, row in wanted.items()
        if found.get(place) != row
    }
    assert not wrong


def test_a_story_on_three_sites_is_one_cluster_and_its_teaser_is_recognised(
    demo: tuple[Path, str],
) -> None:
    clusters = "select count(*) as sites from articles group by cluster_id order by sites desc"
    assert ask(demo[0], clusters)[0] == {"sites": 3}
    teasers = "select count(*) as n from articles where access_state = 'paywalled'"
    assert ask(demo[0], teasers) == [{"n": 1}]


def test_a_folder_that_is_not_a_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    refused = run("demo", "--warehouse", tmp_path, status=2)
    assert "holds something else than an earlier demo" in refused.stderr
    assert (tmp_path / "precious").read_text() == "mine"
