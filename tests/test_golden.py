"""Golden pages: each written for one difficulty, with what is right by the design's rules."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from tasks.process.document import process_document
from tasks.records import Article, Dropped, RawDocument

GOLDEN = Path(__file__).parent / "golden"
PAGES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())
NOT_FIELDS = {"fetched_at", "content_type", "outcome", "reason", "text_contains", "text_lacks"}


def processed(name: str, expected: dict[str, Any]) -> Article | Dropped:
    fetched = expected.get("fetched_at")
    _, _, charset = (expected.get("content_type") or "").partition("charset=")
    document = RawDocument(
        locator="page.html",
        position=1,
        media="html",
        body=(GOLDEN / name / "page.html").read_bytes(),
        url=expected.get("url"),
        fetched_at=datetime.fromisoformat(fetched) if fetched else None,
        charset=charset or None,
    )
    return process_document(document, load_settings().process)


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("name", PAGES)
def test_a_golden_page_gives_what_its_author_expects(name: str) -> None:
    expected = json.loads((GOLDEN / name / "expected.json").read_text("utf-8"))
    found = processed(name, expected)
    if expected["outcome"] == "rejected":
        assert isinstance(found, Dropped), found
        assert found.reason == expected.get("reason", found.reason)
        return
    assert isinstance(found, Article), found
    values = {key: plain(getattr(found, key)) for key in expected if key not in NOT_FIELDS}
    assert values == {key: value for key, value in expected.items() if key not in NOT_FIELDS}
    for sentence in expected.get("text_contains", []):
        assert sentence in found.text
    for sentence in expected.get("text_lacks", []):
        assert sentence not in found.text


def test_the_same_page_gives_the_same_row_whatever_came_before() -> None:
    """An extractor with a memory gives the sixth copy of a page no text at all."""
    expected = {"url": "https://courier.example/a", "fetched_at": "2025-03-12T00:00:00+00:00"}
    first = processed(PAGES[0], expected)
    for name in PAGES:
        processed(name, expected)
    assert [processed(PAGES[0], expected) for _ in range(6)] == [first] * 6
