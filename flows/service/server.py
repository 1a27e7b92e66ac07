"""The Prefect server: an existing one is found, or a new one is started for this warehouse."""

import errno
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx

from config.errors import ServiceError
from config.settings import PrefectSettings, Settings
from flows.prefect_environment import PREFECT_DEFAULTS
from flows.running.process_files import start_process
from flows.service.state_files import log_file, process_file
from warehouse.layout import SERVICE

_COMMAND = (sys.executable, "-P", "-m", "flows.service.server_process")
_DAY_SECONDS = 86_400
ERROR = re.compile(r"[\w.]*(Error|Exception)\b.*:")
# We write this line into the server's log. Lines above it belong to an earlier start.
_STARTS = "broadsheet starts the server"
# Words in the server's log that show a fault of Prefect's database, and the end of the sentence
# "Prefect's database … " that the user then gets.
DATABASE_FAULTS = {
    "Can't locate revision": "was made by a newer Prefect: install that version again",
    "file is not a database": "is damaged: restore it from a backup, or move it away",
    "malformed": "is damaged: restore it from a backup, or move it away",
    "readonly database": "cannot be written to: change its owner",
    "password authentication failed": "refuses the password of its connection URL",
    "Connect call failed": "does not answer at its connection URL",
    "socket.gaierror": "has a host in its connection URL that nobody knows",
    "InvalidCatalogNameError": "is not there: make it by createdb",
}


def server_addresses(wanted: PrefectSettings) -> tuple[str, str]:
    """Return the addresses of the UI and of the API of our own server."""
    host = "127.0.0.1" if wanted.host in {"0.0.0.0", "::"} else wanted.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{wanted.port}"
    return address, f"{address}/api"


def is_answering(api: str, *, seconds: float = 3.0) -> bool:
    """Return whether a Prefect server answers at an API address."""
    try:
        response = httpx.get(f"{api}/health", timeout=seconds)
        return response.status_code == 200 and response.json() is True
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


def existing_server(wanted: PrefectSettings) -> str | None:
    """Return the API address of a running server: at PREFECT_API_URL, else on our port.

    Returns:
        The address; None if there is none and our port is free.

    Raises:
        ServiceError: the server of PREFECT_API_URL does not answer, or another program uses our
            port.
    """
    from prefect.settings import PREFECT_API_URL

    configured = PREFECT_API_URL.value()
    if configured:
        if not is_answering(configured, seconds=20.0):
            raise ServiceError(
                f"The Prefect server at {configured} does not answer: start it, or unset "
                "PREFECT_API_URL to have one of your own."
            )
        return str(configured)
    _, api = server_addresses(wanted)
    if is_answering(api):
        return api
    _require_free_port(wanted)
    return None


def server_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the server; variables that the user has set win over ours."""
    wanted = settings.prefect
    address, _ = server_addresses(wanted)
    lease = "prefect.server.concurrency.lease_storage.filesystem"
    ours = {
        **PREFECT_DEFAULTS,
        "PREFECT_HOME": str(settings.warehouse / SERVICE),
        # By default leases are kept in memory. A restart of the server then ended healthy runs with
        # the answer "410 Gone" (measured).
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": lease,
        # While the machine processes pages, SQLite's lock is held for long. With Prefect's defaults
        # of 5 and 10 s the server answered 503.
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        # The base of links in messages. The older UI at "/" does not draw the plots of artifacts.
        "PREFECT_UI_URL": f"{address}/v2",
        # By default any web page in a browser on this machine may call the API.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(_origins(address)),
        # Relative to the page's own address. By default the UI calls port 4200 of the reader's
        # machine, whatever --port says.
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(wanted.keep_days * _DAY_SECONDS),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    }
    return {**ours, **os.environ}


def _origins(address: str) -> list[str]:
    """Return the origins under which a browser may know an address: localhost and 127.0.0.1."""
    local = ("//127.0.0.1:", "//localhost:")
    others = [address.replace(name, other) for name in local for other in local if name in address]
    return sorted({address, *others})


def start_server(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a server for this warehouse.

    Only the owner can read its database and its log, because they hold secrets.
    """
    wanted = settings.prefect
    listen = ("--host", wanted.host, "--port", str(wanted.port))
    _close_to_others(settings.warehouse / SERVICE)
    with log_file(settings.warehouse, "server").open("ab") as log:
        log.write(f"{_STARTS} at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
        log.flush()
        return start_process(
            process_file(settings.warehouse, "server"),
            [*_COMMAND, str(os.getpid()), "server", "start", *listen],
            server_environment(settings),
            log,
        )


def _close_to_others(folder: Path) -> None:
    """Remove other users' permissions from database files that an earlier version created."""
    for path in folder.glob("prefect.db*"):
        with suppress(PermissionError):  # another user owns it; the server reports that itself
            path.chmod(0o600)


def wait_for_server(server: subprocess.Popen[bytes], settings: Settings) -> None:
    """Wait until the server answers that we started, not another one that took the port first.

    Raises:
        ServiceError: the server ended, or took too long; the message has the reason that its log
            gives.
    """
    _, api = server_addresses(settings.prefect)
    log = settings.warehouse / SERVICE / "server.log"
    deadline = time.monotonic() + settings.prefect.start_seconds
    while not is_own_server(api, server_environment(settings)):
        if server.poll() is not None:
            raise ServiceError(_exit_reason(log, settings.prefect))
        if time.monotonic() > deadline:
            raise ServiceError(
                f"The Prefect server did not answer within {settings.prefect.start_seconds:.0f} s: "
                f"look at {log}, or raise prefect.start_seconds."
            )
        time.sleep(0.2)


def is_own_server(api: str, environment: Mapping[str, str]) -> bool:
    """Return whether the server that answers was started with this environment.

    Another server may have taken the port while ours was loading. They differ in PREFECT_HOME.
    """
    user, _, password = environment.get("PREFECT_SERVER_API_AUTH_STRING", "").partition(":")
    login = (user, password) if user else None
    try:
        response = httpx.get(f"{api}/admin/settings", auth=login, timeout=10.0)
        home = response.json()["home"] if response.status_code == 200 else ""
    except (httpx.HTTPError, ValueError, KeyError):
        return False
    return Path(home) == Path(environment["PREFECT_HOME"]).expanduser()


def _exit_reason(log: Path, wanted: PrefectSettings) -> str:
    """Return a sentence on why the server ended, from the lines of its last start in its log."""
    text = log.read_text("utf-8", errors="replace").rpartition(_STARTS)[2]
    if "already in use" in text:  # another program took the port while this server was loading
        return _port_fault(wanted, os.strerror(errno.EADDRINUSE))
    for sign, fault in DATABASE_FAULTS.items():
        if sign in text:
            url = os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL")
            # The part behind the "@" leaves out the user and the password.
            database = url.rpartition("@")[2] if url else log.with_name("prefect.db")
            return f"Prefect's database {database} {fault}; its log is {log}."
    lines = [line.strip() for line in text.splitlines()[1:] if line.strip()]
    errors = [line for line in lines if ERROR.match(line)]
    last = (errors or lines or ["it printed nothing"])[-1]
    return f"The Prefect server ended at once ({last[:200]}): its log is {log}."


def _require_free_port(wanted: PrefectSettings) -> None:
    import socket

    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((wanted.host, wanted.port))
        except OSError as error:
            raise ServiceError(_port_fault(wanted, error.strerror or str(error))) from error


def _port_fault(wanted: PrefectSettings, fault: str) -> str:
    return (
        f"Port {wanted.port} of {wanted.host} cannot be used ({fault}): free it, "
        "or name another by --port or the setting prefect.port."
    )
