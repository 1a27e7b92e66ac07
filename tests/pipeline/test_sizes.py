"""Sizes that once made a run fail, as small as shows it; larger ones: `tests.benchmarks sizes`."""

import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from config.settings import Settings, load_settings
from tasks.discover.select import select
from tasks.execution.batch_files import FolderFiles
from tasks.execution.parts import PART_BYTES, PART_DOCUMENTS, write_parts
from tasks.jobs.fetching import sources_of
from tasks.load.resolve import resolve
from tasks.process.batch import Processed
from tasks.runs.run import Run
from tests.articles import EMPTY
from tests.benchmarks.sized import write_history, write_night_run, write_rows_run
from tests.benchmarks.sizes import step
from warehouse.query import opened, rows
from warehouse.schema import ARTICLE_VERSIONS

pytestmark = pytest.mark.slow

MOST_BYTES = 1_200_000_000


def with_memory(warehouse: Path, memory: str) -> Settings:
    settings = load_settings(warehouse=warehouse, workers=2)
    return settings.model_copy(update={"load": settings.load.model_copy(update={"memory": memory})})


def test_a_night_with_more_logs_than_memory_for_their_buffers_is_resolved(tmp_path: Path) -> None:
    run = write_night_run(tmp_path / "w", sources := 150, listed=2)
    settings = with_memory(tmp_path / "w", "150MB")
    select(run, sources_of(run, settings), settings)
    resolved = resolve(run, settings)
    attempts = [pq.read_table(path) for path in resolved.files["fetches"]]
    assert sum(table.num_rows for table in attempts) == sources * 3
    assert sum(pq.read_metadata(p).num_rows for p in resolved.files["visits"]) == sources


def test_a_cut_line_at_the_end_of_one_log_damages_no_other_log(tmp_path: Path) -> None:
    run = write_night_run(tmp_path / "w", 2, listed=2)
    settings = load_settings(warehouse=tmp_path / "w")
    select(run, sources_of(run, settings), settings)
    first, *_ = sorted((run.folder / "attempts").iterdir())
    with first.open("ab") as log:
        log.write(b'{"source": "Press')
    resolved = resolve(run, settings)
    assert sum(pq.read_metadata(p).num_rows for p in resolved.files["fetches"]) == 6


def test_new_versions_are_sorted_as_a_whole_although_they_are_written_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_rows_run(tmp_path / "w", 3000, words=60)
    monkeypatch.setattr("tasks.load.rows.VERSION_PARTS", {"part_bytes": 100_000, "most_parts": 9})
    resolved = resolve(run, load_settings(warehouse=tmp_path / "w"))
    table = pq.read_table(resolved.files[ARTICLE_VERSIONS.name])
    published = table["published_at"].to_pylist()
    assert len(published) == 3000
    assert published == sorted(published)


def test_many_small_parts_are_joined_before_they_are_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.benchmarks.sized.ROWS_OF_A_PART", 5)
    monkeypatch.setattr("tests.benchmarks.sized.PARTS_OF_A_BATCH", 20)
    run = write_rows_run(tmp_path / "w", 600, words=20)
    assert len(run.parts) == 120
    resolved = resolve(run, load_settings(warehouse=tmp_path / "w"))
    assert resolved.by_outcome("loaded") == 600
    [joined] = run.folder.glob("joined-*.parquet")
    assert pq.read_metadata(joined).num_rows == 600
    assert Run(run.run_id, run.folder).documents_read() == 600


def test_the_description_of_a_run_is_read_once(tmp_path: Path) -> None:
    run = write_night_run(tmp_path / "w", 2)
    described = run.description
    assert Run(run.run_id, run.folder).description is described


@pytest.mark.parametrize("only_listed", [False, True])
def test_targets_do_not_depend_on_the_number_of_parts_in_which_the_history_is_read(
    tmp_path: Path, only_listed: bool
) -> None:
    write_history(tmp_path / "w", sources=3, nights=9, listed=7)
    run = write_night_run(tmp_path / "w", 4)
    if only_listed:
        described = orjson.loads((run.folder / "run.json").read_bytes())
        (run.folder / "run.json").write_bytes(orjson.dumps({**described, "flow": "backfill"}))
    settings = load_settings(warehouse=tmp_path / "w")
    found = []
    for number, rows_at_once in enumerate((1_000_000, 40)):
        folder = run.folder.with_name(f"{run.run_id[:-1]}{number}")
        shutil.copytree(run.folder, folder)
        again = Run(folder.name, folder)
        select(again, sources_of(again, settings), settings, rows_at_once)
        listed = pq.read_table(folder / "discoveries.parquet").to_pylist()
        found.append((orjson.loads(again.targets_file.read_bytes()), listed))
    assert found[0] == found[1]
    whys = {target["why"] for target in found[0][0]}
    assert whys == ({"new"} if only_listed else {"new", "carried", "revisit"})


def test_a_part_with_long_texts_ends_before_it_has_all_its_documents(tmp_path: Path) -> None:
    batch = tmp_path / "batches" / "00000.json"
    (tmp_path / "parts").mkdir()
    text = "a" * (PART_BYTES * 2 // 5)
    long = [replace(EMPTY, position=number, text=text) for number in range(4)]
    short = [replace(EMPTY, position=number) for number in range(4, PART_DOCUMENTS)]
    parts = write_parts((Processed(one, 0.0) for one in [*long, *short]), FolderFiles(batch), [])
    assert [(part.first, part.end) for part in parts] == [(0, 3), (3, PART_DOCUMENTS)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("count", "workers", "index"), [(100_000, 2, True), (300_000, 16, False)])
def test_many_rows_of_one_run_are_resolved_and_published(
    tmp_path: Path, count: int, workers: int, index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "w"
    monkeypatch.setenv("BROADSHEET_SEARCH__INDEX", str(index))
    write_rows_run(warehouse, count)
    for stage in ("resolve", "publish"):
        taken = step(stage, warehouse, workers)
        assert taken.status == 0, taken.said
        assert taken.peak < MOST_BYTES, taken
    with opened(warehouse) as connection:
        assert rows(connection, "select count(*) from articles")[1] == [(count,)]
