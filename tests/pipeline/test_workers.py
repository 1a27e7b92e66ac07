"""Documents that kill their worker, and their neighbours."""

from pathlib import Path

import pytest

from tests.pipeline.archives import page, url_of, write_warc
from tests.pipeline.command import ask, run

# A worker's own module, read before each document: it stands for a parser that hangs or crashes.
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
    """An environment in which pages named hang and crash do so, in C or in the kernel."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(FAULTS)
    return {"PYTHONPATH": str(tmp_path / "site"), "BROADSHEET_PROCESS__PAGE_SECONDS": "2"}


def test_a_page_that_hangs_or_kills_its_worker_is_failed_and_its_neighbours_are_not_lost(
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
