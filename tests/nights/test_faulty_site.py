"""A night over publishers whose answers are faulty in a tenth of all cases."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.nights.newsroom import Newsroom, march
from tests.nights.warcs import answers, faults
from tests.sites.faults import Fault
from tests.sites.many import ManySites

PUBLISHERS = 12
ARTICLES = 30
# Faults by chance may come in a row; these hosts are not to be given up for it.
PATIENT = {"host_failures": 100, "retry_after_seconds": 5}


@dataclass(frozen=True, slots=True)
class Collected:
    site: ManySites
    newsroom: Newsroom


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    with ManySites(PUBLISHERS, ARTICLES, seed=5, faults=0.1) as site:
        folder = tmp_path_factory.mktemp("faulty")
        newsroom = Newsroom(folder, site.hosts, site.sources_toml(), fetch=PATIENT)
        newsroom.night(march(11))
        site.settle()
        yield Collected(site, newsroom)


def test_nothing_is_lost_that_a_patient_retry_could_get(night: Collected) -> None:
    kinds = {seen.fault for seen in night.site.requests if seen.fault}
    assert len(kinds) >= len(Fault) - 3  # the site was really faulty
    rows = night.newsroom.pairs("select url, text from articles")
    assert rows == night.site.expected()
    assert night.newsroom.column("select sum(failed) + sum(postponed) from nights") == [0]


def test_every_request_has_its_row(night: Collected) -> None:
    asked = Counter(f"http://{seen.host}{seen.path}" for seen in night.site.requests)
    rows = night.newsroom.pairs(
        "select url, count(*) from fetches where attempt >= 1 and outcome <> 'refused' group by url"
    )
    assert asked == rows


def test_the_attempts_of_an_address_are_numbered_and_only_the_last_is_good(
    night: Collected,
) -> None:
    rows = night.newsroom.ask(
        "select url, list(attempt order by started_at) as numbers, "
        "list(outcome order by started_at) as outcomes, "
        "list(reason order by started_at) as reasons from fetches "
        "where kind = 'article' and outcome <> 'refused' group by url"
    )
    for row in rows:
        tries = len(row["numbers"])
        assert row["numbers"] == list(range(1, tries + 1))
        assert row["outcomes"] == ["failed"] * (tries - 1) + ["fetched"]
        assert all(row["reasons"][:-1])
    assert max(len(row["numbers"]) for row in rows) == 3


def test_a_faulty_answer_leaves_nothing_in_the_archive(night: Collected) -> None:
    room = night.newsroom
    kept = {
        (row["warc_file"], row["warc_offset"])
        for row in room.ask("select warc_file, warc_offset from fetches where outcome = 'fetched'")
        if row["warc_file"]
    }
    assert answers(room.warehouse).keys() == kept
    assert not faults(room.warehouse)
