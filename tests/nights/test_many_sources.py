"""A night of more sources than the limit of open files, killed in between, loses nothing."""

import resource
from collections import Counter
from pathlib import Path

import pytest

from tests.nights.night import Desk, kill
from tests.pipeline.command import Started
from tests.raw.warc_readers import check
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def started(desk: Desk, open_files: int) -> Started:
    """Start a night with a limit of open files, as `ulimit -n` sets it."""
    process = desk.start()
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (open_files, open_files))
    return process


@pytest.mark.parametrize(
    ("sources", "open_files", "connections"),
    [(220, 160, 20), pytest.param(1_100, 1_024, 100, marks=pytest.mark.slow)],
)
def test_a_killed_night_of_more_sources_than_open_files_resumes_and_ends(
    tmp_path: Path, sources: int, open_files: int, connections: int
) -> None:
    with ManySites(sources, 2) as site:
        desk = Desk(tmp_path, site)
        # A list that a busy machine gives late is not asked for again.
        desk.settings["fetch"] |= {"connections": connections, "stall_seconds": 60.0}
        process = started(desk, open_files)
        desk.wait_for_requests(process, 3 * sources)
        kill(process)
        read = {path.stem for path in desk.warehouse.glob("runs/*/discovered/*.json")}
        process = started(desk, open_files)
        output = process.communicate()
        assert process.returncode == 0, output
        asked = Counter(seen.host for seen in site.requests if seen.path == "/feed.xml")
        expected = site.expected()
    assert len(read) > sources // 2
    assert {asked[f"{slug}.example"] for slug in read} == {1}, "lists that were read are kept"
    assert desk.texts() == expected
    fetched = desk.ask("select count(*) as n from fetches where outcome = 'fetched' and how > ''")
    assert fetched == [{"n": 2 * sources}], "no page is asked for twice"
    check(*sorted((desk.warehouse / "raw").rglob("*.warc.gz"))[:50])
