"""The whole `ingest` against trafilatura alone, in turns, with two processes each."""

import statistics
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks.pages import read_pages, write_archive
from warehouse.query import opened, rows

PAGES = 10_000
ROUNDS = 3
INGEST = (sys.executable, "-P", "-c", "from flows.cli import main; main()", "ingest")


def report(folder: Path) -> None:
    """Print the wall seconds of both, and their ratio for each round."""
    archive = folder / "pages.warc.gz"
    pages = write_archive(archive, pages=PAGES)
    print(
        f"ingest against trafilatura.bare_extraction with metadata, {pages} pages, 2 processes each"
    )
    ratios = []
    for turn in range(ROUNDS):
        alone = _trafilatura(archive)
        whole, processing = _ingest(archive, folder / f"w{turn}")
        ratios.append((whole / alone, processing / alone))
        print(
            f"  round {turn + 1}: trafilatura {alone:.1f} s; ingest {whole:.1f} s, of which "
            f"processing {processing:.1f} s; reading, start-up, resolving, commits and publishing "
            f"{whole - processing:.1f} s"
        )
    for name, values in zip(
        ("ingest / trafilatura", "processing alone / trafilatura"),
        zip(*ratios, strict=True),
        strict=True,
    ):
        print(
            f"  {name}: median {statistics.median(values):.2f} "
            f"({min(values):.2f} to {max(values):.2f})"
        )


def _ingest(archive: Path, warehouse: Path) -> tuple[float, float]:
    started = time.perf_counter()
    subprocess.run(
        [*INGEST, archive, "--warehouse", warehouse, "--workers", "2"],
        check=True,
        capture_output=True,
    )
    whole = time.perf_counter() - started
    with opened(warehouse) as connection:
        _, found = rows(connection, "select sum(seconds) / 2 from documents")
    return whole, float(found[0][0])


def _trafilatura(archive: Path) -> float:
    """Return the seconds of the extraction alone, without start-up, warming up and reading."""
    context = get_context("spawn")
    with context.Pool(2) as pool:
        return max(pool.starmap(_extract_share, [(archive, 0), (archive, 1)], chunksize=1))


def _extract_share(archive: Path, share: int) -> float:
    from trafilatura import bare_extraction

    pages = read_pages(archive, share, 2)
    bare_extraction(pages[0][1], url=pages[0][0], with_metadata=True, include_comments=False)
    started = time.perf_counter()
    for url, body in pages:
        bare_extraction(body, url=url, with_metadata=True, include_comments=False)
    return time.perf_counter() - started
