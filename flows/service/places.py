"""What `broadsheet up` leaves in the warehouse's folder, by which down, status and others find it.

WAREHOUSE/service/up.lock       locked while it is up; who, and since when
                  up.json       where the server answers, and which processes there are
                  up.log        what `up --detach` says
                  server.pid, runner.pid   their process ids, locked while they live
                  server.log, runner.log
                  scratch/      the runner's temporary files
                  prefect.db, …  Prefect's own (PREFECT_HOME), unless that is set
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

LOCK = f"{SERVICE}/up.lock"


@dataclass(frozen=True, slots=True)
class Up:
    """A `broadsheet up` that is at work.

    Attributes:
        holder: what `up.lock` says of `broadsheet up` itself: of another one this is no word.
        process: of `broadsheet up` itself.
        address: of the UI.
        api: of the server's API.
        server: the server's process; None where an existing server is used.
    """

    holder: str
    process: int
    address: str
    api: str
    server: int | None
    runner: int
    started_at: str


@contextmanager
def held(warehouse: Path) -> Iterator[None]:
    """Holds the warehouse's place as the one `broadsheet up`.

    Raises:
        ServiceError: it is up already.
    """
    (warehouse / SERVICE).mkdir(parents=True, exist_ok=True)
    try:
        with writer_lock(warehouse, "up", name=LOCK):
            _file(warehouse).unlink(missing_ok=True)  # of one that was killed
            yield
            _file(warehouse).unlink(missing_ok=True)
    except WarehouseLockedError as error:
        raise ServiceError(
            f"It is up already, as {lock_holder(warehouse, LOCK)}: "
            "`broadsheet status` says where, `broadsheet down` stops it."
        ) from error


def own_holder(warehouse: Path) -> str:
    """Returns what the lock says of this process, which holds it."""
    return lock_holder(warehouse, LOCK) or ""


def announce(warehouse: Path, up: Up) -> None:
    """Says that all is there."""
    write_bytes(_file(warehouse), orjson.dumps(asdict(up)))


def found(warehouse: Path) -> Up | None:
    """Returns the `broadsheet up` of a warehouse, once all is there; None when it is down.

    What an earlier one left when it was killed is not believed.
    """
    holder = lock_holder(warehouse, LOCK)
    if holder is None:
        return None
    with suppress(FileNotFoundError, ValueError, TypeError):  # TypeError: of another Broadsheet
        up = Up(**orjson.loads(_file(warehouse).read_bytes()))
        return up if up.holder == holder else None
    return None


def is_starting(warehouse: Path) -> bool:
    """Whether it is on its way up, or down."""
    return lock_holder(warehouse, LOCK) is not None and found(warehouse) is None


def holder(warehouse: Path) -> int | None:
    """The process that holds the place."""
    said = lock_holder(warehouse, LOCK)
    return int(said.split()[1]) if said and said.startswith("process ") else None


def log_file(warehouse: Path, name: str) -> Path:
    """Returns the path of a log such as `server.log`, which only its owner can read.

    One that has grown past 20 MB is begun anew; the old one is kept once.
    """
    path = warehouse / SERVICE / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.stat().st_size > 20_000_000:
        path.replace(path.with_suffix(".log.1"))
    path.touch(mode=0o600)
    path.chmod(0o600)  # one that an earlier Broadsheet made
    return path


def process_file(warehouse: Path, name: str) -> Path:
    """Returns the file that the "server" or the "runner" holds while it lives."""
    return warehouse / SERVICE / f"{name}.pid"


def ready_file(warehouse: Path) -> Path:
    """The runner makes it when its deployments are registered."""
    return warehouse / SERVICE / "ready"


def scratch_folder(warehouse: Path) -> Path:
    """Where the runner has its temporary files."""
    return warehouse / SERVICE / "scratch"


def _file(warehouse: Path) -> Path:
    return warehouse / SERVICE / "up.json"
