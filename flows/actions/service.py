"""What `up`, `down`, `status` and `deploy` do, once their arguments are parsed."""

import logging
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
from config.settings import LOCAL_FILE, Settings
from flows.prefect_environment import prepare
from flows.screen import one_line, screen, styled
from flows.service import places

console = screen(soft_wrap=True)
LAST_NIGHTS = 5


def up_command(settings: Settings, config: Path | None) -> None:
    """Brings all up in the foreground, until Ctrl-C or SIGTERM."""
    prepare()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s %(message)s")
    from flows.service.supervisor import up

    _warn_if_open(settings)
    starting = console.status("Starting the Prefect server and the runner")

    def ready(told: places.Up) -> None:
        starting.stop()
        _say_ready(told, settings)

    with starting:
        up(settings, _absolute(config), ready)
    console.print("Stopped.")


def detach_command(settings: Settings, arguments: list[str]) -> None:
    """Brings all up in the background; returns when it is there.

    Args:
        arguments: of `broadsheet up`, without --detach.
    """
    warehouse = settings.warehouse
    if places.holder(warehouse) is not None:
        with places.held(warehouse):
            pass  # raises: it is up already
    process, log = _start_detached(warehouse, arguments)
    try:
        with console.status("Starting the Prefect server and the runner"):
            told = _wait_for(process, warehouse, log)
    except BaseException:  # Ctrl-C, too, leaves nothing running
        process.terminate()
        process.wait()
        raise
    finally:
        if places.holder(warehouse) in (None, process.pid):
            log.replace(places.log_file(warehouse, "up"))
        else:
            log.unlink()  # the other `up`, which is at work, has its own
    _say_ready(told, settings)


def _start_detached(
    warehouse: Path, arguments: list[str]
) -> tuple["subprocess.Popen[bytes]", Path]:
    """Starts `up` with a log of its own: of two that start at once each must find its own words."""
    folder = places.log_file(warehouse, "up").parent
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


def _wait_for(process: "subprocess.Popen[bytes]", warehouse: Path, log: Path) -> places.Up:
    """Waits until this very process says that all is there.

    Raises:
        ServiceError: it ended; with its last sentence.
    """
    while (told := places.found(warehouse)) is None or told.process != process.pid:
        if process.poll() == 0:
            raise ServiceError("It was stopped while it was starting.")
        if process.poll() is not None:
            said = log.read_text("utf-8", errors="replace").strip().splitlines()
            last = said[-1].removeprefix("broadsheet: ") if said else ""
            raise ServiceError(
                last
                or f"`broadsheet up` ended without a word, exit status {process.returncode}: "
                "run it without --detach to see where."
            )
        time.sleep(0.2)
    return told


def down_command(settings: Settings) -> None:
    """Stops `broadsheet up`, its flow runs first; they resume at its next start."""
    process = places.holder(settings.warehouse)
    if process is None:
        console.print("It is down.")
        return
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + 3 * settings.prefect.stop_seconds
    with console.status("Stopping the flow runs, the runner and the server"):
        while places.holder(settings.warehouse) == process:
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"Process {process} does not stop: look at {settings.warehouse}/service, "
                    f"or `kill -9 {process}`, which ends what it started, too."
                )
            time.sleep(0.1)
    console.print("Stopped.")


def status_command(settings: Settings) -> bool:
    """Prints what is up; gives whether all is."""
    prepare()
    from flows.service.status import status

    healthy, lines = status(settings.warehouse)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for what, how in lines:
        table.add_row(what, one_line(how))
    console.print(table, soft_wrap=False)
    _print_last_nights(settings.warehouse)
    return healthy


def _print_last_nights(warehouse: Path) -> None:
    """As the tables have them, for nights are also started by cron or by hand."""
    from flows.terminal import last_nights_table
    from tasks.account import last_nights

    try:
        nights = last_nights(warehouse, LAST_NIGHTS)
    except UsageError as error:
        console.print(f"No nights to show. {error}")
        return
    console.print()
    console.print(last_nights_table(nights) if nights else "No night yet.", soft_wrap=False)


def deploy_command(settings: Settings, config: Path | None, pool: str | None) -> None:
    """Registers the deployments at the server of PREFECT_API_URL, and says what runs them."""
    prepare(settings.warehouse)
    from flows.service.deploy import deploy

    names, api = deploy(settings, _absolute(config), pool)
    console.print(f"Registered {', '.join(names)} at {api}.")
    if pool:
        console.print(f"Workers run them: prefect worker start --pool {pool}")
    else:
        console.print("`broadsheet up` on this machine runs them there.")


def _absolute(config: Path | None) -> Path | None:
    """Flow runs start in another folder: the settings file that counts here is named to them."""
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
                f" whoever reaches {settings.prefect.host} can run flows on this machine: set "
                "PREFECT_SERVER_API_AUTH_STRING=user:password.",
            )
        )


def _say_ready(told: places.Up, settings: Settings) -> None:
    console.print(styled("bold", "Broadsheet is up:", f" {told.address}"))
    schedule = settings.prefect.schedule
    zone = settings.prefect.timezone or "local time"
    nights = f"a night at '{schedule}' ({zone})" if schedule else "no schedule"
    console.print(f"  {nights}, into {settings.warehouse}")
    console.print(f"  logs in {settings.warehouse / 'service'}")
    console.print("  `broadsheet status` tells how it is, Ctrl-C or `broadsheet down` stops it.")
