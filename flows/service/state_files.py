"""State files of `broadsheet up`, by which `down`, `status` and other commands find it.

WAREHOUSE/service/up.lock       locked while the service is up; names the holder and the start time
                  up.json       the server's address and the processes of the service
                  up.log        the output of `up --detach`
                  server.pid, runner.pid   process ids, locked while these processes live
                  server.log, runner.log   the output of these processes
                  ready         exists once the runner has registered the deployments
                  scratch/      the runner's temporary files
                  prefect.db, …  Prefect's own files, unless PREFECT_HOME is set

A lock proves that its holder lives. The content of a file counts only while its lock is held,
because a killed service leaves its files behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from config.errors import ServiceError, WarehouseLockedError
from warehouse.files import write_bytes
from warehouse.layout import SERVICE
from warehouse.lock import lock_holder, writer_lock

_LOCK = f"{SERVICE}/up.lock"


@dataclass(frozen=True, slots=True)
class RunningService:
    """A running `broadsheet up`, as stored in `up.json`.

    Attributes:
        holder: the content of `up.lock` when this was written; if the lock now has other content,
            another service wrote the file.
        process: the process id of `broadsheet up` itself.
        address: the address of the UI.
        api: the address of the server's API.
        server: the process id of the server; None if an existing server is used.
        runner: the process id of the runner.
        started_at: the start time in UTC, ISO 8601.
        report: the address of the corpus report; None if it is not served.
    """

    holder: str
    process: int
    address: str
    api: str
    server: int | None
    runner: int
    started_at: str
    report: str | None = None


@contextmanager
def service_lock(warehouse: Path) -> Iterator[None]:
    """Hold the lock of the one `broadsheet up` that a warehouse may have.

    Raises:
        ServiceError: another `broadsheet up` holds it.
    """
    (warehouse / SERVICE).mkdir(parents=True, exist_ok=True)
    try:
        with writer_lock(warehouse, "up", name=_LOCK):
            _description_file(warehouse).unlink(missing_ok=True)  # left by a killed service
            yield
            _description_file(warehouse).unlink(missing_ok=True)
    except WarehouseLockedError as error:
        raise ServiceError(
            f"It is up already, as {lock_holder(warehouse, _LOCK)}: "
            "`broadsheet status` says where, `broadsheet down` stops it."
        ) from error


def own_lock_holder(warehouse: Path) -> str:
    """Return the content of the lock, which this process holds."""
    return lock_holder(warehouse, _LOCK) or ""


def announce_service(warehouse: Path, service: RunningService) -> None:
    """Write `up.json`: from now on other commands find the service."""
    write_bytes(_description_file(warehouse), orjson.dumps(asdict(service)))


def running_service(warehouse: Path) -> RunningService | None:
    """Return the running `broadsheet up` of a warehouse; None if it is down or still starting.

    A file that a killed service left behind is ignored.
    """
    holder = lock_holder(warehouse, _LOCK)
    if holder is None:
        return None
    # TypeError: another version wrote the file, with other keys.
    with suppress(FileNotFoundError, ValueError, TypeError):
        service = RunningService(**orjson.loads(_description_file(warehouse).read_bytes()))
        return service if service.holder == holder else None
    return None


def is_starting(warehouse: Path) -> bool:
    """Return whether the service is starting or stopping."""
    return lock_holder(warehouse, _LOCK) is not None and running_service(warehouse) is None


def service_process(warehouse: Path) -> int | None:
    """Return the id of the `broadsheet up` process that holds the lock; None if none does."""
    holder = lock_holder(warehouse, _LOCK)
    return int(holder.split()[1]) if holder and holder.startswith("process ") else None


def log_file(warehouse: Path, name: str) -> Path:
    """Return the path of a log such as `server.log`, created so that only its owner can read it.

    A log of more than 20 MB is renamed to `server.log.1`, which replaces an earlier one.
    """
    path = warehouse / SERVICE / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.stat().st_size > 20_000_000:
        path.replace(path.with_suffix(".log.1"))
    path.touch(mode=0o600)
    path.chmod(0o600)  # an earlier version created it with other permissions
    return path


def process_file(warehouse: Path, name: str) -> Path:
    """Return the path of the file that the "server" or the "runner" holds while it lives."""
    return warehouse / SERVICE / f"{name}.pid"


def ready_file(warehouse: Path) -> Path:
    """Return the path of the file that the runner creates when its deployments are registered."""
    return warehouse / SERVICE / "ready"


def scratch_folder(warehouse: Path) -> Path:
    """Return the folder of the runner's temporary files."""
    return warehouse / SERVICE / "scratch"


def _description_file(warehouse: Path) -> Path:
    return warehouse / SERVICE / "up.json"
