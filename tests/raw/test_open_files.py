"""Files and connections that many writers and hosts share: bounded, and none the worse for it."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fetch.attempts import Asked, AttemptLog, answered, read_attempts
from tasks.fetch.idle import IdleBound
from tasks.fetch.open_files import OpenFiles
from tasks.fetch.warc_files import WarcFiles
from tests.fetch.exchanges import COURIER, answer
from tests.fetch.warc_readers import check
from tests.read.samples import documents, read


def open_below(folder: Path) -> list[str]:
    """The files of a folder that this process has open."""
    found = []
    for link in list(Path("/proc/self/fd").iterdir()):
        with suppress(FileNotFoundError):  # of the listing itself
            found.append(str(link.readlink()))
    return [name for name in found if name.startswith(str(folder))]


@settings(deadline=None)
@given(writes=st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=9)), max_size=40))
def test_any_order_of_writes_gives_the_files_that_open_ones_would_have(
    writes: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = OpenFiles(2)
    content: dict[int, bytes] = {}
    for number, data in writes:
        before = content.get(number, b"")
        files.write(folder / str(number), data, len(before))
        content[number] = before + data
        assert len(open_below(folder)) <= 2
    for number in content:
        files.close(folder / str(number))
    assert not open_below(folder)
    assert {int(path.name): path.read_bytes() for path in folder.iterdir()} == content


def test_twenty_sources_side_by_side_keep_whole_files_while_three_are_open(tmp_path: Path) -> None:
    files = OpenFiles(3)
    names = [f"press-{number:02}" for number in range(20)]
    logs = {name: AttemptLog(tmp_path / f"{name}.jsonl", files) for name in names}
    warcs = {name: WarcFiles(tmp_path / "raw", name, 1500, files=files) for name in names}
    for number in range(4):
        for name in names:
            page = answer(number)
            warcs[name].write_page(page, COURIER)
            logs[name].add(answered(Asked(name, "article", page.url), 1, page, None))
            assert len(open_below(tmp_path)) <= 3, open_below(tmp_path)
    for name in names:
        warcs[name].close()
        logs[name].close()

    assert not open_below(tmp_path)
    paths = sorted((tmp_path / "raw").iterdir())
    assert len(paths) > 20, "full files are followed by others"
    check(*paths)
    assert len(documents(read(tmp_path / "raw"))) == 80
    for name in names:
        logged = [one.url for one in read_attempts(tmp_path / f"{name}.jsonl")]
        assert logged == [f"https://courier.example/{number}" for number in range(4)]


def test_no_more_connections_are_kept_than_are_allowed() -> None:
    idle = IdleBound(seconds=3600, most=3)
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
    idle = IdleBound(seconds=-1, most=1)  # none waits at all
    assert idle.begin("press-0.example")
    assert not idle.begin("press-1.example"), "the first one is still in use"
    idle.end("press-0.example")
    assert idle.begin("press-2.example")
