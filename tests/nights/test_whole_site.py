"""One night over thirty publishers: every page, row and byte is accounted for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha1
from urllib.parse import urlsplit

import pytest

from tests.nights.newsroom import Newsroom, march
from tests.nights.warcs import answers, faults
from tests.sites.many import ManySites
from tests.sites.pages import gzip_parts

PUBLISHERS = 30
ARTICLES = 40


@dataclass(frozen=True, slots=True)
class Collected:
    site: ManySites
    newsroom: Newsroom


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    with ManySites(PUBLISHERS, ARTICLES) as site:
        newsroom = Newsroom(tmp_path_factory.mktemp("night"), site.hosts, site.sources_toml())
        newsroom.night(march(11))
        yield Collected(site, newsroom)


def served(site: ManySites, url: str) -> bytes:
    """The body that the server sends to a client that takes gzip."""
    parts = urlsplit(url)
    resource = site.shown[parts.netloc].resource(parts.path)
    assert resource is not None
    return b"".join(gzip_parts(resource.parts))


def test_every_article_is_loaded_once_with_exactly_its_text(night: Collected) -> None:
    rows = night.newsroom.ask("select url, text, version, source from articles")
    assert {row["url"]: row["text"] for row in rows} == night.site.expected()
    assert len(rows) == PUBLISHERS * ARTICLES
    assert {row["version"] for row in rows} == {1}
    for row in rows:
        assert urlsplit(row["url"]).netloc == f"{row['source']}.example"


def test_the_tables_agree_for_each_source(night: Collected) -> None:
    room = night.newsroom
    nights = {row["source"]: row for row in room.ask("select * from nights")}
    fetched = room.pairs(
        "select source, count(*) from fetches where kind = 'article' and outcome = 'fetched' "
        "group by source"
    )
    refused = room.pairs(
        "select source, count(*) from fetches where outcome = 'refused' group by source"
    )
    found = room.pairs("select source, count(distinct url_key) from discoveries group by source")
    loaded = room.pairs("select source, count(*) from articles group by source")
    assert len(nights) == PUBLISHERS
    for source, row in nights.items():
        closed = refused.get(source, 0)
        assert closed == bool(night.site.shown[f"{source}.example"].closed)
        assert row["found"] == row["new"] == found[source] == ARTICLES + closed
        assert row["fetched"] == row["loaded"] == fetched[source] == loaded[source] == ARTICLES
        assert row["refused"] == closed
        waste = ("unchanged", "revised", "duplicate", "rejected", "failed", "postponed", "filled")
        assert not any(row[name] for name in waste)
        assert (row["discovery"], row["problem"], row["possible_loss"]) == ("ok", None, False)


def test_the_ledger_and_the_run_balance(night: Collected) -> None:
    (run,) = night.newsroom.ask("select * from runs")
    outcomes = night.newsroom.pairs("select outcome, count(*) from documents group by outcome")
    assert run["flow"] == "nightly"
    assert outcomes == {"loaded": run["documents"]} == {"loaded": run["loaded"]}
    assert run["documents"] == PUBLISHERS * ARTICLES


def test_the_bytes_of_fetches_are_those_that_were_served(night: Collected) -> None:
    rows = night.newsroom.ask(
        "select url, bytes, content_bytes, payload_digest, status from fetches "
        "where outcome = 'fetched' and kind = 'article'"
    )
    assert rows
    for row in rows:
        body = served(night.site, row["url"])
        assert (row["status"], row["bytes"]) == (200, len(body))
        parts = urlsplit(row["url"])
        resource = night.site.shown[parts.netloc].resource(parts.path)
        assert resource is not None
        assert row["content_bytes"] == len(resource.body)


def test_each_fetched_row_is_a_record_with_the_bytes_that_were_served(night: Collected) -> None:
    rows = night.newsroom.ask(
        "select url, warc_file, warc_offset, record_id from fetches where warc_file is not null"
    )
    records = answers(night.newsroom.warehouse)
    places = {(row["warc_file"], row["warc_offset"]): row for row in rows}
    assert places.keys() == records.keys()
    assert len(places) == len(rows) == PUBLISHERS * ARTICLES
    for place, row in places.items():
        record = records[place]
        assert (record.kind, record.url) == ("response", row["url"])
        assert record.record_id.strip("<>") == row["record_id"]
        assert sha1(record.body).digest() == sha1(served(night.site, row["url"])).digest()


def test_every_file_passes_the_independent_check(night: Collected) -> None:
    assert not faults(night.newsroom.warehouse)


def test_each_document_lies_where_its_fetch_says(night: Collected) -> None:
    query = (
        "select count(*) from documents join fetches "
        "on locator = warc_file || '#offset=' || warc_offset and documents.url = fetches.url"
    )
    assert night.newsroom.column(query) == [PUBLISHERS * ARTICLES]


def test_every_request_has_its_row_and_every_row_its_request(night: Collected) -> None:
    night.site.settle()
    asked = Counter(f"http://{seen.host}{seen.path}" for seen in night.site.requests)
    rows = night.newsroom.pairs(
        "select url, count(*) from fetches where outcome <> 'refused' group by url"
    )
    assert asked == rows
    assert set(asked.values()) == {1}
    assert not night.site.closed & asked.keys()
