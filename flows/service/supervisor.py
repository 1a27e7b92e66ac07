"""`broadsheet up` itself: starts server and runner, keeps them alive, and stops them in order."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx

from config.errors import ServiceError
from config.settings import Settings
from flows.prefect_environment import DEFAULTS
from flows.running.attempt import end_process, marked
from flows.running.process_files import end, start
from flows.service import places
from flows.service.server import (
    addresses,
    answers,
    existing_server,
    server_environment,
    start_server,
    wait_for_server,
)
from warehouse.layout import SERVICE

log = logging.getLogger("broadsheet.service")

RUNNER = (sys.executable, "-P", "-m", "flows.service.runner")
MOST_RESTARTS = 5
RESTARTS_WITHIN = 600.0
RUNNER_SECONDS = 10.0


class _Stopped(BaseException):
    """SIGTERM or Ctrl-C."""


@dataclass(slots=True)
class Supervisor:
    """The processes of one `broadsheet up`.

    Attributes:
        config: the settings file of all flow runs, absolute; None: the defaults.
        api: of the server that is used.
        server: its process; None where the server was there already.
    """

    settings: Settings
    config: Path | None
    api: str
    server: subprocess.Popen[bytes] | None = None
    runner: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def start(self) -> None:
        """Starts server and runner beside each other and waits until both are there.

        Raises:
            ServiceError: one sentence; what was started is for `stop` to end.
        """
        existing = existing_server(self.settings.prefect)
        if existing is None:
            self.server = start_server(self.settings)
        else:
            self.api = existing
        self.start_runner()
        if self.server is not None:
            wait_for_server(self.server, self.settings)
        self.wait_until_ready()

    def start_runner(self) -> None:
        """Starts the runner, which registers the deployments first."""
        # A server that was there may want what only the user's own profile knows, such as a key.
        ours = server_environment(self.settings)
        environment = (ours if self.server is not None else DEFAULTS | os.environ) | {
            "PREFECT_API_URL": self.api,
            # A busy server answers 503: asked again for four minutes, not for one (2 s, 4 s, …).
            "PREFECT_CLIENT_MAX_RETRIES": os.environ.get("PREFECT_CLIENT_MAX_RETRIES", "7"),
            "PYTHONSAFEPATH": "1",  # flows are imported by name: not from the working directory
        }
        command = [
            *RUNNER,
            str(self.settings.warehouse),
            str(self.config or ""),
            str(os.getpid()),
            "" if self.server is None else "ours",
        ]
        held = places.process_file(self.settings.warehouse, "runner")
        with places.log_file(self.settings.warehouse, "runner").open("ab") as output:
            self.runner = start(held, command, environment, output)

    def wait_until_ready(self) -> None:
        """Waits until the deployments are ready: registered, and the runner asks for their runs.

        Raises:
            ServiceError: runner or server ended; says why, as far as their logs tell.
        """
        ready = places.ready_file(self.settings.warehouse)
        deadline = time.monotonic() + self.settings.prefect.start_seconds
        while not ready.is_file():
            assert self.runner is not None
            if self.runner.poll() is not None:
                raise ServiceError(_why_runner(self.settings.warehouse))
            if time.monotonic() > deadline:
                raise ServiceError(
                    "The runner did not register the deployments within "
                    f"{self.settings.prefect.start_seconds:.0f} s: raise prefect.start_seconds."
                )
            time.sleep(0.1)
        if self.server is not None:
            wait_for_server(self.server, self.settings)

    def announce(self) -> places.Up:
        """Leaves word of the processes, for `broadsheet status` and others."""
        assert self.runner is not None
        told = places.Up(
            holder=places.own_holder(self.settings.warehouse),
            process=os.getpid(),
            address=self.api.removesuffix("/api"),
            api=self.api,
            server=self.server.pid if self.server else None,
            runner=self.runner.pid,
            started_at=self.started_at,
        )
        places.announce(self.settings.warehouse, told)
        return told

    def watch(self) -> None:
        """Keeps server and runner alive until this process is told to stop.

        Raises:
            ServiceError: they die again and again.
        """
        while True:
            time.sleep(1.0)
            if self.server is not None and self.server.poll() is not None:
                self._count_restart("server", self.server.returncode)
                self.server = start_server(self.settings)
                wait_for_server(self.server, self.settings)
                self.announce()
            if self.runner is not None and self.runner.poll() is not None:
                self._count_restart("runner", self.runner.returncode)
                self.start_runner()
                self.announce()

    def stop(self) -> None:
        """Flow runs first, which can then still say what became of them; the server last."""
        seconds = self.settings.prefect.stop_seconds
        broken_off = marked(self.settings.warehouse)
        for flow_run in broken_off:
            end_process(self.settings.warehouse, flow_run, seconds)
        _end(self.runner, signal.SIGINT, RUNNER_SECONDS)
        if broken_off and answers(self.api):
            _settle(self.settings.warehouse, self.api, seconds)
        _end(self.server, signal.SIGTERM, seconds)
        places.ready_file(self.settings.warehouse).unlink(missing_ok=True)

    def _count_restart(self, what: str, status: int | None) -> None:
        now = time.monotonic()
        self.restarts = [then for then in self.restarts if now - then < RESTARTS_WITHIN] + [now]
        if len(self.restarts) > MOST_RESTARTS:
            raise ServiceError(
                f"Server and runner ended {len(self.restarts)} times within "
                f"{RESTARTS_WITHIN / 60:.0f} minutes (last the {what}, exit {status}): "
                f"look at {self.settings.warehouse / SERVICE}."
            )
        log.warning("restarts %s exit=%s", what, status)


def up(settings: Settings, config: Path | None, ready: Callable[[places.Up], None]) -> None:
    """Brings all up and keeps it up until SIGTERM or Ctrl-C.

    Args:
        settings: with the warehouse's absolute path.
        ready: is told once all is there.

    Raises:
        ServiceError: one sentence; nothing is left running.
    """
    with places.held(settings.warehouse), _stoppable():
        end_leftovers(settings)
        supervisor = Supervisor(settings, config, addresses(settings.prefect)[1])
        try:
            supervisor.start()
            ready(supervisor.announce())
            supervisor.watch()
        except _Stopped:
            log.info("stopping")
        finally:
            with _unstoppable():
                supervisor.stop()


def end_leftovers(settings: Settings) -> None:
    """Ends what is left of an `up` that was killed: its flow runs, runner and server.

    They notice it by themselves within a second and take up to a minute to stop in order; until
    then the server still answers, and would be taken for one to be used.
    """
    warehouse, seconds = settings.warehouse, settings.prefect.stop_seconds
    for flow_run in marked(warehouse):
        end_process(warehouse, flow_run, seconds)
    end(places.process_file(warehouse, "runner"), RUNNER_SECONDS, signal.SIGINT)
    end(places.process_file(warehouse, "server"), seconds)
    places.ready_file(warehouse).unlink(missing_ok=True)


def _settle(warehouse: Path, api: str, seconds: float) -> None:
    """What became of the runs that were broken off. Loaded here: it takes seconds of the start."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.service.reaper import reap

    with suppress(httpx.HTTPError), temporary_settings({PREFECT_API_URL: api}):
        reap(warehouse, seconds)


@contextmanager
def _stoppable() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise _Stopped

    kept = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def _unstoppable() -> Iterator[None]:
    """A second Ctrl-C must not leave the server behind; `stop` is bounded in time."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    yield


def _end(process: "subprocess.Popen[bytes] | None", kindly: int, seconds: float) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(kindly)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _why_runner(warehouse: Path) -> str:
    path = warehouse / SERVICE / "runner.log"
    lines = [line for line in path.read_text("utf-8", errors="replace").splitlines() if line]
    last = lines[-1] if lines else "it said nothing"
    return f"The runner ended at once ({last[:300].rstrip('.')}): its log is {path}."
