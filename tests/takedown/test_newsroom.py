"""Takedowns in a warehouse with nights and an archive: WARC files, and what reads them later."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator

from tasks.jobs.reprocess import ReprocessRequest, reprocess
from tests.raw.warc_readers import check, types
from tests.repair.newsroom import Newsroom, newsroom
from tests.takedown.desk import sentences, take_down, with_stages
from tests.takedown.every_byte import places_with

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom(tmp_path_factory.mktemp("newsroom")) as room:
        yield room


@pytest.fixture
def room(built: Newsroom) -> Newsroom:
    built.put_back()
    return built


def fetched(room: Newsroom) -> dict[str, Any]:
    """Return an article with several versions, fetched by nights."""
    [found] = room.ask(
        "select article_id, url, title, url_key from article_versions "
        "where starts_with(locator, 'raw/') and version = 2 order by article_id limit 1"
    )
    return found


def words_of(room: Newsroom, article: dict[str, Any]) -> list[str]:
    """Return address, title, and the sentences that no other article has."""
    texts = room.ask(
        f"select text from article_versions where article_id = '{article['article_id']}'"
    )
    others = room.ask(
        f"select text from article_versions where article_id <> '{article['article_id']}'"
    )
    elsewhere = {one for row in others for one in sentences(row["text"])}
    own = {one for row in texts for one in sentences(row["text"])} - elsewhere
    assert own
    return [article["url"], article["url_key"], *own]


def locators(room: Newsroom) -> dict[str, str]:
    rows = room.ask(
        "select locator, url from article_versions where starts_with(locator, 'raw/') order by all"
    )
    return {row["locator"]: row["url"] for row in rows}


def addresses(room: Newsroom) -> dict[str, str]:
    """Return the address of the record at each locator of the raw zone, as fastwarc reads it."""
    found = {}
    for path in sorted((room.warehouse / "raw").rglob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False):
                name = path.relative_to(room.warehouse).as_posix()
                found[f"{name}#offset={record.stream_pos}"] = record.headers.get(
                    "WARC-Target-URI", ""
                )
    return found


def test_nothing_of_a_fetched_article_is_left_and_all_other_records_are(room: Newsroom) -> None:
    article = fetched(room)
    words = words_of(room, article)
    before, records = locators(room), addresses(room)
    sizes = {path: path.stat().st_size for path in (room.warehouse / "raw").rglob("*.gz")}
    report = take_down(room.settings, article["url"])
    assert report.is_done
    assert places_with(room.warehouse, words) == []
    after = locators(room)
    assert after == {at: url for at, url in before.items() if url != article["url"]}
    now = addresses(room)
    assert set(now) == set(records)
    assert {at for at in now if now[at] != records[at]} == {
        at for at, url in records.items() if url == article["url"]
    }
    assert all(now[at] == url for at, url in after.items())
    assert {path: path.stat().st_size for path in sizes} == sizes
    check(*sizes)
    assert all(types(path) for path in sizes)
    assert not room.faults()


def test_it_stays_away_through_ingest_night_reprocess_and_repair(room: Newsroom) -> None:
    article = fetched(room)
    words = words_of(room, article)
    take_down(room.settings, article["url"])
    report, _ = with_stages(room.settings, lambda stages: reprocess(ReprocessRequest(), stages))
    assert report.changed == 0
    assert places_with(room.warehouse, words) == []
    room.desk.quick_night(30)
    assert places_with(room.warehouse, words) == []
    raw = sorted((room.warehouse / "raw").rglob("*.warc.gz"))
    room.ingest(*raw)
    rows = room.ask("select count(*) as n from documents where reason = 'taken_down'")
    assert rows[0]["n"] > 2
    for table in ("documents", "article_versions"):
        for path in (room.warehouse / "lake" / table / "data").glob("*.parquet"):
            path.unlink()
    room.repair()
    assert places_with(room.warehouse, words) == []
    assert not room.faults()
    assert not room.ask(
        f"select 1 from article_versions where article_id = '{article['article_id']}'"
    )


def test_an_article_of_an_archive_is_named_with_the_archive(room: Newsroom) -> None:
    [article] = room.ask(
        "select article_id, url, url_key, title from articles "
        "where not starts_with(locator, 'raw/') order by url limit 1"
    )
    words = words_of(room, article)
    report = take_down(room.settings, article["article_id"])
    stays = {place.where for place in report.survey.places if place.stays}
    assert stays == {str(room.archive)}
    found = places_with(room.warehouse, words)
    links = [one for one in found if one.startswith("lake/links/")]
    # The page that links to it has a row for its own link.
    assert found == [*links, *(one for one in found if one.startswith("news.duckdb"))]
    room.ingest()
    assert not room.ask(f"select 1 from articles where article_id = '{article['article_id']}'")
    assert {one for one in places_with(room.warehouse, words)} == set(found)
