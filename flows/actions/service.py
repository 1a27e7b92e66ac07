"""The commands `up`, `down`, `status` and `deploy`."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from rich.table import Table

from config.errors import ServiceError, UsageError
from config.place import LOCAL_FILE
from config.settings import Settings
from config.visible import log_to_stderr
from flows.prefect_environment import prepare
from flows.service import state_files
from flows.terminal.screen import one_line, screen, styled
from warehouse.restoring import require_restored

console = screen(soft_wrap=True)
LAST_NIGHTS = 5


def up_command(settings: Settings, config: Path | None) -> None:
    """Run the service in the foreground, until Ctrl-C or SIGTERM."""
    require_restored(settings.warehouse)
    prepare()
    log_to_stderr(settings.log_level, "%(levelname)s %(name)s %(message)s")
    from flows.service.supervisor import supervise

    _warn_if_open(settings)
    starting = console.status("Starting the Prefect server and the runner")

    def on_ready(service: state_files.RunningService) -> None:
        starting.stop()
        _print_ready(service, settings)

    with starting:
        supervise(settings, _absolute(config), on_ready)
    console.print("Stopped.")


def detach_command(settings: Settings, arguments: list[str]) -> None:
    """Start the service in the background and return when it is up.

    Args:
        settings: the settings, with the warehouse's absolute path.
        arguments: the arguments of `broadsheet up`, without --detach.
    """
    warehouse = settings.warehouse
    require_restored(warehouse)
    if state_files.service_process(warehouse) is not None:
        with state_files.service_lock(warehouse):
            pass  # taking the lock raises the error that the service is up already
    process, log = _start_detached(warehouse, arguments)
    try:
        with console.status("Starting the Prefect server and the runner"):
            service = _wait_for(process, warehouse, log)
    except BaseException:  # Ctrl-C, too, must leave nothing running; raised again
        process.terminate()
        process.wait()
        raise
    finally:
        if state_files.service_process(warehouse) in (None, process.pid):
            log.replace(state_files.log_file(warehouse, "up"))
        else:
            log.unlink()  # another `up` holds the lock, and `up.log` is its log
    _print_ready(service, settings)


def _start_detached(
    warehouse: Path, arguments: list[str]
) -> tuple["subprocess.Popen[bytes]", Path]:
    """Start `up` in the background, with a log of its own, and return the process and the log.

    Two commands may start at once. Each must find the error of its own process, so they cannot
    share `up.log`.
    """
    folder = state_files.log_file(warehouse, "up").parent
    descriptor, name = tempfile.mkstemp(prefix="up-", suffix=".log", dir=folder)
    with open(descriptor, "wb") as output:  # noqa: PTH123
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from flows.cli import main; main()", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return process, Path(name)


def _wait_for(
    process: "subprocess.Popen[bytes]", warehouse: Path, log: Path
) -> state_files.RunningService:
    """Wait until the state file names this process, and return its content.

    Raises:
        ServiceError: the process ended; the message is the last line of its log.
    """
    while (
        service := state_files.running_service(warehouse)
    ) is None or service.process != process.pid:
        if process.poll() == 0:
            raise ServiceError("It was stopped while it was starting.")
        if process.poll() is not None:
            lines = log.read_text("utf-8", errors="replace").strip().splitlines()
            last = lines[-1].removeprefix("broadsheet: ") if lines else ""
            raise ServiceError(
                last
                or f"`broadsheet up` ended without a message, exit status {process.returncode}: "
                "run it without --detach to see where."
            )
        time.sleep(0.2)
    return service


def down_command(settings: Settings) -> None:
    """Stop `broadsheet up`. Flow runs are stopped first and resume at its next start."""
    process = state_files.service_process(settings.warehouse)
    if process is None:
        console.print("It is down.")
        return
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + 3 * settings.prefect.stop_seconds
    with console.status("Stopping the flow runs, the runner and the server"):
        while state_files.service_process(settings.warehouse) == process:
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"Process {process} does not stop: look at {settings.warehouse}/service, "
                    f"or `kill -9 {process}`, which ends what it started, too."
                )
            time.sleep(0.1)
    console.print("Stopped.")


def status_command(settings: Settings) -> bool:
    """Print the state of the service and the last nights; return whether the service is healthy."""
    require_restored(settings.warehouse)
    prepare()
    from flows.service.status import service_status

    healthy, lines = service_status(settings.warehouse)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, state in lines:
        table.add_row(label, one_line(state))
    console.print(table, soft_wrap=False)
    _print_last_nights(settings.warehouse)
    return healthy


def _print_last_nights(warehouse: Path) -> None:
    """Print the last nights from the tables, which also hold nights started by cron or by hand."""
    from flows.terminal.tables import last_nights_table
    from tasks.jobs.report import last_nights

    try:
        nights = last_nights(warehouse, LAST_NIGHTS)
    except UsageError as error:
        console.print(f"No nights to show. {error}")
        return
    console.print()
    console.print(last_nights_table(nights) if nights else "No night yet.", soft_wrap=False)


def deploy_command(settings: Settings, config: Path | None, pool: str | None) -> None:
    """Register the deployments at the server of PREFECT_API_URL, and print what runs them."""
    prepare(settings.warehouse)
    from flows.service.deploy import deploy_flows

    names, api = deploy_flows(settings, _absolute(config), pool)
    console.print(f"Registered {', '.join(names)} at {api}.")
    if pool:
        console.print(f"Workers run them: prefect worker start --pool {pool}")
    else:
        console.print("`broadsheet up` on this machine runs them there.")


def _absolute(config: Path | None) -> Path | None:
    """Return the absolute path of the settings file in force here; None if there is none.

    Flow runs start in another folder, so they are given the path.
    """
    if config is not None:
        return config.absolute()
    return LOCAL_FILE.absolute() if LOCAL_FILE.is_file() else None


def _warn_if_open(settings: Settings) -> None:
    local = settings.prefect.host in {"127.0.0.1", "localhost", "::1"}
    if not local and not os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        console.print(
            styled(
                "yellow",
                "note:",
                f" anybody who can reach {settings.prefect.host} can run flows on this machine: "
                "set PREFECT_SERVER_API_AUTH_STRING=user:password.",
            )
        )


def _print_ready(service: state_files.RunningService, settings: Settings) -> None:
    console.print(styled("bold", "Broadsheet is up:", f" {service.address}"))
    schedule = settings.prefect.schedule
    zone = settings.prefect.timezone or "local time"
    nights = f"a night at '{schedule}' ({zone})" if schedule else "no schedule"
    console.print(f"  {nights}, into {settings.warehouse}")
    if service.report:
        console.print(f"  the corpus report: {service.report}")
    console.print(f"  logs in {settings.warehouse / 'service'}")
    console.print("  `broadsheet status` shows its state; Ctrl-C or `broadsheet down` stops it.")
