"""Thirty publishers with a tenth of faulty responses: nothing is lost, and everything has a row."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.nights.night import Desk
from tests.raw.warc_readers import check
from tests.sites.many import ManySites
from tests.sites.pages import gzip_parts
from tests.sites.server import SeenRequest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Night:
    """A night that has ended.

    Attributes:
        expected: the text of each article, by address.
        requests: the requests that the sites received.
        shown: the output of the command.
        sizes: the bytes of each page as the server sends it.
    """

    desk: Desk
    expected: dict[str, str]
    requests: list[SeenRequest]
    shown: str
    sizes: dict[str, int]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with ManySites(30, 40, faults=0.1) as site:
        desk = Desk(tmp_path_factory.mktemp("thirty"), site)
        shown = desk.night()
        site.settle()
        yield Night(desk, site.expected(), list(site.requests), shown, sizes(site))


def sizes(site: ManySites) -> dict[str, int]:
    found = {}
    for publisher in site.shown.values():
        for article in publisher.articles:
            resource = publisher.resource(article.path)
            assert resource is not None
            found[article.url] = sum(map(len, gzip_parts(resource.parts)))
    return found


def test_every_article_is_loaded_once_with_its_exact_text(night: Night) -> None:
    assert night.desk.texts() == night.expected
    assert "1,200" in night.shown


def test_every_request_has_its_row(night: Night) -> None:
    asked = Counter(f"http://{seen.host}{seen.path}" for seen in night.requests)
    rows = night.desk.ask("select url, count(*) as n from fetches where attempt > 0 group by url")
    logged = Counter({row["url"]: row["n"] for row in rows})
    refused = "select url from fetches where outcome = 'refused'"
    logged.subtract(row["url"] for row in night.desk.ask(refused))
    assert +logged == asked


def test_retries_fetched_the_pages_that_faults_had_withheld(night: Night) -> None:
    rows = night.desk.ask(
        "select count(*) as n, bool_and(passing) as passing, count(distinct reason) as reasons "
        "from fetches where kind = 'article' and outcome = 'failed'"
    )
    assert rows[0]["n"] > 100
    assert rows[0]["passing"]
    assert rows[0]["reasons"] >= 5
    assert night.desk.ask("select sum(failed)::int as n from nights") == [{"n": 0}]


def test_the_tables_agree_source_by_source(night: Night) -> None:
    disagreeing = night.desk.ask("""
        with attempts as (
            select source, count(*) filter (outcome = 'fetched') as fetched
            from fetches where kind = 'article' group by source
        ),
        ledger as (
            select source, count(*) as documents, count(*) filter (outcome = 'loaded') as loaded
            from documents group by source
        ),
        listed as (
            select source, count(distinct url_key) as found from discoveries group by source
        )
        select source from nights
        join attempts using (source) join ledger using (source) join listed using (source)
        where nights.fetched <> attempts.fetched or nights.loaded <> ledger.loaded
            or attempts.fetched <> ledger.documents or nights.found <> listed.found
    """)
    assert disagreeing == []
    assert night.desk.ask("select count(*) as n from nights where loaded = 40") == [{"n": 30}]


def test_each_row_names_the_record_that_holds_its_bytes(night: Night) -> None:
    rows = night.desk.ask(
        "select url, warc_file, warc_offset, record_id, bytes from fetches "
        "where warc_file is not null order by warc_file, warc_offset"
    )
    assert len(rows) == 1200
    assert {row["url"]: row["bytes"] for row in rows} == night.sizes
    for row in rows[::40]:
        with (night.desk.warehouse / row["warc_file"]).open("rb") as stream:
            stream.seek(row["warc_offset"])
            record = next(iter(ArchiveIterator(stream)))
            assert record.rec_type == "response"
            assert record.rec_headers["WARC-Target-URI"] == row["url"]
            assert record.rec_headers["WARC-Record-ID"] == f"<{row['record_id']}>"
            assert len(record.raw_stream.read()) == row["bytes"]


def test_independent_readers_find_the_files_valid(night: Night) -> None:
    files = sorted((night.desk.warehouse / "raw" / "2025-03-11").glob("*.warc.gz"))
    assert len(files) == 30
    check(*map(Path, files))
