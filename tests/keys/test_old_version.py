"""Keys in a warehouse that the code of a version before b78c26d wrote, taken from git."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.every_byte import files_with
from tests.keys.older import KEY, set_key
from tests.keys.test_forget import RestoredNewsroom, names
from tests.nights.night import Desk
from tests.nights.paper import Papers, Reply, published

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
ROOT = Path(__file__).parent.parent.parent
STORED_KEYS = "b78c26d517174325c1096659fa57aa97ce5aabba^"  # the last commit that did


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the old version's code."""
    folder = tmp_path_factory.mktemp("older")
    done = subprocess.run(
        ["git", "archive", STORED_KEYS], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("the history is not here")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[tuple[Papers, Desk]]:
    with published(tmp_path, ("paper", "other")) as (papers, desk):
        set_key(desk, KEY)
        for number, name in enumerate(("paper", "other")):
            home = f"http://{name}.example/"
            papers.feed(f"{home}feed.xml", *(f"{home}{n}" for n in range(4)))
            for n in range(4):
                papers.story(f"{home}{n}", n + 100 * number)
        moved = (("Location", "http://other.example/2"),)
        papers.replies["http://paper.example/0"] = Reply(status=302, headers=moved)
        yield papers, desk


def old_night(older: Path, desk: Desk, night: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-c", "from flows.cli import main; main()"),
            *map(str, desk.arguments(night)),
        ],
        env={**_without_settings(), "PYTHONPATH": str(older)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _without_settings() -> dict[str, str]:
    """Return the environment without BROADSHEET_ variables, which the old version would refuse."""
    return {name: text for name, text in os.environ.items() if not name.startswith("BROADSHEET_")}


def test_keys_that_an_old_version_wrote_are_found_and_removed(
    older: Path, newsroom: tuple[Papers, Desk]
) -> None:
    papers, desk = newsroom
    process = old_night(older, desk, 0)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output.decode()
    papers.story("http://paper.example/1", 50)
    process = old_night(older, desk, 1)
    while not list(desk.warehouse.glob("runs/*/visits.parquet")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    files = names(files_with(KEY, desk.warehouse), desk.warehouse)
    assert {name.partition("/")[0] for name in files} == {"lake", "raw", "runs"}
    room = RestoredNewsroom(papers, desk)
    report = room.doctor()
    assert all(name in report for name in files if not name.startswith("raw/2025-03-12"))
    query = "select url, version, text, locator from article_versions order by all"
    rows = desk.ask(query)
    assert set(files) == {one.partition(" ")[0] for one in room.forget()}
    assert not files_with(KEY, desk.warehouse)
    assert desk.ask(query) == rows
    desk.night(1)
    assert not files_with(KEY, desk.warehouse)
    assert "no key" in room.doctor(deep=True)
    process = old_night(older, desk, 2)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 2, output.decode()
    assert b"newer Broadsheet" in output
