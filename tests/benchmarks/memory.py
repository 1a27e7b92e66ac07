"""Peak memory of all processes of an ingest, for archives of 100 and of 400 MB."""

import subprocess
import time
from pathlib import Path

from tests.benchmarks.against_trafilatura import INGEST
from tests.benchmarks.pages import write_archive

SIZES = (100_000_000, 400_000_000)


def report(folder: Path) -> None:
    """Print the peaks and their ratio."""
    peaks = []
    for size in SIZES:
        archive = folder / f"{size}.warc.gz"
        pages = write_archive(archive, size=size)
        seconds, peak = _peak(archive, folder / f"w{size}")
        peaks.append(peak)
        print(
            f"memory: archive of {size / 1e6:.0f} MB, {pages} pages: {seconds:.0f} s, "
            f"peak {peak / 1e6:.0f} MB"
        )
        archive.unlink()
    print(f"  400 MB / 100 MB: {peaks[1] / peaks[0]:.3f}")


def _peak(archive: Path, warehouse: Path) -> tuple[float, int]:
    started = time.perf_counter()
    command = [*INGEST, archive, "--warehouse", warehouse, "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(_proportional_bytes, family(process.pid))))
            time.sleep(0.2)
    return time.perf_counter() - started, peak


def family(pid: int) -> list[int]:
    """Return the ids of a process and of all its descendants."""
    children = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children.extend(map(int, path.read_text().split()))
        except OSError:  # the thread has ended
            continue
    return [pid, *(below for child in children for below in family(child))]


def _proportional_bytes(pid: int) -> int:
    """Return the memory of a process, with shared pages divided among the processes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # the process has ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
