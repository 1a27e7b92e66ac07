"""The kept keys and marts: brought up to date run by run, they equal those built from all files."""

import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from config.errors import BroadsheetError
from tasks.load.decisions import define_captures, define_kept
from tasks.load.look_up import narrow
from tasks.records import Article
from tasks.runs.address_rules import define_address_keys, define_article_keys
from tasks.runs.run import Run
from tasks.runs.views import define_inputs
from tasks.web.fingerprint import article_id
from tests.articles import article
from tests.pipeline.nights import Nights
from tests.warehouse.visits import Visits
from warehouse.kept import KEPT_KEYS, KEPT_MARTS, bring_up_kept
from warehouse.lake import open_lake
from warehouse.schema import VISITS
from warehouse.snapshots import take_snapshot
from warehouse.working import working_connection

pytestmark = pytest.mark.slow

SITE = "https://courier.example/"
MART_TABLES = (
    *("standings", "article_days", "visit_counts", "source_entries", "ledger_counts"),
    *("version_counts", "source_versions", "damaged"),
    *("clustered_articles", "clustered_stories", "attention_days", "agency_days"),
    "outranked_addresses",
)


def story(name: str, text: str, position: int, day: int, **changed: object) -> Article:
    made = article(SITE + name, text, position=position, day=day)
    return replace(made, publication="Harbour Courier", **changed)


def at_shared_address(key: str, position: int, day: int, **changed: object) -> Article:
    """Return an article found at an address at which others, with other keys, were found, too."""
    made = story("shared", f"text of {key}", position, day, **changed)
    url = SITE + key
    return replace(made, url_key=url, url_canonical=url, article_id=article_id(url))


def kept_rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of both kept files, sorted."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for kept in (KEPT_KEYS, KEPT_MARTS):
            connection.execute(f"attach '{kept.path(folder)}' as {kept.name} (read_only)")
        names = [f"marts.marts.{name}" for name in MART_TABLES]
        for name in (*names, "keys.article_keys", "keys.repeats", "keys.texts"):
            rows = connection.execute(f"from {name}").fetchall()
            found[name] = sorted(rows, key=str)
    return found


