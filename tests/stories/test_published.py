"""The views and marts of stories in the published file, and making the tables anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from tasks.jobs.stories import rebuild_stories
from tasks.load.commit import load, publish_run
from tasks.load.resolve import resolve
from tasks.load.story_tables import StoriesReport
from tasks.pipeline import Stages, thread_runner
from tasks.records import Article
from tasks.runs.progress import ProgressListener
from tasks.stories.fingerprints import with_fingerprints
from tasks.web.fingerprint import content_hash
from tests.articles import article
from tests.pipeline.nights import Nights
from tests.stories.planting import Planter
from tests.warehouse.visits import Visits
from warehouse.layout import PUBLISHED

pytestmark = pytest.mark.slow

PLANTER = Planter(11)
STORY = "\n\n".join(PLANTER.paragraphs(150))
EDITED = PLANTER.copy("introduced", STORY)
OTHER = "\n\n".join(PLANTER.paragraphs(150))


AGENCY = ("dpa",)


def told(site: str, text: str, at: str, agencies: tuple[str, ...] = ()) -> Article:
    """An article of a site; `at` is its day or its minute in March 2025."""
    day, _, clock = at.partition(" ")
    made = article(f"https://{site}/{content_hash(text)}/{at}", text, position=1, day=int(day))
    instant = datetime.fromisoformat(f"2025-03-{int(day):02} {clock or '00:00'}+00:00")
    return with_fingerprints(
        replace(
            made,
            domain=site,
            published_at=instant,
            published_date=date(2025, 3, int(day)),
            published_precision="minute" if clock else "day",
            word_count=len(text.split()),
            content_hash=content_hash(text),
            agencies=agencies,
        )
    )


def numbered(*articles: Article) -> Iterator[Article]:
    for position, one in enumerate(articles):
        yield replace(one, position=position, locator=f"night.warc.gz#offset={position}")


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "w")


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("fetched", [datetime(2025, 3, 11, 2, 30, tzinfo=UTC), None])
def test_an_undated_article_keeps_its_agency_in_any_time_zone(
    zone: str, fetched: datetime | None, nights: Nights
) -> None:
    undated = {"published_at": None, "published_date": None, "published_precision": None}
    nights.load(
        replace(told("courier.example", STORY, "11", AGENCY), fetched_at=fetched, **undated)
    )
    with duckdb.connect(str(nights.folder / PUBLISHED), read_only=True) as connection:
        connection.execute(f"set timezone = '{zone}'")
        found = connection.execute("select origin, agencies from stories").fetchall()
    assert found == [("dpa", ["dpa"])]


@pytest.mark.parametrize(
    ("stored", "present", "sites"),
    [("Courier", "courier.example", 1), ("courier.example", "Courier", 2)],
)
def test_sites_of_a_story_are_counted_by_present_names(
    stored: str, present: str, sites: int, nights: Nights
) -> None:
    one = replace(told("courier.example", STORY, "11"), publication="Other")
    other = replace(told("ferry.example", STORY, "11"), domain=None, publication=stored)
    nights.load(*numbered(one, other))
    visits = Visits(nights.folder)
    visits.renamed(0, present, stored)
    assert visits.ask("select articles, sites from stories") == [(2, sites)]


# Who had a story first: the times of two sites that ran it, the agency that the second credits, and
# certainty, site of the first article, and origin.
FIRSTS = (
    ("3 10:00", "3 09:59", (), ("instant", "b.example", "b.example")),
    ("3", "4 09:00", (), ("day", "a.example", "a.example")),
    ("3", "3", (), ("undecided", None, None)),
    ("3", "3 09:00", (), ("undecided", None, None)),
    ("3 09:00", "3 09:00", (), ("undecided", None, None)),
    ("3 08:00", "3 09:00", AGENCY, ("instant", "a.example", "dpa")),
)


def test_who_was_first_is_said_as_far_as_the_dates_tell(nights: Nights) -> None:
    wanted, articles = {}, []
    for at_a, at_b, agencies, answer in FIRSTS:
        text = "\n\n".join(PLANTER.paragraphs(60))
        a = told("a.example", text, at_a)
        b = told("b.example", PLANTER.copy("introduced", text), at_b, agencies)
        wanted[min(a.article_id, b.article_id)] = answer
        articles += [a, b]
    lone = told("c.example", "\n\n".join(PLANTER.paragraphs(60)), "3 10:00")
    wanted[lone.article_id] = ("instant", "c.example", "c.example")
    nights.load(*numbered(*articles, lone))
    found = nights.ask(
        "select stories.cluster_id, certainty, domain, origin from stories "
        "left join articles on article_id = first_article_id"
    )
    assert {cluster: tuple(answer) for cluster, *answer in found} == wanted
    assert nights.ask(
        "select representative_reason, count(*) from stories group by all order by all"
    ) == [("first", 3), ("longest", 3), ("only", 1)]
    assert nights.ask("select count(*) from cluster_members") == [(12,)]


@pytest.mark.parametrize("order", [1, -1])
def test_equal_texts_have_one_representative_in_any_order(nights: Nights, order: int) -> None:
    articles = [told(f"{site}.example", STORY, "3") for site in "abcdefgh"]
    for one in articles[::order]:
        nights.load(one)
    expected = min(one.article_id for one in articles)
    assert nights.ask("select representative_id from stories") == [(expected,)]


def test_each_pair_says_what_it_is(nights: Nights) -> None:
    texts = {"a.example": STORY, "b.example": STORY, "c.example": EDITED}
    articles = [told(site, text, "3 10:00") for site, text in texts.items()]
    update = told("c.example", PLANTER.copy("edited", EDITED), "5 10:00")
    own = "\n\n".join(PLANTER.paragraphs(400))
    long = told("d.example", f"{STORY}\n\n{own}", "9 10:00")
    nights.load(*numbered(*articles, update, long))
    found = nights.ask(
        "select least(a.domain, b.domain), greatest(a.domain, b.domain), kind, days from copies "
        "join articles as a on a.article_id = copies.article_id "
        "join articles as b on b.article_id = other_id order by all"
    )
    assert ("a.example", "b.example", "same_text", 0) in found
    assert ("a.example", "c.example", "edited", 0) in found
    assert ("c.example", "c.example", "update", 2) in found
    assert ("a.example", "d.example", "embedded", 6) in found
    assert len(found) == 10


def test_the_marts_count_independent_stories(nights: Nights) -> None:
    a, b = told("a.example", STORY, "3 08:00"), told("b.example", EDITED, "3 11:00")
    c = told("a.example", OTHER, "3 08:00", agencies=AGENCY)
    again = told("a.example", PLANTER.copy("edited", STORY), "3 12:00")
    nights.load(*numbered(a, b, c, again))
    assert nights.ask("select source, articles, stories from attention order by source") == [
        ("a.example", 3, 2),
        ("b.example", 1, 1),
    ]
    assert nights.ask("from syndication") == [("a.example", "b.example", 1, 3.0)]
    assert nights.ask("select domain, agency, articles, share from agencies") == [
        ("a.example", "dpa", 1, 1 / 3)
    ]


def test_a_run_that_is_resolved_and_committed_twice_adds_its_copies_once(nights: Nights) -> None:
    nights.load(told("a.example", STORY, "3 10:00"))
    run = nights.begin(told("b.example", EDITED, "4 10:00"))
    resolve(run, nights.settings)
    run.resolved_file.unlink()
    resolve(run, nights.settings)
    load(run, nights.settings)
    load(run, nights.settings)
    publish_run(run, nights.settings)
    assert nights.ask("select count(*) from copies") == [(1,)]
    assert nights.ask("select count(*), count(distinct cluster_id) from cluster_members") == [
        (2, 1)
    ]


def rebuilt(nights: Nights) -> StoriesReport:
    with thread_runner(1) as run_stage:
        return rebuild_stories(Stages(nights.settings, run_stage, ProgressListener()))


CLUSTERS = "select article_id, cluster_id from articles order by all"
PAIRS = "select * exclude (run_id) from copies order by all"
HASHES = "select * from fingerprints order by all"


def test_making_the_tables_anew_changes_nothing_but_what_the_method_changes(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    lone = told("c.example", OTHER, "3 10:00")
    nights.load(*numbered(told("a.example", STORY, "3 10:00"), lone))
    nights.load(told("b.example", EDITED, "4 10:00"))
    before = [nights.ask(query) for query in (CLUSTERS, PAIRS, HASHES)]
    report = rebuilt(nights)
    assert (report.versions, report.added, report.dropped, report.moved) == (3, 0, 0, 0)
    assert [nights.ask(query) for query in (CLUSTERS, PAIRS, HASHES)] == before
    nights.load(told("d.example", PLANTER.copy("edited", STORY), "5 10:00"))
    assert nights.ask("select articles from stories order by articles desc limit 1") == [(3,)]
    monkeypatch.setattr("tasks.stories.evidence.LEAST_COPIED", 10_000)
    report = rebuilt(nights)
    assert report.moved == 2
    assert all(moved.before < moved.now for moved in report.examples)
    assert nights.ask("select count(distinct cluster_id) from articles") == [(4,)]


def test_articles_of_older_versions_get_their_copies_when_the_tables_are_made(
    nights: Nights,
) -> None:
    old = [told("a.example", STORY, "3 10:00"), told("b.example", EDITED, "4 10:00")]
    nights.load(*numbered(*(replace(one, fingerprints=(), shingles=None) for one in old)))
    assert nights.ask("select count(*) from copies") == [(0,)]
    report = rebuilt(nights)
    assert (report.pairs, report.added, report.moved) == (1, 1, 1)
    assert nights.ask("select count(distinct cluster_id) from articles") == [(1,)]
    assert nights.ask("select count(*) from cluster_merges") == [(1,)]
