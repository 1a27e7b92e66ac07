"""A night that is killed at every step, and an archive that is ingested in between."""

import time
from collections import Counter
from dataclasses import dataclass

import pytest
from warcio.archiveiterator import ArchiveIterator

from tasks.fetch.attempts import read_attempts
from tests.nights.night import Desk, kill
from tests.pipeline.archives import write_stories
from tests.pipeline.command import run
from tests.raw.warc_readers import check
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
STEPS = ("discovered/*.json", "attempts/press-??.jsonl", "fetched.json", "resolved.json")
ANSWERS = {"response", "revisit"}


def kill_at(desk: Desk, step: str) -> None:
    """Start the night and kill it as soon as a file of its run exists and is not empty."""
    process = desk.start()
    while not any(path.stat().st_size for path in (desk.warehouse / "runs").glob(f"*/{step}")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)  # the only way to see another process's files appear
    kill(process)


def logged(desk: Desk) -> set[str]:
    """Return the addresses of articles that the run's log has as fetched."""
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
    """Return the addresses of all records with a response, by file and offset."""
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
class RepeatedNight:
    """A night that was killed at each step and then repeated to its end.

    Attributes:
        expected: the text of each article, by address.
        closed: the addresses that robots.txt disallows.
        again: articles that were requested although the log had them as fetched.
        at_last: the number of requests of the last repetition.
    """

    desk: Desk
    expected: dict[str, str]
    closed: set[str]
    again: set[str]
    at_last: int


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> RepeatedNight:
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
        return RepeatedNight(
            desk, site.expected(), site.closed, again, (asked(site) - before).total()
        )


def test_no_page_in_the_log_is_requested_again(repeated: RepeatedNight) -> None:
    assert repeated.again == set()
    assert repeated.at_last == 0, "the last kill came after all pages had been fetched"


def test_every_article_is_loaded_once_and_so_is_the_archive(repeated: RepeatedNight) -> None:
    rows = repeated.desk.ask("select url, text, source from articles")
    night = [row for row in rows if row["source"] != "archive"]
    assert {row["url"]: row["text"] for row in night} == repeated.expected
    assert len(night) == len(repeated.expected)
    assert len(rows) - len(night) == 3


def test_every_address_has_one_row_and_its_outcome(repeated: RepeatedNight) -> None:
    rows = repeated.desk.ask("select url, outcome from fetches where kind = 'article' order by url")
    pages = dict.fromkeys(repeated.expected, "fetched") | dict.fromkeys(repeated.closed, "refused")
    assert [(row["url"], row["outcome"]) for row in rows] == sorted(pages.items())


def test_every_record_has_its_row_and_every_row_its_record(repeated: RepeatedNight) -> None:
    desk = repeated.desk
    rows = desk.ask("select url, warc_file, warc_offset from fetches where warc_file is not null")
    assert records(desk) == {(row["warc_file"], row["warc_offset"]): row["url"] for row in rows}
    assert len(rows) == len(repeated.expected)
    check(*(desk.warehouse / "raw").rglob("*.warc.gz"))


def test_no_file_of_the_run_is_left(repeated: RepeatedNight) -> None:
    assert not list((repeated.desk.warehouse / "runs").iterdir())
