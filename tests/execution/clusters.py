"""Dask clusters as an operator starts them: a scheduler and workers, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from distributed import Client

# A sitecustomize.py, which Python imports when it starts. In batch workers it replaces the
# processing of a document by one that hangs, or kills worker and Dask worker, at some addresses.
FAULTS = """
import os, sys, time
if "tasks.execution.batch_worker" in sys.orig_argv:
    import tasks.process.document as document
    genuine = document.process_document
    def process_document(raw, settings):
        if raw.url and raw.url.endswith("hang"):
            time.sleep(1000)
        if raw.url and raw.url.endswith("take-all-down"):
            os.kill(os.getppid(), 9)
            os.kill(os.getpid(), 9)
        return genuine(raw, settings)
    document.process_document = process_document
"""


def wait_for(condition: Callable[[], object], what: str, seconds: float = 90.0) -> None:
    """Wait until another process has made the condition true; `what` names it in a failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.02)


class Cluster:
    """A Dask scheduler on a free port, and the workers that a test starts; a context manager."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(FAULTS)
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(site),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            **environment,
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        dashboard = ("--dashboard-address", "127.0.0.1:0")
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--scheduler-file", str(file), *dashboard
        )
        wait_for(lambda: file.is_file() and file.read_text().endswith("}"), "the scheduler")
        self.address: str = json.loads(file.read_text())["address"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            kill_session(process)

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings that make the command line use this cluster."""
        return {
            "BROADSHEET_EXECUTION__BACKEND": "dask",
            "BROADSHEET_EXECUTION__SCHEDULER": self.address,
        }

    def start_worker(
        self, *options: str, cwd: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a Dask worker with one thread and its nanny, in a session of its own."""
        folder = self._folder / f"worker-{len(self._processes)}"
        return self._start(
            *("worker", self.address, "--nthreads", "1", "--local-directory", str(folder)),
            *("--no-dashboard", *options),
            cwd=cwd,
            **environment,
        )

    def end_workers(self) -> None:
        """Kill all workers and their nannies."""
        for process in self._processes[1:]:
            kill_session(process)

    def workers(self) -> int:
        """Return how many workers the scheduler knows."""
        with Client(self.address, set_as_default=False) as client:
            return len(client.nthreads())

    def _start(
        self, role: str, *options: str, cwd: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        with (self._folder / f"{role}-{len(self._processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "dask", role, *options, "--host", "127.0.0.1"],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**self._environment, **environment},
                cwd=cwd or self._folder,
            )
        self._processes.append(process)
        return process


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started, as if its machine had lost power."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
