"""Compaction by hand: rows, faults, and interruptions at any step."""

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import UsageError, WarehouseLockedError
from config.settings import load_settings
from tasks.read.plan import Batch, batch_to_json
from tests.articles import article
from tests.compaction.compacting import (
    after_the_grace_time,
    all_rows,
    compacted,
    faults,
    named_files,
    present_files,
    shows_the_present_files,
    tree,
)
from tests.keys.test_killed import interrupted, resolve
from tests.pipeline.nights import Nights
from warehouse.lake import Lake
from warehouse.lock import writer_lock
from warehouse.schema import TABLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PAGES = [
    [article(f"https://a.example/{n}", f"text {n} {run}", position=n, day=run) for n in range(3)]
    for run in (1, 2, 3)
]
# Each step, and whether it is interrupted before or after it. Between two steps once is enough.
STEPS = (
    pytest.param("before", "warehouse.compaction.write_table_files", marks=pytest.mark.slow),
    pytest.param("before", "warehouse.lake.Lake.replace", marks=pytest.mark.slow),
    ("after", "warehouse.lake.Lake.replace"),
    pytest.param("after", "tasks.load.compaction.publish_tables", marks=pytest.mark.slow),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    folder = tmp_path_factory.mktemp("compact")
    nights = Nights(folder / "w")
    for pages in PAGES:
        nights.load(*pages)
    shutil.copytree(nights.folder, folder / "kept")
    return nights


@pytest.fixture
def nights(built: Nights) -> Iterator[Nights]:
    """Yield a warehouse of three runs, each of which revised three articles."""
    yield built
    shutil.rmtree(built.folder)
    shutil.copytree(built.folder.parent / "kept", built.folder)


def test_compaction_changes_no_row_and_a_second_one_changes_nothing(nights: Nights) -> None:
    rows, before = all_rows(nights.folder), tree(nights.folder)
    planned = compacted(nights.settings, dry_run=True)
    assert tree(nights.folder) == before
    done = compacted(nights.settings)
    assert done.merged.tables == planned.merged.tables
    tables = len(done.merged.tables)
    assert tables > 4
    assert f"files of {tables} tables were merged into {tables}." in str(done.merged)
    assert max(map(len, named_files(nights.folder).values())) == 1
    assert shows_the_present_files(nights.folder)
    assert all_rows(nights.folder) == rows
    assert not faults(nights.settings)
    after = tree(nights.folder)
    assert not compacted(nights.settings).merged.tables
    assert tree(nights.folder) == after
    after_the_grace_time(nights.folder)
    assert nights.load(*PAGES[2]) == ["duplicate"] * 3
    assert all_rows(nights.folder)["article_versions"] == rows["article_versions"]


@pytest.mark.parametrize(("when", "step"), STEPS, ids=lambda text: text.rpartition(".")[2])
def test_compaction_continues_after_an_interruption_at_any_step(
    nights: Nights, when: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = all_rows(nights.folder)
    module, _, name = step.rpartition(".")
    with monkeypatch.context() as patch:
        patch.setattr(step, interrupted(resolve(module, name), when))
        with pytest.raises(KeyboardInterrupt):
            compacted(nights.settings)
    assert all_rows(nights.folder) == rows
    assert not faults(nights.settings)
    compacted(nights.settings)
    assert shows_the_present_files(nights.folder)
    after_the_grace_time(nights.folder)
    for table, names in named_files(nights.folder).items():
        assert len(names) <= 1
        assert present_files(nights.folder, table) == names, "strays and records must be gone"
    assert all_rows(nights.folder) == rows
    assert not faults(nights.settings)


def test_a_full_disk_in_the_middle_changes_nothing(nights: Nights) -> None:
    rows, files = all_rows(nights.folder), named_files(nights.folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            compacted(nights.settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert named_files(nights.folder) == files
    assert all_rows(nights.folder) == rows
    assert not list((nights.folder / "lake").rglob(".*"))
    assert not (nights.folder / "runs" / ".compact").exists()


def test_a_run_that_had_begun_to_commit_is_completed_first(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tasks.load.commit.commit_run", _committing_half)
        with pytest.raises(KeyboardInterrupt):
            nights.load(article("https://a.example/9", "text 9", position=9, day=4))
    [batch] = (nights.folder / "runs").glob("*/batches/*.json")
    batch.write_bytes(batch_to_json(Batch(1, (), 0)))  # `Nights` leaves it empty
    compacted(nights.settings)
    assert nights.ask("select count(*) from runs") == [(4,)]
    assert nights.ask("select count(*) from articles") == [(4,)]
    assert max(map(len, named_files(nights.folder).values())) == 1
    assert not faults(nights.settings)


def _committing_half(
    lake: Lake, files: dict[str, list[str]], run: dict[str, str], settings: object
) -> None:
    for table in TABLES[:3]:
        lake.commit(table, files.get(table.name, ()), run["run_id"])
    raise KeyboardInterrupt


def test_another_writer_is_named(nights: Nights) -> None:
    before = tree(nights.folder)
    with (
        writer_lock(nights.folder, "ingest"),
        pytest.raises(WarehouseLockedError, match="in use by process"),
    ):
        compacted(nights.settings)
    assert tree(nights.folder) == before


def test_a_folder_without_a_warehouse_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no warehouse at"):
        compacted(load_settings(warehouse=tmp_path / "none"))
    assert not (tmp_path / "none").exists()
