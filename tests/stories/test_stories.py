"""Copies and clusters over planted articles, loaded night by night."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.stories.planting import Planter, planted
from tests.stories.recall import measure
from tests.stories.tables import StoryTables, Told, id_of, same_groups

DAY = date(2025, 3, 10)
PLANTER = Planter(3)


def story(words: int = 200) -> str:
    return "\n\n".join(PLANTER.paragraphs(words))


def tables(folder: Path, *nights: Sequence[Told]) -> StoryTables:
    loaded = StoryTables(folder)
    for number, told in enumerate(nights):
        loaded.load(f"run-{number}", told)
    return loaded


def clusters(loaded: StoryTables) -> set[frozenset[str]]:
    return same_groups(loaded.clusters().items())


def ids(*names: str) -> frozenset[str]:
    return frozenset(map(id_of, names))


def test_planted_copies_are_found_and_different_stories_stay_apart(tmp_path: Path) -> None:
    found = measure(list(planted(600)), StoryTables(tmp_path))
    assert found.long[0] >= 0.98 * found.long[1] > 100, found
    assert found.short[0] >= 0.95 * found.short[1] > 50, found
    assert found.clustered[0] >= 0.98 * found.clustered[1] > 200, found
    assert found.different <= 0.01 * found.within, found


@pytest.mark.slow
def test_twenty_thousand_planted_articles(tmp_path: Path) -> None:
    found = measure(list(planted(20_000, seed=2)), StoryTables(tmp_path))
    assert found.long[0] >= 0.98 * found.long[1], found
    assert found.short[0] >= 0.95 * found.short[1], found
    assert found.clustered[0] >= 0.98 * found.clustered[1], found
    assert found.different <= 0.01 * found.within, found


def test_an_edited_copy_of_an_earlier_night_shares_its_cluster(tmp_path: Path) -> None:
    text = story()
    loaded = tables(
        tmp_path,
        [Told("first", text, DAY), Told("other", story(), DAY)],
        [Told("copy", PLANTER.copy("introduced", text), DAY + timedelta(days=1))],
    )
    assert clusters(loaded) == {ids("first", "copy"), ids("other")}
    [kind] = loaded.pairs().values()
    assert kind == "edited"


def test_the_id_is_the_smallest_article_and_a_replaced_id_can_be_followed(tmp_path: Path) -> None:
    text = story()
    names = sorted(("a", "b", "c"), key=id_of)
    loaded = tables(
        tmp_path,
        [Told(names[2], text, DAY)],
        [Told(names[1], PLANTER.copy("edited", text), DAY)],
        [Told(names[0], PLANTER.copy("edited", text), DAY)],
    )
    assert set(loaded.clusters().values()) == {id_of(names[0])}
    assert loaded.merges() == {
        (id_of(names[2]), id_of(names[1])),
        (id_of(names[1]), id_of(names[0])),
    }


def test_a_roundup_does_not_join_the_stories_that_it_embeds(tmp_path: Path) -> None:
    texts = [story(), story(), story()]
    told = [Told(f"story-{n}", text, DAY) for n, text in enumerate(texts)]
    loaded = tables(tmp_path, [*told, Told("roundup", PLANTER.roundup(texts), DAY)])
    assert clusters(loaded) == {ids(one.name) for one in told} | {ids("roundup")}
    assert len(loaded.pairs()) == 3


def test_a_text_that_turns_out_to_be_a_roundup_leaves_the_cluster(tmp_path: Path) -> None:
    one, other = story(), story()
    loaded = tables(
        tmp_path,
        [Told("one", one, DAY), Told("roundup", PLANTER.roundup([one, other, story()]), DAY)],
        [Told("other", other, DAY)],
    )
    assert clusters(loaded) == {ids("one"), ids("other"), ids("roundup")}


def test_equal_texts_are_one_story_however_many_days_apart(tmp_path: Path) -> None:
    text = story()
    later = DAY + timedelta(days=900)
    loaded = tables(tmp_path, [Told("one", text, DAY)], [Told("other", text, later)])
    assert clusters(loaded) == {ids("one", "other")}


@pytest.mark.parametrize(("days", "together"), [(60, True), (61, False)])
def test_other_texts_are_compared_within_a_bound_of_days(
    tmp_path: Path, days: int, together: bool
) -> None:
    text = story()
    later = Told("other", PLANTER.copy("edited", text), DAY + timedelta(days=days))
    for number, nights in enumerate(
        ([[Told("one", text, DAY)], [later]], [[later], [Told("one", text, DAY)]])
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert (clusters(tables(folder, *nights)) == {ids("one", "other")}) is together


def test_a_text_without_a_day_is_compared_with_all(tmp_path: Path) -> None:
    text = story()
    undated = Told("undated", PLANTER.copy("edited", text), None)
    later = Told("later", PLANTER.copy("edited", text), DAY + timedelta(days=900))
    loaded = tables(tmp_path, [Told("one", text, DAY)], [undated], [later])
    assert clusters(loaded) == {ids("one", "undated", "later")}


def test_all_versions_of_an_article_count(tmp_path: Path) -> None:
    first, second = story(), story()
    loaded = tables(
        tmp_path,
        [Told("page", first, DAY), Told("one", PLANTER.copy("edited", first), DAY)],
        [Told("page", second, DAY, version=2)],
        [Told("other", PLANTER.copy("edited", second), DAY)],
    )
    assert clusters(loaded) == {ids("page", "one", "other")}


def test_a_story_in_japanese_is_found_in_a_longer_one(tmp_path: Path) -> None:
    made = random.Random(5)
    characters = [chr(made.randrange(0x4E00, 0x5200)) for _ in range(900)]
    text = "".join(characters[:500])
    loaded = tables(
        tmp_path, [Told("one", text, DAY), Told("copy", "".join(characters[100:]), DAY)]
    )
    assert clusters(loaded) == {ids("one", "copy")}


def test_a_phrase_that_a_thousand_texts_share_finds_no_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.stories.pairs.MOST_TEXTS", 10)
    phrase = " ".join(PLANTER.words[100:120])
    told = [Told(f"n{n}", f"{phrase} {story(30)}", DAY) for n in range(12)]
    few = StoryTables(tmp_path)
    few.load("run", told)
    assert not few.pairs()


def test_six_nights_in_any_order_give_the_same_clusters(tmp_path: Path) -> None:
    told = [Told(one.name, one.text, one.day) for one in planted(70, seed=9, days=6)]
    nights = [[one for n, one in enumerate(told) if n % 6 == night] for night in range(6)]
    (tmp_path / "whole").mkdir()
    whole = tables(tmp_path / "whole", told)
    for seed in range(4):
        order = random.Random(seed).sample(nights, 6)
        folder = tmp_path / str(seed)
        folder.mkdir()
        loaded = tables(folder, *order)
        assert loaded.clusters() == whole.clusters()
        assert loaded.pairs() == whole.pairs()
