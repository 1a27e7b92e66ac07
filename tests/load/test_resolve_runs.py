"""Resolving and publishing of processed articles, without readers and worker processes."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.articles import article
from tests.pipeline.nights import Nights

pytestmark = pytest.mark.slow

PAGE = "https://courier.example/basin"


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "w")


def current(nights: Nights) -> list[tuple[Any, ...]]:
    return nights.ask("select url, version, text from articles order by url")


def test_a_new_article_is_loaded_as_version_one(nights: Nights) -> None:
    assert nights.load(article(PAGE, "A", position=1, day=1)) == ["loaded"]
    assert current(nights) == [(PAGE, 1, "A")]


def test_the_same_bytes_again_are_a_duplicate(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    assert nights.load(article(PAGE, "A", position=1, day=2)) == ["duplicate"]
    assert nights.ask("select reason from documents where outcome = 'duplicate'") == [
        ("same_bytes",)
    ]


def test_other_bytes_with_the_same_text_are_a_duplicate(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1, page="with one advertisement"))
    again = article(PAGE, "A", position=1, day=2, page="with another")
    assert nights.load(again) == ["duplicate"]
    assert nights.ask("select reason from documents where outcome = 'duplicate'") == [
        ("same_text",)
    ]


def test_another_text_is_the_next_version_and_the_old_one_is_kept(nights: Nights) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    assert nights.load(article(PAGE, "B", position=1, day=2)) == ["revised"]
    assert current(nights) == [(PAGE, 2, "B")]
    kept = nights.ask(
        "select version, change_reason, text, first_seen_at::date::varchar from article_versions "
        "order by version"
    )
    assert kept == [(1, None, "A", "2025-03-01"), (2, "publisher", "B", "2025-03-01")]


@pytest.mark.parametrize("together", [True, False])
def test_a_text_that_goes_a_b_a_has_three_versions(nights: Nights, together: bool) -> None:
    texts = [article(PAGE, text, position=n, day=n) for n, text in enumerate("ABA", start=1)]
    outcomes = nights.load(*texts) if together else [nights.load(text)[0] for text in texts]
    assert outcomes == ["loaded", "revised", "revised"]
    assert current(nights) == [(PAGE, 3, "A")]


@pytest.mark.parametrize("days", [(1, 2, 3), (5, 5, 5), (None, None, None)])
def test_loading_the_same_input_again_changes_no_article(
    nights: Nights, days: tuple[int | None, ...]
) -> None:
    texts = [
        article(PAGE, text, position=n, day=day)
        for n, (text, day) in enumerate(zip("ABA", days, strict=True))
    ]
    assert nights.load(*texts) == ["loaded", "revised", "revised"]
    before = current(nights)
    assert nights.load(*texts) == ["duplicate"] * 3
    assert nights.load(*texts) == ["duplicate"] * 3
    assert current(nights) == before


def test_an_older_capture_that_is_loaded_later_does_not_become_current(nights: Nights) -> None:
    nights.load(article(PAGE, "B", position=1, day=2))
    assert nights.load(article(PAGE, "A", position=1, day=1)) == ["revised"]
    assert current(nights) == [(PAGE, 1, "B")]


def test_a_text_that_was_seen_again_stays_current_when_an_older_capture_arrives(
    nights: Nights,
) -> None:
    nights.load(article(PAGE, "A", position=1, day=1))
    nights.load(article(PAGE, "A", position=1, day=3))
    nights.load(article(PAGE, "B", position=1, day=2))
    assert current(nights) == [(PAGE, 1, "A")]
    assert nights.load(article(PAGE, "B", position=1, day=4)) == ["revised"]
    assert current(nights) == [(PAGE, 3, "B")]


def test_the_same_text_elsewhere_is_an_article_of_its_own_in_the_same_cluster(
    nights: Nights,
) -> None:
    other = "https://gazette.example/wire/basin"
    assert nights.load(
        article(PAGE, "A", position=1, day=1), article(other, "A", position=2, day=1)
    ) == ["loaded", "loaded"]
    assert nights.ask("select count(*), count(distinct cluster_id) from articles") == [(2, 1)]


def test_every_order_of_loading_shows_the_same_article(tmp_path: Path) -> None:
    captures = [article(PAGE, text, position=n, day=n) for n, text in enumerate("ABA", start=1)]
    for number, order in enumerate(permutations(captures)):
        nights = Nights(tmp_path / str(number))
        for capture in order:
            nights.load(capture)
        assert [row[2] for row in current(nights)] == ["A"], [one.fetched_at for one in order]
