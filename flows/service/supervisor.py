"""The supervisor: `broadsheet up` itself, which starts and watches the server and the runner.

- Before the start, everything that a killed supervisor left is ended.
- The server and the runner start together, because each takes seconds to load.
- At the end flow runs are stopped first, while the server can still record their states; then the
  runner, which would start them again; the server last.

A kill of this process at any point leaves no orphans: the server and the runner watch their parent
(`flows.running.parent`), and flow runs watch the runner. Interrupted runs resume at the next start
(`flows.service.reaper`).
"""

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
from flows.prefect_environment import PREFECT_DEFAULTS
from flows.running.attempt import end_attempt, marked_flow_runs
from flows.running.process_files import start_process, stop_holder
from flows.service import state_files
from flows.service.report_server import report_served
from flows.service.server import (
    existing_server,
    is_answering,
    server_addresses,
    server_environment,
    start_server,
    wait_for_server,
)
from warehouse.layout import SERVICE

log = logging.getLogger("broadsheet.service")

RUNNER = (sys.executable, "-P", "-m", "flows.service.runner")
# A process that ends more often than this within ten minutes will not recover by another restart.
MOST_RESTARTS = 5
RESTARTS_WITHIN = 600.0
# The time that the runner may take to stop. Its flow runs have been stopped before.
RUNNER_SECONDS = 10.0


class _Stopped(BaseException):
    """SIGTERM or Ctrl-C was received; a BaseException, which no `except Exception` catches."""


@dataclass(slots=True)
class Supervisor:
    """The processes of one `broadsheet up`.

    Attributes:
        settings: the settings, with the warehouse's absolute path.
        config: the absolute path of the settings file of all flow runs; None: the defaults.
        api: the API address of the server in use.
        server: the server's process; None if an existing server is used.
        runner: the runner's process; None before the start.
        restarts: the times of recent restarts, by the monotonic clock.
        started_at: the start time in UTC, ISO 8601.
        report: the address of the corpus report; None if it is not served.
    """

    settings: Settings
    config: Path | None
    api: str
    server: subprocess.Popen[bytes] | None = None
    runner: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)
    report: str | None = None
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def start(self) -> None:
        """Start the server and the runner together, and wait until both are ready.

        Raises:
            ServiceError: one of them did not start. Call `stop` to end the other one.
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
        """Start the runner, which registers the deployments before it runs flows."""
        # For an existing server the user's own PREFECT_HOME is kept, because its profile may hold
        # what that server requires, such as an API key.
        ours = server_environment(self.settings)
        environment = (ours if self.server is not None else PREFECT_DEFAULTS | os.environ) | {
            "PREFECT_API_URL": self.api,
            # A busy server answers 503. The pauses between retries double (2 s, 4 s, …): seven
            # retries last about four minutes, Prefect's default of five only one.
            "PREFECT_CLIENT_MAX_RETRIES": os.environ.get("PREFECT_CLIENT_MAX_RETRIES", "7"),
            # Flows are imported by name, which must not find modules in the working directory.
            "PYTHONSAFEPATH": "1",
        }
        command = [
            *RUNNER,
            str(self.settings.warehouse),
            str(self.config or ""),
            str(os.getpid()),
            "" if self.server is None else "ours",
        ]
        process_file = state_files.process_file(self.settings.warehouse, "runner")
        with state_files.log_file(self.settings.warehouse, "runner").open("ab") as output:
            self.runner = start_process(process_file, command, environment, output)

    def wait_until_ready(self) -> None:
        """Wait until the deployments are registered and the runner asks for their runs.

        Raises:
            ServiceError: the runner or the server ended, or took too long; the message has the
                reason that the logs give.
        """
        ready = state_files.ready_file(self.settings.warehouse)
        deadline = time.monotonic() + self.settings.prefect.start_seconds
        while not ready.is_file():
            assert self.runner is not None
            if self.runner.poll() is not None:
                raise ServiceError(_runner_exit_reason(self.settings.warehouse))
            if time.monotonic() > deadline:
                raise ServiceError(
                    "The runner did not register the deployments within "
                    f"{self.settings.prefect.start_seconds:.0f} s: raise prefect.start_seconds."
                )
            time.sleep(0.1)
        if self.server is not None:
            wait_for_server(self.server, self.settings)

    def announce(self) -> state_files.RunningService:
        """Write the state file by which `broadsheet status` and other commands find the service."""
        assert self.runner is not None
        service = state_files.RunningService(
            holder=state_files.own_lock_holder(self.settings.warehouse),
            process=os.getpid(),
            address=self.api.removesuffix("/api"),
            api=self.api,
            server=self.server.pid if self.server else None,
            runner=self.runner.pid,
            started_at=self.started_at,
            report=self.report,
        )
        state_files.announce_service(self.settings.warehouse, service)
        return service

    def watch(self) -> None:
        """Restart the server and the runner when they end, until this process is stopped.

        Raises:
            ServiceError: they have ended too often (see MOST_RESTARTS).
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
        """Stop the flow runs, then the runner, then the server.

        While the server still runs, the flow runs can record their state. Runs that were
        interrupted are settled after the runner has ended, so that it cannot start them again.
        """
        seconds = self.settings.prefect.stop_seconds
        interrupted = marked_flow_runs(self.settings.warehouse)
        for flow_run in interrupted:
            end_attempt(self.settings.warehouse, flow_run, seconds)
        _end(self.runner, signal.SIGINT, RUNNER_SECONDS)
        if interrupted and is_answering(self.api):
            _settle(self.settings.warehouse, self.api, seconds)
        _end(self.server, signal.SIGTERM, seconds)
        state_files.ready_file(self.settings.warehouse).unlink(missing_ok=True)

    def _count_restart(self, name: str, status: int | None) -> None:
        now = time.monotonic()
        self.restarts = [then for then in self.restarts if now - then < RESTARTS_WITHIN] + [now]
        if len(self.restarts) > MOST_RESTARTS:
            raise ServiceError(
                f"Server and runner ended {len(self.restarts)} times within "
                f"{RESTARTS_WITHIN / 60:.0f} minutes (last the {name}, exit {status}): "
                f"look at {self.settings.warehouse / SERVICE}."
            )
        log.warning("restarts %s exit=%s", name, status)


