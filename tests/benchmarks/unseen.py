"""Processing against trafilatura on publishers that the weights were not fitted to.

More of such pages are handed to trafilatura than of known ones, so these are the ratios that a new
archive meets. All times are CPU seconds: of one process by turns, or of all processes of a command.
"""

import os
import resource
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction

from config.settings import load_settings
from tasks.process.body import lanes
from tasks.process.body.hints import hints_in
from tasks.process.document import context_of, process_document
from tasks.process.markup.parse import parse
from tasks.process.metadata.page import read_metadata
from tasks.records import RawDocument
from tasks.web.charset import decode
from tests.benchmarks.against_trafilatura import INGEST
from tests.benchmarks.pages import corpus_pages, write_archive
from tests.training.unseen import UnseenWeights, unseen_weights

PAGES = 2_000
SETTINGS = load_settings().process.model_copy(update={"extractor": "cascade"})
ROOT = Path(__file__).parents[2]
# A sitecustomize.py for the workers of the command.
WORKER = """
import sys
if "tasks.execution.batch_worker" in sys.orig_argv:
    import tasks.process.document as document
    from tests.training.unseen import unseen_weights
    genuine, unseen = document.examine, unseen_weights()
    def examine(raw, settings):
        unseen.choose(raw.url)
        return genuine(raw, settings)
    document.examine = examine
"""
Way = Callable[[], Any]
Seconds = dict[str, float]  # CPU seconds of each way; under "pages" the number of pages


def report(folder: Path, pages: int = PAGES) -> None:
    """Print the ratios to trafilatura of text and metadata, of all of process, and of ingest."""
    lanes.warm()
    unseen = unseen_weights()
    seconds = {suite: _seconds(corpus_pages(suite), unseen) for suite in ("dev-wcxb", "dev")}
    for suite, spent in seconds.items():
        _print(suite, spent)
    whole = _ingest(folder, pages) / pages
    # The archive repeats the pages of dev.
    alone = seconds["dev"]["trafilatura, metadata"] / seconds["dev"]["pages"]
    print(f"whole ingest of {pages} pages of dev, CPU ms a page: {1e3 * whole:.2f}")
    print(f"  ratio to trafilatura with metadata: {alone / whole:.2f}×")


def _ways(document: RawDocument) -> Mapping[str, Way]:
    decoded = decode(document.body, document.charset)
    plain = partial(bare_extraction, decoded.text, url=document.url, include_comments=False)

    def text_and_metadata() -> None:
        page = parse(decoded.text, decoded.utf8)
        read_metadata(page, context_of(document), SETTINGS)
        lanes.extract(page, document.url, "cascade")

    return {
        "trafilatura, no metadata": partial(plain, with_metadata=False),
        "trafilatura, metadata": partial(plain, with_metadata=True),
        "all of process": partial(process_document, document, SETTINGS),
        "text and metadata": text_and_metadata,
    }


def _seconds(documents: Iterable[RawDocument], unseen: UnseenWeights) -> Seconds:
    seconds: Seconds = defaultdict(float)
    for document in documents:
        unseen.choose(document.url)
        for name, way in _ways(document).items():
            hints_in.cache_clear()  # no class name of a new site is known
            started = time.process_time()
            way()
            seconds[name] += time.process_time() - started
        seconds["pages"] += 1
    return seconds


def _print(suite: str, seconds: Seconds) -> None:
    pages = seconds["pages"]
    print(
        f"{suite}, {pages:.0f} pages: CPU ms a page; ratios to trafilatura without, with metadata"
    )
    for name in (name for name in seconds if name != "pages"):
        ratios = [
            seconds[f"trafilatura, {kind}"] / seconds[name] for kind in ("no metadata", "metadata")
        ]
        mean = 1e3 * seconds[name] / pages
        print(f"  {name:26} {mean:7.2f} {ratios[0]:6.2f}× {ratios[1]:6.2f}×")


def _ingest(folder: Path, pages: int) -> float:
    """Return the CPU seconds of all processes of the command."""
    archive = folder / "pages.warc.gz"
    write_archive(archive, pages=pages)
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(WORKER)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*INGEST, archive, "--warehouse", folder / "w", "--workers", "2"],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": f"{folder / 'site'}{os.pathsep}{ROOT}"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
