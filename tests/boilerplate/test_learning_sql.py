"""The SQL that learns boilerplate: the lines and articles that it counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

import tasks.boilerplate.learn
from config.settings import load_settings
from tasks.boilerplate.learn import find_boilerplate_changes
from warehouse.statements import statement

TABLES = """
create table article_versions (
    article_id varchar, version int, run_id varchar, source varchar, domain varchar,
    content_hash varchar, published_date date, fetched_at timestamptz, text varchar,
    authors varchar[], learned_lines varchar[], quality_flags varchar[]
);
create view new_article_versions as from article_versions where run_id = 'run';
create table earlier_versions (source varchar, versions bigint);
create table stored_days (source varchar, day date, articles bigint);
create view earlier_days as from stored_days union all by name
select coalesce(source, domain) as source, published_date as day, count(*) as articles
from article_versions where run_id <> 'run' group by all;
create table superseded (article_id varchar, version int);
create table new_superseded (article_id varchar, version int);
create table boilerplate_history (
    source varchar, line varchar, change int, state varchar, articles bigint, days bigint,
    share double, changed_at timestamptz, run_id varchar
);
create table overrides (source varchar, line varchar, state varchar);
"""
COURIER = "Harbour Courier"
LEDE = (
    "The council said on Tuesday that the ferry would run again in spring, and that it would " * 2
)
LINE = "Subscribe to our newsletter for more of this."
FIRST = date(2025, 3, 1)


@dataclass(frozen=True, slots=True)
class Story:
    """An article whose first paragraph is long."""

    number: int
    day: date | None
    lines: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    source: str | None = COURIER
    cluster: str | None = None
    authors: tuple[str, ...] = ("Ida Marsh",)
    removed: tuple[str, ...] | None = None

    @property
    def row(self) -> list[object]:
        text = "\n\n".join((*self.above, f"{LEDE} {self.number}.", *self.lines))
        name = f"{self.source}-{self.number}"
        known = [name, 1, "run", self.source, "courier.example", self.cluster or name]
        fetched = None if self.day is None else datetime(2025, 6, 1, tzinfo=UTC)
        return [*known, self.day, fetched, text, [*self.authors], self.removed]


def stories(
    count: int, *, of: int = 40, days: int = 10, line: str = LINE, first: date = FIRST
) -> list[Story]:
    """Return `of` stories spread over `days` days; the first `count` stories have the line."""
    return [
        Story(n, first + timedelta(n % days), (line,) if n < count else (f"Something else, {n}",))
        for n in range(of)
    ]


@dataclass(frozen=True, slots=True)
class Lake:
    """The tables that the SQL reads, in memory."""

    connection: duckdb.DuckDBPyConnection

    def add(self, found: Iterable[Story]) -> None:
        marks = ", ".join("?" * 11)
        rows = [story.row for story in found]
        self.connection.executemany(f"insert into article_versions values ({marks}, [])", rows)

    def override(self, state: str, line: str = LINE, source: str = COURIER) -> None:
        self.connection.execute("insert into overrides values (?, ?, ?)", [source, line, state])

    def learn(self, **changed: float) -> list[tuple[str, str, int, str]]:
        """Learn as one run does, insert the changes into the history, and return them."""
        self.connection.execute("drop table if exists sources_to_learn")
        self.connection.execute("drop table if exists boilerplate_changes")
        find_boilerplate_changes(self.connection, "run", load_settings(learn=changed))
        self.connection.execute("insert into boilerplate_history by name from boilerplate_changes")
        rows = self.connection.execute(statement("new_boilerplate_history")).fetchall()
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def counts(self, line: str = LINE) -> tuple[int, int, float]:
        query = (
            "select articles, days, share from boilerplate_history where line = ? "
            "order by change desc"
        )
        found: tuple[int, int, float] | None = self.connection.execute(query, [line]).fetchone()
        assert found is not None
        return found


@pytest.fixture
def lake() -> Iterator[Lake]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(TABLES)
        yield Lake(connection)


LEARNED = [(COURIER, LINE, 1, "learned")]


def test_a_line_that_recurs_in_a_share_of_the_articles_on_several_days_is_learned_once(
    lake: Lake,
) -> None:
    lake.add(stories(20))
    assert lake.learn() == LEARNED
    articles, days, share = lake.counts()
    assert (articles, days) == (20, 10)
    assert share == pytest.approx(0.5, abs=0.05)
    assert lake.learn() == []


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (stories(9, of=20), "in nine articles"),
        (stories(12, of=80, days=20), "in less than a quarter of them"),
        (stories(40, days=4), "on four days"),
        (stories(19, of=19), "the source has nineteen articles"),
        (stories(20, line="Read on, dear friend"[:19]), "it is too short"),
        (stories(20, line="Subscribe. " * 40), "it is too long"),
        ([replace(one, day=None) for one in stories(40)], "nothing is dated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_is_not_learned(lake: Lake, found: list[Story], why: str) -> None:
    lake.add(found)
    assert lake.learn() == [], why


def test_twenty_articles_are_enough(lake: Lake) -> None:
    lake.add(stories(10, of=20))
    assert lake.learn() == LEARNED


def test_lines_up_to_the_first_long_paragraph_are_not_counted(lake: Lake) -> None:
    kicker = "From our reporter at the harbour basin"
    lake.add(replace(one, above=(kicker, LEDE), lines=()) for one in stories(0))
    assert lake.learn() == []


def test_articles_without_a_long_paragraph_have_no_line_to_learn(lake: Lake) -> None:
    lake.add(stories(40))
    lake.connection.execute("update article_versions set text = ?", [f"Short.\n\n{LINE}\n\n{LINE}"])
    assert lake.learn() == []


def test_copies_of_one_story_count_once(lake: Lake) -> None:
    lake.add(
        replace(one, cluster="one story") if LINE in one.lines else one
        for one in stories(20, of=60)
    )
    assert lake.learn() == []


def test_a_line_twice_in_an_article_counts_once(lake: Lake) -> None:
    lake.add(replace(one, lines=one.lines * 3) for one in stories(9, of=20))
    assert lake.learn() == []


def test_names_of_authors_are_never_learned(lake: Lake) -> None:
    name = "Ida Marsh-Winterbottom"
    lake.add(replace(one, authors=(name.upper(),)) for one in stories(20, line=name))
    assert lake.learn() == []


def test_old_articles_count_less_by_half_in_thirty_days(lake: Lake) -> None:
    old = stories(20, of=20, days=5)
    new = stories(0, of=20, days=5, first=FIRST + timedelta(60))
    lake.add(old)
    lake.add(replace(one, number=100 + one.number) for one in new)
    assert lake.learn() == [], "a quarter of the weight, so a fifth of the votes"
    assert lake.learn(half_life=3000.0) == LEARNED


def test_one_article_that_is_dated_far_ahead_does_not_outvote_all_others(lake: Lake) -> None:
    lake.add(stories(40))
    lake.add([Story(999, date(2999, 1, 1))])
    assert lake.learn() == LEARNED


def test_only_the_newest_stories_are_counted(lake: Lake) -> None:
    lake.add(stories(40))
    later = stories(0, of=40, first=FIRST + timedelta(20))
    lake.add(replace(one, number=100 + one.number) for one in later)
    assert lake.learn(stories=40) == []
    assert lake.learn(half_life=3000.0) == LEARNED


def test_a_day_with_more_stories_than_the_limit_is_counted_in_part(lake: Lake) -> None:
    lake.add(stories(40, days=5))
    assert lake.learn(stories=38) == LEARNED
    assert lake.counts()[0] == 38


def test_outdated_versions_do_not_count(lake: Lake) -> None:
    lake.add(stories(20))
    lake.connection.execute("insert into superseded select article_id, 1 from article_versions")
    assert lake.learn() == []


def test_a_line_is_forgotten_below_half_of_the_share_and_not_before(lake: Lake) -> None:
    lake.add(stories(20))
    assert lake.learn() == LEARNED
    more = stories(0, of=60)
    lake.add(replace(one, number=100 + one.number) for one in more)
    assert lake.learn() == [], "a fifth of all have it"
    lake.add(replace(one, number=200 + one.number) for one in stories(0, of=100))
    assert lake.learn() == [(COURIER, LINE, 2, "forgotten")]
    lake.add(replace(one, number=400 + one.number) for one in stories(80, of=80))
    assert lake.learn() == [(COURIER, LINE, 3, "learned")]


def test_a_learned_line_stays_if_its_articles_become_few_but_its_share_is_high_enough(
    lake: Lake,
) -> None:
    lake.add(stories(10, of=24))
    assert lake.learn() == LEARNED
    outdated = "insert into superseded select article_id, 1 from article_versions where text like ?"
    lake.connection.execute(outdated, [f"%{LEDE} 0.%"])
    assert lake.learn() == []


def test_a_line_that_was_removed_still_counts(lake: Lake) -> None:
    lake.add(stories(20))
    assert lake.learn() == LEARNED
    lake.connection.execute(
        "update article_versions set learned_lines = [?], text = replace(text, ?, '') "
        "where contains(text, ?)",
        [LINE, f"\n\n{LINE}", LINE],
    )
    assert lake.learn() == []
    assert lake.counts()[0] == 20


def test_lines_are_learned_per_source_or_per_domain_if_the_source_has_no_name(lake: Lake) -> None:
    lake.add(replace(one, source=None) for one in stories(20))
    lake.add(replace(one, source="Gazette") for one in stories(9))
    assert lake.learn() == [("courier.example", LINE, 1, "learned")]


def test_sources_are_learned_in_groups_and_none_is_left_out(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.boilerplate.learn, "_SOURCES_AT_ONCE", 2)
    names = [f"Paper {number}" for number in range(5)]
    for name in names:
        lake.add(replace(one, source=name) for one in stories(20))
    assert lake.learn() == [(name, LINE, 1, "learned") for name in names]
    assert lake.learn() == []


def test_a_source_without_articles_in_a_run_does_not_change(lake: Lake) -> None:
    lake.add(stories(20))
    assert lake.learn() == LEARNED
    lake.connection.execute("update article_versions set run_id = 'older'")
    lake.connection.execute("update article_versions set text = replace(text, ?, '')", [LINE])
    assert lake.learn() == []
    lake.connection.execute(
        "update article_versions set run_id = 'run' where published_date = ?", [FIRST]
    )
    assert lake.learn() == [(COURIER, LINE, 2, "forgotten")]


def test_an_override_applies_until_it_is_withdrawn(lake: Lake) -> None:
    lake.add(stories(20))
    lake.override("kept")
    lake.override("dropped", "Never seen anywhere", "Nobody's")
    assert lake.learn() == [
        (COURIER, LINE, 1, "kept"),
        ("Nobody's", "Never seen anywhere", 1, "dropped"),
    ]
    assert lake.learn() == []
    lake.connection.execute("delete from overrides")
    assert lake.learn() == [
        (COURIER, LINE, 2, "learned"),
        ("Nobody's", "Never seen anywhere", 2, "forgotten"),
    ]


def test_lengths_are_counted_in_characters_as_in_python(lake: Lake) -> None:
    line = "e\u0301🏴\U000e0067\U000e0062é" * 4  # 20 code points by Python, fewer to the eye
    assert len(line) == 24
    lake.add(stories(20, line=line[:20]))
    assert lake.learn() == [(COURIER, line[:20], 1, "learned")]
