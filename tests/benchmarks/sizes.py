"""CPU seconds and peak memory of runs of sizes that once made a run fail.

`python -m tests.benchmarks sizes` measures each at a moderate size. `sizes-rows=2000000`,
`sizes-sources=5000`, `sizes-targets=10000000` and `sizes-files=1100` measure one at a given size.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.benchmarks.memory import family
from tests.benchmarks.sized import write_history, write_night_run, write_rows_run
from tests.nights.night import Desk
from tests.pipeline.command import COMMAND
from tests.sites.many import ManySites

STEP = """
import sys
from datetime import date
from pathlib import Path
from config.settings import load_settings
from tasks.runs.run import unfinished_runs
stage, warehouse, workers = sys.argv[1:]
settings = load_settings(warehouse=Path(warehouse), workers=int(workers))
[run] = unfinished_runs(Path(warehouse))
if stage == "select":
    from tasks.discover.select import select
    from tasks.jobs.fetching import sources_of
    select(run, sources_of(run, settings), settings)
elif stage == "resolve":
    from tasks.load.resolve import resolve
    resolve(run, settings)
elif stage == "publish":
    from tasks.load.commit import load, publish_run
    load(run, settings)
    publish_run(run, settings)
elif stage == "states":
    from tasks.discover.stage import read_states
    read_states(run, settings)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a command.

    Attributes:
        said: its output.
        peak: the peak of resident memory, in bytes, of its largest process.
    """

    said: str
    status: int
    cpu: float
    seconds: float
    peak: int

    def __str__(self) -> str:
        how = "" if self.status == 0 else f"FAILED: {self.said.strip().splitlines()[-1][:160]}; "
        return f"{how}{self.cpu:.1f} CPU s, {self.seconds:.0f} s, {self.peak / 1e6:,.0f} MB"


def cost(*command: str | Path) -> Cost:
    """Run a command to its end and return its cost, including that of processes it started."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([*map(str, command)], stdout=said, stderr=said)
        peak = 0
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, *map(peak_bytes, family(process.pid)))
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        said.seek(0)
        text = said.read()
    cpu = ended[2].ru_utime + ended[2].ru_stime
    return Cost(text, process.returncode, cpu, time.perf_counter() - started, peak)


def measured_program(program: str, *arguments: str | Path) -> dict[str, float]:
    """Run a program of Python; return the numbers of its last line, as JSON, and its peak."""
    taken = cost(sys.executable, "-P", "-c", program, *arguments)
    if taken.status:
        raise RuntimeError(taken.said)
    result: dict[str, float] = orjson.loads(taken.said.strip().splitlines()[-1])
    return result | {"peak": taken.peak}


def peak_bytes(pid: int) -> int:
    """Return the peak of a process's resident memory.

    `ru_maxrss` would include the memory of the parent from which it was forked.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # the process has ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def step(stage: str, warehouse: Path, workers: int = 2) -> Cost:
    """Run one stage of the only run of a warehouse, in a process of its own."""
    return cost(sys.executable, "-P", "-c", STEP, stage, warehouse, str(workers))


def report_rows(folder: Path, rows: int = 300_000) -> None:
    """Resolve and publish one run of so many rows, with 2 and with 16 threads."""
    for workers in (2, 16):
        warehouse = folder / f"rows-{workers}"
        write_rows_run(warehouse, rows)
        _print_steps(f"{rows:,} rows, {workers} workers", warehouse, "resolve publish", workers)


def report_sources(folder: Path, sources: int = 5_000) -> None:
    """Select, resolve and publish a night of so many sources."""
    warehouse = folder / "sources"
    write_night_run(warehouse, sources)
    _print_steps(f"a night of {sources:,} sources", warehouse, "select resolve publish")


def report_targets(folder: Path, addresses: int = 10_000_000) -> None:
    """Select the targets of a night with a history of 120 nights and so many addresses."""
    warehouse = folder / "targets"
    sources = max(addresses // 2_400, 1)
    write_history(warehouse, sources, nights=120, listed=20)
    write_night_run(warehouse, sources)
    name = f"{addresses:,} addresses of {sources:,} sources"
    _print_steps(name, warehouse, "states select")


def report_files(folder: Path, sources: int = 1_100, most: int = 1_024) -> None:
    """Run a night of so many sources by the command line, with at most so many open files."""
    with ManySites(sources, 2) as site:
        desk = Desk(folder / "files", site)
        command = [*COMMAND, *desk.arguments(0)]
        limited = ["prlimit", f"--nofile={most}", *command]
        taken = cost(*limited)
        asked = len(site.requests)
    print(f"a night of {sources:,} sources, {most} open files: {asked:,} requests; {taken}")


def _print_steps(name: str, warehouse: Path, stages: str, workers: int = 2) -> None:
    for stage in stages.split():
        print(f"{name}: {stage} {step(stage, warehouse, workers)}", flush=True)


def report(folder: Path) -> None:
    """Measure each at its usual size."""
    for one in REPORTS.values():
        one(folder)


REPORTS: dict[str, Callable[..., None]] = {
    "sizes-rows": report_rows,
    "sizes-sources": report_sources,
    "sizes-targets": report_targets,
    "sizes-files": report_files,
}