def built_anew(folder: Path, nights: Nights) -> dict[str, list[tuple[object, ...]]]:
    shutil.rmtree(folder / "kept")
    bring_up_kept(folder, take_snapshot(open_lake(folder)), nights.settings.load)
    return kept_rows(folder)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Load nights with new articles, revisions, repeats, a return to an old text, and no dates."""
    nights = Nights(tmp_path_factory.mktemp("kept") / "w")
    nights.load(
        *(story(f"{n}", f"text {n}", n, 1) for n in range(6)), at_shared_address("first", 6, 1)
    )
    older = {"published_at": None, "published_date": None}
    moved = {"published_date": date(2025, 3, 9)}
    nights.load(
        story("0", "text 0 again", 0, 2),
        story("1", "text 1", 1, 2),
        story("2", "moved", 2, 2, **moved),
        story("6", "undated", 3, 2, **older),
        at_shared_address("second", 4, 2, **older),
    )
    nights.load(
        story("0", "text 0", 0, 3),
        story("6", "undated, changed", 1, 3, **older),
        story("7", "late", 2, 3, **moved),
        article("https://ferry.example/1", "ferry", position=3, day=3),
        at_shared_address("third", 4, 3, **moved),
    )
    nights.load(story("0", "an older capture", 0, 1), story("2", "text 2", 1, 4))
    return nights


def test_what_runs_added_equals_what_is_built_from_all_files(nights: Nights) -> None:
    before = {kept.name: kept.path(nights.folder).stat().st_ino for kept in (KEPT_KEYS, KEPT_MARTS)}
    nights.load(story("8", "new", 0, 5), story("7", "late, changed", 1, 5))
    after = {kept.name: kept.path(nights.folder).stat().st_ino for kept in (KEPT_KEYS, KEPT_MARTS)}
    assert after == before, "the files were brought up to date and not built anew"
    rows = kept_rows(nights.folder)
    assert len(rows["marts.marts.standings"]) >= 6
    assert len(rows["marts.marts.outranked_addresses"]) == 2
    assert rows == built_anew(nights.folder, nights)


@pytest.mark.parametrize("dated", [True, False])
def test_an_older_capture_of_a_copy_leaves_it_in_its_cluster(dated: bool, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    dates = {} if dated else {"published_at": None, "published_date": None}
    text = "The basin of the old harbour opens again after a winter of repairs and delays."
    nights.load(*(story(f"{n}", text, n, 2, **dates) for n in range(2)))
    [counted] = nights.ask("select articles, sites, certainty from stories")
    assert counted[0] == 2
    nights.load(story("0", "as it was before", 0, 1, **dates))
    assert nights.ask("select articles, sites, certainty from stories") == [counted]
    rows = kept_rows(nights.folder)
    assert rows == built_anew(nights.folder, nights)


def test_views_give_what_the_tables_say(nights: Nights) -> None:
    by_day = "select source, published_date, count(*) from {} where source is not null group by all"
    counted = nights.ask(by_day.format("articles") + " order by all")
    days = (
        "select source, published_date, sum(articles)::bigint from marts.article_days "
        "where source is not null group by all order by all"
    )
    assert nights.ask(days) == counted
    superseded = "select count(*) from article_versions where (article_id, version) {} "
    is_listed = superseded.format("in (select (article_id, version) from superseded)")
    [(outdated,)] = nights.ask(is_listed)
    [(versions,)] = nights.ask("select count(*) from article_versions")
    assert nights.ask("select count(*) from articles") == [(versions - outdated,)]


def test_of_several_articles_with_one_address_the_smallest_id_counts(nights: Nights) -> None:
    held = nights.ask(
        "select distinct url_key, article_id from article_versions union "
        "select distinct own_key, article_id from article_versions"
    )
    smallest: dict[str, str] = {}
    for key, holder in sorted(held):
        smallest.setdefault(key, holder)
    assert len(smallest) < len(held)
    counting = nights.ask(
        "select distinct url_key, article_id from marts.addresses "
        "anti join marts.outranked_addresses using (url_key, article_id)"
    )
    assert dict(counting) == smallest
    assert len(counting) == len(smallest)


def resolved_rows(run: Run, nights: Nights, *, narrowed: bool) -> dict[str, list[object]]:
    """Return what resolving finds in the stored tables, narrowed to the run or not."""
    lake = open_lake(nights.folder)
    snapshot = take_snapshot(lake)
    bring_up_kept(nights.folder, snapshot, nights.settings.load)
    with working_connection(nights.settings, run.folder / "spill") as connection:
        define_inputs(connection, run, snapshot)
        define_article_keys(connection, lake)
        define_address_keys(connection, lake, snapshot, {})
        define_kept(connection, nights.folder)
        if narrowed:
            narrow(connection, snapshot)
            [(versions,)] = connection.execute("select count(*) from article_versions").fetchall()
            assert versions < len(nights.ask("from article_versions"))
        else:
            connection.execute("create view whole_versions as from article_versions")
        define_captures(connection, reprocess=False)
        names = ("holders", "identified", "claims", "known", "captures")
        return {
            name: sorted(connection.execute(f"from {name}").fetchall(), key=str) for name in names
        }


def test_a_run_finds_the_same_in_the_narrowed_tables(nights: Nights) -> None:
    pages = (
        story("0", "text 0", 0, 6),
        story("2", "moved once more", 1, 6),
        replace(story("9", "variant", 2, 6), url_key=SITE + "1"),
        story("6", "undated", 3, 6),
    )
    run = nights.begin(*pages)
    whole = resolved_rows(run, nights, narrowed=False)
    assert len(whole["known"]) > len(pages)
    assert resolved_rows(run, nights, narrowed=True) == whole
    run.remove()


def test_a_damaged_file_is_built_anew(nights: Nights) -> None:
    rows = kept_rows(nights.folder)
    for kept in (KEPT_KEYS, KEPT_MARTS):
        kept.path(nights.folder).write_bytes(b"no database")
    nights.load()
    found = kept_rows(nights.folder)
    assert found["marts.marts.article_days"] == rows["marts.marts.article_days"]
    assert found["keys.article_keys"] == rows["keys.article_keys"]


def test_visits_of_renamed_sources_are_added_night_by_night(tmp_path: Path) -> None:
    visits = Visits(tmp_path / "w")
    visits.night(0, "tide", "courier")
    asked = "select source, nights, first_night from sources order by source"
    assert [row[:2] for row in visits.ask(asked)] == [("courier", 1), ("tide", 1)]
    visits.renamed(1, "evening tide", "tide")
    assert [row[:2] for row in visits.ask(asked)] == [("courier", 1), ("evening tide", 2)]
    rows = kept_rows(visits.folder)["marts.marts.source_entries"]
    assert [row[0] for row in rows] == ["courier", "evening tide", "tide"]
    [entries] = (visits.folder / "kept").glob("entries-*.parquet")
    head = take_snapshot(open_lake(visits.folder)).head(VISITS)
    assert entries.name == f"entries-{head}.parquet"


HEADERS, BLOCK = 3 * 4096, 256 * 1024  # of a DuckDB file


def damage_kept(folder: Path, which: str) -> None:
    keys, marts = KEPT_KEYS.path(folder), KEPT_MARTS.path(folder)
    if which == "swapped":
        aside = keys.with_name("aside")
        keys.replace(aside)
        marts.replace(keys)
        aside.replace(marts)
    elif which == "entries":
        [entries] = keys.parent.glob("entries-*.parquet")
        entries.write_bytes(b"\xff" * 100)
    else:
        name, _, number = which.partition(" block ")
        path = {"keys": keys, "marts": marts}[name]
        content = bytearray(path.read_bytes())
        first = HEADERS + int(number) * BLOCK
        content[first + 8 : first + BLOCK] = b"\xff" * (len(content[first : first + BLOCK]) - 8)
        path.write_bytes(content)


@pytest.mark.parametrize(
    "which", ["swapped", "entries", "keys block 3", "marts block 0", "marts block 2"]
)
def test_a_damaged_kept_file_stops_one_attempt_at_most(which: str, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(*(story(f"{n}", f"text {n}", n, 1) for n in range(3)))
    damage_kept(nights.folder, which)
    # The attempt that meets the damage may fail; the next one builds the files anew.
    with suppress(BroadsheetError):
        nights.load(story("0", "changed", 0, 2))
    assert nights.load(story("1", "changed", 0, 3)) == ["revised"]
    rows = kept_rows(nights.folder)
    assert rows == built_anew(nights.folder, nights)
