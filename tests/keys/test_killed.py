"""`forget-keys` that is killed at any place is made whole by the same command."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.fetch.every_byte import files_with
from tests.fetch.warc_readers import check
from tests.keys.older import KEY, newsroom_with_keys
from tests.keys.test_forget import Room
from tests.nights.night import kill
from tests.pipeline.command import run, start

pytestmark = pytest.mark.timeout(300)
STEPS = (
    "tasks.keys.forget.replace_requests",
    "tasks.keys.lake.rewrite_entries",
    "warehouse.lake.Lake.amend",
    "tasks.keys.lake._forget_past",
    "tasks.keys.forget.commit_run",
    "tasks.keys.forget.publish",
    "tasks.keys.forget.remove_unnamed",
    "tasks.keys.forget.mark_looked_through",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with newsroom_with_keys(tmp_path_factory.mktemp("killed")) as (papers, desk):
        yield Room(papers, desk)


@pytest.fixture
def room(built: Room) -> Room:
    built.put_back()
    return built


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.rpartition(".")[2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_broken_off_at_a_step_it_goes_on(
    room: Room, step: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = room.rows()
    module, _, name = step.rpartition(".")
    with monkeypatch.context() as patch:
        patch.setattr(step, broken_off(resolve(module, name), when))
        with pytest.raises(KeyboardInterrupt):
            room.forget()
    room.forget()
    assert_whole(room)
    assert room.rows() == rows


def broken_off(function: Callable[..., object], when: str) -> Callable[..., object]:
    def called(*arguments: object, **named: object) -> None:
        if when == "after":
            function(*arguments, **named)
        raise KeyboardInterrupt

    return called


def resolve(module: str, name: str) -> Callable[..., object]:
    owner = resolve_name(module)
    function: Callable[..., object] = getattr(owner, name)
    return function


def first_warc_is_replaced(warehouse: Path, kept: Path) -> bool:
    changed = (
        path.stat().st_mtime_ns > (kept / path.relative_to(warehouse)).stat().st_mtime_ns + 10**9
        for path in (warehouse / "raw").rglob("paper-*.warc.gz")
    )
    return any(changed)


def table_is_rewritten(warehouse: Path, kept: Path) -> bool:
    return any((warehouse / "lake/visits/data").glob("*-50000.parquet"))


def run_is_recorded(warehouse: Path, kept: Path) -> bool:
    return any((warehouse / "lake/runs/data").glob("*-keys-*.parquet"))


@pytest.mark.parametrize(
    "reached",
    [first_warc_is_replaced, table_is_rewritten, run_is_recorded],
    ids=lambda f: f.__name__,
)
def test_killed_by_the_system_it_goes_on(room: Room, reached: Callable[[Path, Path], bool]) -> None:
    rows = room.rows()
    arguments = ("forget-keys", "-w", room.warehouse, "--config", room.desk.config)
    kept = room.desk.folder / "kept"
    process = start(*arguments)
    while not reached(room.warehouse, kept):
        assert process.poll() is None, process.communicate()
        time.sleep(0.0005)
    kill(process)
    run(*arguments)
    assert_whole(room)
    assert room.rows() == rows


def assert_whole(room: Room) -> None:
    assert not files_with(KEY, room.warehouse)
    assert "no key" in room.doctor(deep=True)
    check(*(room.warehouse / "raw").rglob("*.warc.gz"))
    lake = room.warehouse / "lake/visits/data"
    assert len(list(lake.glob("*.parquet"))) == 2
    assert not list(room.warehouse.rglob(".*.warc.gz.*"))
