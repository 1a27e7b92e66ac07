"""The Prefect server: found where it is already, else started for this warehouse."""

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
from flows.prefect_environment import DEFAULTS
from flows.running.process_files import start
from flows.service.places import log_file, process_file
from warehouse.layout import SERVICE

COMMAND = (sys.executable, "-P", "-m", "flows.service.server_process")
DAY = 86_400
ERROR = re.compile(r"[\w.]*(Error|Exception)\b.*:")
STARTS = "broadsheet starts the server"  # in its log: what is said before is of an earlier one
# What its log says when the database was made by a newer Prefect, or is none.
DATABASE_FAULTS = {
    "Can't locate revision": "was made by a newer Prefect: install that version again",
    "file is not a database": "is damaged: restore it from a backup, or move it away to begin anew",
    "malformed": "is damaged: restore it from a backup, or move it away to begin anew",
    "readonly database": "cannot be written to: change its owner",
    "password authentication failed": "refuses the password of its connection URL",
    "Connect call failed": "does not answer at its connection URL",
    "socket.gaierror": "has a host in its connection URL that nobody knows",
    "InvalidCatalogNameError": "is not there: make it by createdb",
}


def addresses(wanted: PrefectSettings) -> tuple[str, str]:
    """Where a person finds the UI, and where programs find the API, of our own server."""
    host = "127.0.0.1" if wanted.host in {"0.0.0.0", "::"} else wanted.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{wanted.port}"
    return address, f"{address}/api"


def answers(api: str, *, seconds: float = 3.0) -> bool:
    """Whether a Prefect server answers there."""
    try:
        answer = httpx.get(f"{api}/health", timeout=seconds)
        return answer.status_code == 200 and answer.json() is True
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


def existing_server(wanted: PrefectSettings) -> str | None:
    """The API of a server that is there already: that of PREFECT_API_URL, or on our port.

    Raises:
        ServiceError: PREFECT_API_URL does not answer, or another program has the port.
    """
    from prefect.settings import PREFECT_API_URL

    configured = PREFECT_API_URL.value()
    if configured:
        if not answers(configured, seconds=20.0):
            raise ServiceError(
                f"The Prefect server at {configured} does not answer: start it, or unset "
                "PREFECT_API_URL to have one of your own."
            )
        return str(configured)
    _, api = addresses(wanted)
    if answers(api):
        return api
    _require_free_port(wanted)
    return None


def server_environment(settings: Settings) -> dict[str, str]:
    """What the server reads from its environment; what the user has set stays."""
    wanted = settings.prefect
    address, _ = addresses(wanted)
    lease = "prefect.server.concurrency.lease_storage.filesystem"
    ours = {
        **DEFAULTS,
        "PREFECT_HOME": str(settings.warehouse / SERVICE),
        # In memory, a restart of the server would end healthy runs with "410 Gone" (measured).
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": lease,
        # A machine that processes pages is busy: with 5 and 10 s SQLite's lock gave answers of 503.
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        # Of the links in messages: the older UI at "/" does not draw the plots of an artifact.
        "PREFECT_UI_URL": f"{address}/v2",
        # By default any page in a browser on this machine may call the API.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(_origins(address)),
        # Where the page came from. By default the UI asks port 4200 of the reader's own machine,
        # whatever --port says.
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(wanted.keep_days * DAY),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    }
    return {**ours, **os.environ}


def _origins(address: str) -> list[str]:
    """What a browser calls this address: this machine has two names for itself."""
    local = ("//127.0.0.1:", "//localhost:")
    others = [address.replace(one, other) for one in local for other in local if one in address]
    return sorted({address, *others})


def start_server(settings: Settings) -> subprocess.Popen[bytes]:
    """Starts a server, whose files only their owner can read: they have secrets."""
    wanted = settings.prefect
    place = ("--host", wanted.host, "--port", str(wanted.port))
    _close_to_others(settings.warehouse / SERVICE)
    with log_file(settings.warehouse, "server").open("ab") as log:
        log.write(f"{STARTS} at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
        log.flush()
        return start(
            process_file(settings.warehouse, "server"),
            [*COMMAND, str(os.getpid()), "server", "start", *place],
            server_environment(settings),
            log,
        )


def _close_to_others(folder: Path) -> None:
    """Takes the rights of others from files that an earlier Broadsheet made."""
    for path in folder.glob("prefect.db*"):
        with suppress(PermissionError):  # somebody else's: the server will say so
            path.chmod(0o600)


def wait_for_server(server: subprocess.Popen[bytes], settings: Settings) -> None:
    """Waits until the server answers: this one, not another that was quicker to take the port.

    Raises:
        ServiceError: it ended, or took too long; says why, as far as its log tells.
    """
    _, api = addresses(settings.prefect)
    log = settings.warehouse / SERVICE / "server.log"
    deadline = time.monotonic() + settings.prefect.start_seconds
    while not is_ours(api, server_environment(settings)):
        if server.poll() is not None:
            raise ServiceError(_why(log, settings.prefect))
        if time.monotonic() > deadline:
            raise ServiceError(
                f"The Prefect server did not answer within {settings.prefect.start_seconds:.0f} s: "
                f"look at {log}, or raise prefect.start_seconds."
            )
        time.sleep(0.2)


def is_ours(api: str, environment: Mapping[str, str]) -> bool:
    """Says whether the server that answers is the one that was started with this environment.

    Another one may have taken the port while ours was loading.
    """
    user, _, password = environment.get("PREFECT_SERVER_API_AUTH_STRING", "").partition(":")
    login = (user, password) if user else None
    try:
        answer = httpx.get(f"{api}/admin/settings", auth=login, timeout=10.0)
        home = answer.json()["home"] if answer.status_code == 200 else ""
    except (httpx.HTTPError, ValueError, KeyError):
        return False
    return Path(home) == Path(environment["PREFECT_HOME"]).expanduser()


def _why(log: Path, wanted: PrefectSettings) -> str:
    text = log.read_text("utf-8", errors="replace").rpartition(STARTS)[2]
    if "already in use" in text:  # somebody took it while this server was loading
        return _port_fault(wanted, os.strerror(errno.EADDRINUSE))
    for sign, fault in DATABASE_FAULTS.items():
        if sign in text:
            named = os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL")
            database = named.rpartition("@")[2] if named else log.with_name("prefect.db")
            return f"Prefect's database {database} {fault}; its log is {log}."
    said = [line.strip() for line in text.splitlines()[1:] if line.strip()]
    errors = [line for line in said if ERROR.match(line)]
    last = (errors or said or ["it said nothing"])[-1]
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
