"""Limits on open files and idle connections, which many writers and hosts share."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fetch.attempts import AttemptLog, LoggedRequest, attempt_of_answer, read_attempts
from tasks.fetch.idle_connections import IdleConnectionLimit
from tasks.raw.open_files import OpenFiles
from tasks.raw.warc_files import WarcFiles
from tests.fetch.exchanges import COURIER, answer
from tests.raw.warc_readers import check
from tests.read.samples import documents, read


def open_files_in(folder: Path) -> list[str]:
    """Return the files in a folder that this process has open."""
    found = []
    for link in list(Path("/proc/self/fd").iterdir()):
        with suppress(FileNotFoundError):  # the descriptor of this listing
            found.append(str(link.readlink()))
    return [name for name in found if name.startswith(str(folder))]


@settings(deadline=None)
@given(writes=st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=9)), max_size=40))
def test_any_order_of_writes_gives_the_same_files_as_without_a_limit(
    writes: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = OpenFiles(2)
    content: dict[int, bytes] = {}
    for number, data in writes:
        before = content.get(number, b"")
        files.write(folder / str(number), data, len(before))
        content[number] = before + data
        assert len(open_files_in(folder)) <= 2
    for number in content:
        files.close(folder / str(number))
    assert not open_files_in(folder)
    assert {int(path.name): path.read_bytes() for path in folder.iterdir()} == content


def test_twenty_concurrent_sources_write_whole_files_with_three_open_at_a_time(
    tmp_path: Path,
) -> None:
    files = OpenFiles(3)
    names = [f"press-{number:02}" for number in range(20)]
    logs = {name: AttemptLog(tmp_path / f"{name}.jsonl", files) for name in names}
    warcs = {name: WarcFiles(tmp_path / "raw", name, 1500, files=files) for name in names}
    for number in range(4):
        for name in names:
            page = answer(number)
            warcs[name].write_page(page, COURIER)
            logs[name].add(
                attempt_of_answer(LoggedRequest(name, "article", page.url), 1, page, None)
            )
            assert len(open_files_in(tmp_path)) <= 3, open_files_in(tmp_path)
    for name in names:
        warcs[name].close()
        logs[name].close()

    assert not open_files_in(tmp_path)
    paths = sorted((tmp_path / "raw").iterdir())
    assert len(paths) > 20, "full files are followed by others"
    check(*paths)
    assert len(documents(read(tmp_path / "raw"))) == 80
    for name in names:
        logged = [one.url for one in read_attempts(tmp_path / f"{name}.jsonl")]
        assert logged == [f"https://courier.example/{number}" for number in range(4)]


def test_no_more_connections_are_kept_than_the_limit_allows() -> None:
    idle = IdleConnectionLimit(seconds=3600, most=3)
    assert [idle.begin(f"press-{number}.example") for number in range(5)] == [
        *(True, True, True),
        *(False, False),
    ]
    for number in range(5):
        idle.end(f"press-{number}.example")
    assert idle.begin("press-0.example"), "the connection that is kept is used again"
    assert not idle.begin("press-0.example"), "a second one beside it would be one more"
    assert not idle.begin("press-4.example")


def test_a_connection_that_was_closed_for_its_age_makes_room() -> None:
    idle = IdleConnectionLimit(seconds=-1, most=1)  # idle connections are closed at once
    assert idle.begin("press-0.example")
    assert not idle.begin("press-1.example"), "the first one is still in use"
    idle.end("press-0.example")
    assert idle.begin("press-2.example")
