"""A document that kills its worker fails, and its neighbours are loaded."""

from pathlib import Path

import pytest

from tests.pipeline.archives import page, url_of, write_warc
from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

# A sitecustomize.py, which Python imports when it starts. It stands for a parser that hangs or
# crashes at some pages.
FAULTS = """
import os, time
import tasks.process.document as document
genuine = document.process_document
def process_document(raw, settings):
    if raw.url and raw.url.endswith("hang"):
        time.sleep(1000)
    if raw.url and raw.url.endswith("crash"):
        os.abort()
    return genuine(raw, settings)
document.process_document = process_document
"""


@pytest.fixture
def faulty(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which the pages named `hang` and `crash` do so."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(FAULTS)
    return {"PYTHONPATH": str(tmp_path / "site"), "BROADSHEET_PROCESS__PAGE_SECONDS": "2"}


def test_a_page_that_hangs_or_kills_its_worker_fails_and_all_others_are_loaded(
    tmp_path: Path, faulty: dict[str, str]
) -> None:
    pages = {url_of(n): page(n) for n in range(10)}
    pages["https://courier.example/hang"] = page(100)
    pages |= {url_of(n): page(n) for n in range(10, 20)}
    pages["https://courier.example/crash"] = page(101)
    pages |= {url_of(n): page(n) for n in range(20, 25)}
    archive = write_warc(tmp_path / "night.warc.gz", pages)
    run("ingest", archive, "--warehouse", tmp_path / "w", "--workers", "1", **faulty)
    assert ask(tmp_path / "w", "select documents, loaded, failed from runs") == [
        {"documents": 27, "loaded": 25, "failed": 2}
    ]
    failed = ask(tmp_path / "w", "select url, reason from documents where outcome = 'failed'")
    assert {row["url"].rpartition("/")[2]: row["reason"] for row in failed} == {
        "hang": "timeout",
        "crash": "worker_died",
    }


# A sitecustomize.py that kills the first few workers while they start, as the kernel does when
# memory is short.
DYING_AT_START = """
import os, sys
from pathlib import Path
deaths = Path(__file__).with_name("deaths")
if "tasks.execution.batch_worker" in sys.orig_argv and int(deaths.read_text()) > 0:
    deaths.write_text(str(int(deaths.read_text()) - 1))
    os.abort()
"""


def dying_at_start(folder: Path, deaths: int) -> dict[str, str]:
    """Return an environment in which the first `deaths` workers die while they start."""
    (folder / "sitecustomize.py").write_text(DYING_AT_START)
    (folder / "deaths").write_text(str(deaths))
    return {"PYTHONPATH": str(folder)}


def test_a_worker_that_dies_while_it_starts_costs_nothing(tmp_path: Path) -> None:
    archive = write_warc(tmp_path / "night.warc.gz", {url_of(n): page(n) for n in range(3)})
    environment = dying_at_start(tmp_path, deaths=1)
    run("ingest", archive, "--warehouse", tmp_path / "w", "--workers", "1", **environment)
    assert ask(tmp_path / "w", "select loaded from runs") == [{"loaded": 3}]


def test_workers_that_do_not_start_end_the_run_with_a_sentence(tmp_path: Path) -> None:
    archive = write_warc(tmp_path / "night.warc.gz", {url_of(n): page(n) for n in range(3)})
    environment = dying_at_start(tmp_path, deaths=1000)
    done = run(
        "ingest", archive, "--warehouse", tmp_path / "w", "--workers", "1", status=1, **environment
    )
    assert "A worker process does not start" in done.stderr
    assert "broadsheet doctor" in done.stderr
