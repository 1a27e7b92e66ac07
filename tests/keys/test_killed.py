"""Kills of `forget-keys` at any place, after which the same command completes its work."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.fetch.every_byte import files_with
from tests.keys.older import KEY, newsroom_with_keys
from tests.keys.test_forget import RestoredNewsroom
from tests.nights.night import kill
from tests.pipeline.command import run, start
from tests.raw.warc_readers import check

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
STEPS = (
    "tasks.keys.forget.replace_requests",
    "tasks.keys.lake.rewrite_entries",
    "warehouse.lake.Lake.amend",
    "tasks.keys.lake._remove_old_snapshots",
    "tasks.keys.forget.commit_run",
    "tasks.keys.forget.publish",
    "tasks.keys.forget.remove_unnamed",
    "tasks.keys.forget.mark_looked_through",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestoredNewsroom]:
    with newsroom_with_keys(tmp_path_factory.mktemp("killed")) as (papers, desk):
        yield RestoredNewsroom(papers, desk)


@pytest.fixture
def newsroom(built: RestoredNewsroom) -> RestoredNewsroom:
    built.restore()
    return built


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.rpartition(".")[2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_command_resumes_after_an_interruption_at_any_step(
    newsroom: RestoredNewsroom, step: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = newsroom.rows()
    module, _, name = step.rpartition(".")
    with monkeypatch.context() as patch:
        patch.setattr(step, interrupted(resolve(module, name), when))
        with pytest.raises(KeyboardInterrupt):
            newsroom.forget()
    newsroom.forget()
    assert_whole(newsroom)
    assert newsroom.rows() == rows


def interrupted(function: Callable[..., object], when: str) -> Callable[..., object]:
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
def test_the_command_resumes_after_a_kill(
    newsroom: RestoredNewsroom, reached: Callable[[Path, Path], bool]
) -> None:
    rows = newsroom.rows()
    arguments = ("forget-keys", "-w", newsroom.warehouse, "--config", newsroom.desk.config)
    kept = newsroom.desk.folder / "kept"
    process = start(*arguments)
    while not reached(newsroom.warehouse, kept):
        assert process.poll() is None, process.communicate()
        time.sleep(0.0005)
    kill(process)
    run(*arguments)
    assert_whole(newsroom)
    assert newsroom.rows() == rows


def assert_whole(newsroom: RestoredNewsroom) -> None:
    assert not files_with(KEY, newsroom.warehouse)
    assert "no key" in newsroom.doctor(deep=True)
    check(*(newsroom.warehouse / "raw").rglob("*.warc.gz"))
    lake = newsroom.warehouse / "lake/visits/data"
    assert len(list(lake.glob("*.parquet"))) == 2
    assert not list(newsroom.warehouse.rglob(".*.warc.gz.*"))
