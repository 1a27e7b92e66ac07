"""Two attempts at one batch that know nothing of each other cannot spoil each other's work."""

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
from tasks.learned_lines import remember_learned
from tasks.parts import documents_in, finished_parts
from tasks.runs import Request, Run, plan, start_or_resume
from tasks.worker_pool import Faults, WorkerPool
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
    """A run of one batch, none of which is processed."""
    monkeypatch.setenv("BROADSHEET_PROCESS__PAGE_SECONDS", "100")
    archive = write_stories(tmp_path / "night.warc.gz", range(DOCUMENTS))
    settings = load_settings(warehouse=tmp_path / "w")
    (tmp_path / "w" / "runs").mkdir(parents=True)
    request = Request((str(archive),))
    made = start_or_resume(request, plan(request, settings), settings)
    remember_learned(made, settings)
    return made


def locators(run: Run) -> Counter[str]:
    """The documents of the parts that count."""
    return Counter(
        locator for part in run.parts for locator in pq.read_table(part)["locator"].to_pylist()
    )


def test_an_attempt_that_was_given_up_and_wakes_again_changes_nothing(
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


def test_who_goes_on_with_a_batch_goes_on_behind_parts_that_follow_on_each_other(
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
    parts = finished_parts(batch)
    assert [(part.first, part.end) for part in parts] == [(0, 7), (7, 12), (12, 21)]
    assert documents_in(parts) == 21


def test_a_folder_that_is_removed_stays_so_whoever_still_writes_to_it(run: Run) -> None:
    done = run.folder / "done" / "00000.json"
    with done.with_name(".00000.json.aside").open("wb") as lagging:
        run.remove()
        lagging.write(orjson.dumps({"documents": 0, "parts": []}))
        with pytest.raises(FileNotFoundError):
            Path(lagging.name).replace(done)
    assert not list(run.folder.parent.iterdir())
