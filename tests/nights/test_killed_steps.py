"""A night that is killed at every step, with an archive ingested in between."""

import time
from collections import Counter
from dataclasses import dataclass

import pytest
from warcio.archiveiterator import ArchiveIterator

from tasks.fetch.attempts import read_attempts
from tests.fetch.warc_readers import check
from tests.nights.night import Desk, kill
from tests.pipeline.archives import write_stories
from tests.pipeline.command import run
from tests.sites.many import ManySites

pytestmark = pytest.mark.timeout(240)
STEPS = ("discovered/*.json", "attempts/press-??.jsonl", "fetched.json", "resolved.json")
ANSWERS = {"response", "revisit"}


def kill_at(desk: Desk, step: str) -> None:
    """Kills the night as soon as a file of its run is there and not empty."""
    process = desk.start()
    while not any(path.stat().st_size for path in (desk.warehouse / "runs").glob(f"*/{step}")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)  # the only way to see another process's files appear
    kill(process)


def logged(desk: Desk) -> set[str]:
    """The articles that the run knows to have been fetched."""
    logs = (desk.warehouse / "runs").glob("*/attempts/press-??.jsonl")
    return {
        attempt.url
        for path in logs
        for attempt in read_attempts(path)
        if attempt.kind == "article" and attempt.outcome == "fetched"
    }


def asked(site: ManySites) -> Counter[str]:
    return Counter(f"http://{seen.host}{seen.path}" for seen in list(site.requests))


def records(desk: Desk) -> dict[tuple[str, int], str]:
    """The addresses of all records with an answer, by file and offset."""
    found = {}
    for path in (desk.warehouse / "raw").rglob("*.warc.gz"):
        with path.open("rb") as file:
            reader = ArchiveIterator(file)
            for record in reader:
                record.raw_stream.read()
                place = path.relative_to(desk.warehouse).as_posix(), reader.get_record_offset()
                if record.rec_type in ANSWERS:
                    found[place] = record.rec_headers["WARC-Target-URI"]
    return found


@dataclass(frozen=True, slots=True)
class Mended:
    """A night that was killed at each step and then repeated.

    Attributes:
        again: articles that were asked for although the run had logged them as fetched.
        at_last: requests of the repetition that went to the end.
    """

    desk: Desk
    expected: dict[str, str]
    closed: set[str]
    again: set[str]
    at_last: int


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Mended:
    with ManySites(3, 10, latency=0.02) as site:
        desk = Desk(tmp_path_factory.mktemp("killed"), site)
        again: set[str] = set()
        for step in STEPS:
            known, before = logged(desk), asked(site)
            kill_at(desk, step)
            again |= known & (asked(site) - before).keys()
        archive = write_stories(desk.folder / "archive.warc.gz", range(900, 903))
        run("ingest", archive, "-w", desk.warehouse, "--source", "archive")
        before = asked(site)
        desk.night()
        return Mended(desk, site.expected(), site.closed, again, (asked(site) - before).total())


def test_no_page_that_was_logged_is_asked_for_again(mended: Mended) -> None:
    assert mended.again == set()
    assert mended.at_last == 0, "it was killed after all had been fetched"


def test_every_article_is_loaded_once_and_so_is_the_archive(mended: Mended) -> None:
    rows = mended.desk.ask("select url, text, source from articles")
    night = [row for row in rows if row["source"] != "archive"]
    assert {row["url"]: row["text"] for row in night} == mended.expected
    assert len(night) == len(mended.expected)
    assert len(rows) - len(night) == 3


def test_every_address_has_one_row_and_its_outcome(mended: Mended) -> None:
    rows = mended.desk.ask("select url, outcome from fetches where kind = 'article' order by url")
    pages = dict.fromkeys(mended.expected, "fetched") | dict.fromkeys(mended.closed, "refused")
    assert [(row["url"], row["outcome"]) for row in rows] == sorted(pages.items())


def test_every_record_has_its_row_and_every_row_its_record(mended: Mended) -> None:
    desk = mended.desk
    rows = desk.ask("select url, warc_file, warc_offset from fetches where warc_file is not null")
    assert records(desk) == {(row["warc_file"], row["warc_offset"]): row["url"] for row in rows}
    assert len(rows) == len(mended.expected)
    check(*(desk.warehouse / "raw").rglob("*.warc.gz"))


def test_nothing_of_the_run_is_left_over(mended: Mended) -> None:
    assert not list((mended.desk.warehouse / "runs").iterdir())
