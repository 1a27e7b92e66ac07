"""Two attempts at one batch that know nothing of each other cannot damage each other's work."""

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from config.settings import load_settings
from tasks.boilerplate.in_force import write_learned_lines
from tasks.execution.batch_files import FolderFiles
from tasks.execution.parts import count_documents, finished_parts
from tasks.execution.worker_pool import Faults, WorkerPool
from tasks.runs.run import IngestRequest, Run, plan, start_or_resume
from tests.pipeline.archives import write_stories

DOCUMENTS = 60
# The first worker process that comes to document 30 stops there, as a machine that hangs would.
STOPS = """
import os, pathlib, signal
import tasks.process.document as document
genuine = document.process_document
def process_document(raw, settings):
    stopped = pathlib.Path(os.environ["STOPPED"])
    if raw.url.endswith("district-30") and not stopped.exists():
        stopped.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGSTOP)
    return genuine(raw, settings)
document.process_document = process_document
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Begin a run of one batch, of which nothing is processed yet."""
    monkeypatch.setenv("BROADSHEET_PROCESS__PAGE_SECONDS", "100")
    archive = write_stories(tmp_path / "night.warc.gz", range(DOCUMENTS))
    settings = load_settings(warehouse=tmp_path / "w")
    (tmp_path / "w" / "runs").mkdir(parents=True)
    request = IngestRequest((str(archive),))
    made = start_or_resume(request, plan(request, settings), settings)
    write_learned_lines(made, settings)
    return made


def locators(run: Run) -> Counter[str]:
    """Count the documents, by locator, in the parts that belong to the run."""
    return Counter(
        locator for part in run.parts for locator in pq.read_table(part)["locator"].to_pylist()
    )


def test_an_attempt_that_was_given_up_for_dead_and_continues_later_changes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(STOPS)
    stopped = tmp_path / "stopped"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("STOPPED", str(stopped))
    (batch,) = run.batches
    with WorkerPool(1) as sleeper, WorkerPool(1) as successor:
        sleeping = threading.Thread(target=sleeper.run, args=(batch, Faults(part_documents=7)))
        sleeping.start()
        while not (stopped.exists() and stopped.read_text()):
            time.sleep(0.01)  # the only way to see another process's files appear
        assert successor.run(batch, Faults(part_documents=5)) == DOCUMENTS
        once = locators(run)
        os.kill(int(stopped.read_text()), signal.SIGCONT)
        sleeping.join()
    assert set(once.values()) == {1}
    assert len(once) == DOCUMENTS == run.documents_read()
    assert locators(run) == once


def test_a_new_attempt_continues_behind_the_longest_chain_of_parts_without_a_gap(
    tmp_path: Path,
) -> None:
    batch = tmp_path / "batches" / "00003.json"
    (tmp_path / "parts").mkdir()
    for part in (
        "00003-000000000-7",
        "00003-000000007-7",
        "00003-000000007-5",
        "00003-000000012-9",
    ):
        (tmp_path / "parts" / f"{part}.parquet").touch()
    for stranger in ("00003-000000030-5", "00004-000000000-99"):  # behind a gap; another batch
        (tmp_path / "parts" / f"{stranger}.parquet").touch()
    parts = finished_parts(FolderFiles(batch))
    assert [(part.first, part.end) for part in parts] == [(0, 7), (7, 12), (12, 21)]
    assert count_documents(parts) == 21


def test_a_worker_that_still_writes_does_not_bring_a_removed_folder_back(run: Run) -> None:
    done = run.folder / "done" / "00000.json"
    with done.with_name(".00000.json.aside").open("wb") as lagging:
        run.remove()
        lagging.write(orjson.dumps({"documents": 0, "parts": []}))
        with pytest.raises(FileNotFoundError):
            Path(lagging.name).replace(done)
    assert not list(run.folder.parent.iterdir())
