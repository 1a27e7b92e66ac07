"""Throughput for the same archive by worker processes and by Dask workers, in turns."""

import os
import statistics
import subprocess
import time
from pathlib import Path

from tests.benchmarks.against_trafilatura import INGEST
from tests.benchmarks.pages import write_archive
from tests.execution.clusters import Cluster, wait_for
from warehouse.query import opened, rows

PAGES = 2_000
ROUNDS = 3
WORKERS = (1, 2)


def report(folder: Path) -> None:
    """Print pages per second of the whole command, and the ratios to one process."""
    archive = folder / "pages.warc.gz"
    pages = write_archive(archive, pages=PAGES)
    print(f"ingest of {pages} pages by processes and by Dask workers, on {os.cpu_count()} cores")
    rates: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        for workers in WORKERS:
            for backend in ("processes", "dask"):
                where = folder / f"{turn}-{workers}-{backend}"
                where.mkdir()
                seconds = _seconds(archive, where, workers, backend)
                rates.setdefault(f"{backend} {workers}", []).append(pages / seconds)
    for name, found in rates.items():
        ratios = [rate / one for rate, one in zip(found, rates["processes 1"], strict=True)]
        print(
            f"  {name}: {statistics.median(found):.0f} pages/s; to one process "
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def _seconds(archive: Path, where: Path, workers: int, backend: str) -> float:
    """Return the seconds of the command; a Dask cluster is started before the clock."""
    if backend == "processes":
        return _ingest(archive, where, "--workers", str(workers))
    with Cluster(where) as cluster:
        for _ in range(workers):
            cluster.start_worker()
        wait_for(lambda: cluster.workers() == workers, "the workers")
        return _ingest(archive, where, **cluster.environment)


def _ingest(archive: Path, where: Path, *options: str, **environment: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [*INGEST, archive, "--warehouse", where / "w", *options],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    seconds = time.perf_counter() - started
    with opened(where / "w") as connection:
        _, found = rows(connection, "select count(*) from documents")
    assert found[0][0] >= PAGES, found
    return seconds
