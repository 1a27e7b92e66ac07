"""Cases about rows: whatever their shape, each is an article with what it says."""

from pathlib import Path

import pytest

from tests.cases.places import ingested, needs_cases
from tests.pipeline.command import ask

pytestmark = [pytest.mark.slow, needs_cases]
LOADED = """
    select title, url, source, text, published_at, access_state, quality_flags as flags
    from articles
    order by url, title
"""


@pytest.mark.parametrize(("number", "count"), [(2, 2), (3, 2), (5, 3), (60, 5)])
def test_rows_of_every_envelope_are_articles(tmp_path: Path, number: int, count: int) -> None:
    found = ask(ingested(number, tmp_path / "w"), LOADED)
    assert len(found) == count
    assert all(row["title"] and row["url"] and len(row["text"]) > 800 for row in found)
    assert {row["published_at"][:10] for row in found} == {"2023-05-10"}


def test_values_that_were_appended_are_read(tmp_path: Path) -> None:
    found = ask(ingested(61, tmp_path / "w"), LOADED)
    assert len(found) == 8
    assert all(row["title"] and row["published_at"] for row in found)


def test_outputs_of_other_tools_are_articles_at_their_addresses(tmp_path: Path) -> None:
    found = ask(ingested(63, tmp_path / "w"), LOADED)
    assert len(found) == 8
    assert [row["title"] for row in found if not row["url"]] == [
        "Little Hembry closes fish market for repairs, number 1065"  # Readability keeps none
    ]
    assert not any("://" in (row["source"] or "") for row in found)


def test_html_in_a_text_column_is_undone(tmp_path: Path) -> None:
    found = ask(ingested(64, tmp_path / "w"), LOADED + " limit 100")
    assert not any("<" in row["text"] or "\\n" in row["text"] for row in found)
    assert not any("loadAd" in row["text"] or "chars]" in row["text"] for row in found)
    cut = [row for row in found if row["access_state"] == "truncated"]
    assert [row["url"][-13:] for row in cut] == ["newsapi.jsonl"]
    assert "truncated" in cut[0]["flags"]


def test_rows_that_hold_pages_are_no_page(tmp_path: Path) -> None:
    found = ask(ingested(71, tmp_path / "w"), LOADED)
    assert len(found) == 12
    assert all(row["url"] for row in found)


def test_the_day_of_a_crawl_is_no_date_of_publication(tmp_path: Path) -> None:
    found = ask(ingested(74, tmp_path / "w"), LOADED)
    assert len(found) == 2
    assert not any((row["published_at"] or "")[:4] == "2023" for row in found)


def test_tables_of_unusual_dialects_are_read(tmp_path: Path) -> None:
    warehouse = ingested(62, tmp_path / "w")
    found = ask(warehouse, LOADED)
    assert len(found) == 12
    assert all(row["url"] and row["title"] and len(row["text"]) > 200 for row in found)
    assert not any("\ufffd" in row["title"] + row["text"] for row in found)
    assert sum(row["title"].startswith("Мост") for row in found) == 2
    assert sum(row["title"].endswith('" she said') for row in found) == 2
    # Three of the six files have a column of dates.
    assert [row["published_at"][:10] for row in found if row["published_at"]] == ["2023-05-10"] * 6
    assert ask(warehouse, "select distinct outcome from documents") == [{"outcome": "loaded"}]