def supervise(
    settings: Settings, config: Path | None, on_ready: Callable[[state_files.RunningService], None]
) -> None:
    """Start the service and keep it up until SIGTERM or Ctrl-C.

    Args:
        settings: the settings, with the warehouse's absolute path.
        config: the absolute path of the settings file of all flow runs; None: the defaults.
        on_ready: is called once the service is up.

    Raises:
        ServiceError: the service cannot be started or kept up. Nothing is left running.
    """
    lock, api = state_files.service_lock(settings.warehouse), server_addresses(settings.prefect)[1]
    with lock, _stoppable(), report_served(settings) as report:
        end_leftovers(settings)
        supervisor = Supervisor(settings, config, api, report=report)
        try:
            supervisor.start()
            on_ready(supervisor.announce())
            supervisor.watch()
        except _Stopped:
            log.info("stopping")
        finally:
            with _unstoppable():
                supervisor.stop()


def end_leftovers(settings: Settings) -> None:
    """End the flow runs, the runner and the server that a killed supervisor left.

    They notice its death within a second, but take up to a minute to stop in order. Until then the
    server answers, and we would take it for an existing server.
    """
    warehouse, seconds = settings.warehouse, settings.prefect.stop_seconds
    for flow_run in marked_flow_runs(warehouse):
        end_attempt(warehouse, flow_run, seconds)
    stop_holder(state_files.process_file(warehouse, "runner"), RUNNER_SECONDS, signal.SIGINT)
    stop_holder(state_files.process_file(warehouse, "server"), seconds)
    state_files.ready_file(warehouse).unlink(missing_ok=True)


def _settle(warehouse: Path, api: str, seconds: float) -> None:
    """Record on the server the states of the flow runs that were interrupted.

    The reaper is imported here, because its import of Prefect would delay the start by seconds.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.service.reaper import reap

    with suppress(httpx.HTTPError), temporary_settings({PREFECT_API_URL: api}):
        reap(warehouse, seconds)


@contextmanager
def _stoppable() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise _Stopped

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def _unstoppable() -> Iterator[None]:
    """Ignore further signals while the block runs.

    A second Ctrl-C must not leave the server behind. `stop` kills what does not end in time.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    yield


def _end(process: "subprocess.Popen[bytes] | None", first_signal: int, seconds: float) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(first_signal)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _runner_exit_reason(warehouse: Path) -> str:
    path = warehouse / SERVICE / "runner.log"
    last = (path.read_text("utf-8", "replace").strip().splitlines() or ["it printed nothing"])[-1]
    return f"The runner ended at once ({last[:300].rstrip('.')}): its log is {path}."
