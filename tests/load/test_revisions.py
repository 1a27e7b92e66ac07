"""The tables `revisions`, `links` and `images` over several runs, as they are published."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.records import Article, Image, Link
from tests.articles import article
from tests.pipeline.nights import Nights

pytestmark = pytest.mark.slow

LEDE = "The basin opens on Monday, said the harbour master after a long meeting."
MIDDLE = "Boats had waited outside for nine days, and their crews with them."
END = "The old gate is to be sold for scrap."
LINE = "Sign up for our letter from the quay."
PAGE = "//courier.example/basin"
REVISIONS = (
    "select version, previous_version, change_reason, text_changed, words_added, words_removed, "
    "is_silent from revisions order by version"
)
CHANGES = "select version, operation, old_text, new_text from revision_changes order by all"


def capture(*paragraphs: str, day: int, url: str = PAGE, **fields: Any) -> Article:
    found = article(url, "\n\n".join(paragraphs), position=day * 100, day=day)
    return replace(found, **fields)


def link(url: str, paragraph: int = 1) -> Link:
    return Link("basin", f"https:{url}", url, same_site=True, paragraph=paragraph)


def test_revisions_follow_the_captures_whatever_was_loaded_first(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    tuesday = LEDE.replace("Monday", "Tuesday")
    nights.load(capture(tuesday, LINE, MIDDLE, END, day=12))
    assert nights.ask(REVISIONS) == []
    nights.load(capture(LEDE, MIDDLE, day=10))
    assert nights.ask(REVISIONS) == [(1, 2, "publisher", True, 18, 1, True)]
    words = (
        "select words->1->>0, words->1->>1, words->2->>1 from revision_changes where version = 1"
    )
    assert ("delete", "Monday", "Tuesday") in nights.ask(words)
    # Loaded last, fetched between the two; the line was learned as boilerplate in the meantime.
    between = capture(tuesday, MIDDLE, day=11, title="The basin", learned_lines=(LINE,))
    nights.load(between, capture(LEDE, MIDDLE, day=10))
    assert nights.ask(REVISIONS) == [
        (1, 3, "publisher", True, 9, 0, True),
        (3, 2, "publisher", True, 1, 1, True),
    ]
    assert nights.ask(CHANGES) == [
        (1, "insert", None, END),
        (3, "replace", LEDE, tuesday),
    ]
    before = nights.ask("select * from revisions"), nights.ask("select * from revision_changes")
    nights.load(between)
    after = nights.ask("select * from revisions"), nights.ask("select * from revision_changes")
    assert before == after


def test_an_older_warehouse_gets_revisions_at_once_and_links_by_reprocess(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    first, second = capture(LEDE, day=10), capture(LEDE, MIDDLE, day=11)
    nights.load(first, second)
    whole = nights.ask(REVISIONS), nights.ask(CHANGES)
    for name in ("revisions", "revision_changes", "links", "images"):
        nights.drop(name)
    nights.load(capture(END, day=10, url="//courier.example/gate"))
    assert (nights.ask(REVISIONS), nights.ask(CHANGES)) == whole
    assert nights.ask("select count(*) from links") == [(0,)]
    found = replace(
        second, links=(link("//courier.example/gate"),), images=(Image("https://c.example/i.jpg"),)
    )
    for _ in range(2):  # the second time there is nothing to add
        assert nights.load(found, flow="reprocess") == ["duplicate"]
        assert nights.ask("select version, position, url_key from links") == [
            (2, 1, "//courier.example/gate")
        ]
        assert nights.ask("select version, position, url from images") == [
            (2, 1, "https://c.example/i.jpg")
        ]
    [(target,)] = nights.ask("select target_article_id from links")
    assert [(target,)] == nights.ask("select article_id from articles where url like '%gate'")


def test_each_version_has_its_own_links_and_images(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    gate, lamp = link("//courier.example/gate"), link("//elsewhere.example/lamp", 2)
    nights.load(capture(LEDE, day=10, links=(gate,)))
    picture = Image("https://c.example/i.jpg", "A gate", "The gate", "Ida Marsh")
    nights.load(capture(LEDE, MIDDLE, day=11, links=(gate, lamp), images=(picture,)))
    nights.load(capture(LEDE, MIDDLE, day=12, links=(lamp,)))  # a duplicate
    query = (
        "select version, position, paragraph, url_key, target_article_id from links order by all"
    )
    assert nights.ask(query) == [
        (1, 1, 1, "//courier.example/gate", None),
        (2, 1, 1, "//courier.example/gate", None),
        (2, 2, 2, "//elsewhere.example/lamp", None),
    ]
    query = "select version, position, url, alt, caption, credit from images"
    assert nights.ask(query) == [
        (2, 1, "https://c.example/i.jpg", "A gate", "The gate", "Ida Marsh")
    ]
