"""The ways of batches to Dask workers and of their results back: a shared folder, or a bucket.

With a bucket, this machine writes its `done` file when it has downloaded and verified all parts of
a batch. So everything behind processing finds the same files, whichever way they came.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import orjson

from config.errors import WorkerError
from config.settings import Settings
from tasks.boilerplate.in_force import NAME as LEARNED
from tasks.execution.batch_files import BatchFiles, FolderFiles, Part
from tasks.execution.exchange import BATCH, DONE, RunExchange, exchange_address
from tasks.execution.exchanged_runs import record_exchange
from warehouse.files import sha256_of
from warehouse.layout import RUNS_FOLDER

log = logging.getLogger("broadsheet.workers")

POLL_SECONDS = 1.0
# NFS clients cache folders for up to 60 s (the mount option acdirmax) before they see a new file.
SHARED_SECONDS = 90.0
# Small objects: what takes time is the way to the service and back.
_UPLOADS = 8


class Carrier(Protocol):
    """A way of batches to the workers, and of their results to this machine."""

    def sent(self, batches: Sequence[Path]) -> Iterator[Path]:
        """Bring the batches to where workers see them; yield each one that is there."""

    def order(self, batch_file: Path) -> dict[str, Any]:
        """Return the part of a worker's order that says where the batch is."""

    def files(self, batch_file: Path) -> BatchFiles:
        """Return the place of the files that workers make of a batch."""

    def receive(self, batch_file: Path) -> int | None:
        """Bring the result of a finished batch into the run's folder.

        Returns:
            The number of its documents; None if a part was lost on the way, so that the batch must
            be ordered again.
        """


class SharedFolder:
    """A folder that all machines share under the same path."""

    def __init__(self, require_open: Callable[[], None]) -> None:
        """Take a function that raises an error if the pool was closed in the meantime."""
        self._require_open = require_open

    def sent(self, batches: Sequence[Path]) -> Iterator[Path]:
        """Yield the batches: they are there."""
        yield from batches

    def order(self, batch_file: Path) -> dict[str, Any]:
        """Return the path of the batch."""
        return {"batch_file": str(batch_file)}

    def files(self, batch_file: Path) -> BatchFiles:
        """Return the run's folder."""
        return FolderFiles(batch_file)

    def receive(self, batch_file: Path) -> int | None:
        """Wait until this machine sees the file `done`."""
        done = FolderFiles(batch_file).done_file
        deadline = time.monotonic() + SHARED_SECONDS
        while not done.is_file():
            self._require_open()
            if time.monotonic() > deadline:
                raise WorkerError(
                    f"A Dask worker wrote {done}, which is not there on this machine: the "
                    "warehouse must lie in a folder that all machines share under the same path, "
                    "or set execution.exchange to a bucket."
                )
            time.sleep(POLL_SECONDS)
        return int(orjson.loads(done.read_bytes())["documents"])


class BucketCarrier:
    """A bucket; the workers see nothing of this machine's disk."""

    def __init__(
        self, settings: Settings, folder: Path, require_open: Callable[[], None] = lambda: None
    ) -> None:
        """Take the folder of a run, or one with batches below it.

        Args:
            require_open: raises an error if the pool was closed in the meantime, which ends the
                waiting for a bucket that does not answer.
        """
        runs = settings.warehouse / RUNS_FOLDER
        run = folder.relative_to(runs)
        record_exchange(runs, run.parts[0], f"{settings.execution.exchange}/{run.parts[0]}")
        self._folder = folder
        self._where = exchange_address(settings, run.as_posix())
        self._exchange = RunExchange(self._where, require_open)

    def sent(self, batches: Sequence[Path]) -> Iterator[Path]:
        """Upload the description of the run, then the batches, several at a time."""
        for name in ("run.json", LEARNED):
            self._exchange.upload(self._folder / name, name)
        threads = ThreadPoolExecutor(_UPLOADS)
        try:
            yield from threads.map(self._send, batches)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, batch_file: Path) -> Path:
        self._exchange.upload(batch_file, f"{batch_file.stem}/{BATCH}")
        return batch_file

    def order(self, batch_file: Path) -> dict[str, Any]:
        """Return the address of the run and the name of the batch file."""
        return {"batch_file": batch_file.name, "exchange": self._where.fields()}

    def files(self, batch_file: Path) -> BatchFiles:
        """Return the bucket's folder of the batch."""
        return self._exchange.files(batch_file.stem)

    def receive(self, batch_file: Path) -> int | None:
        """Download the parts that `done.json` lists, verify them, and write `done` last.

        Objects that are damaged are removed, so that the next attempt makes them anew.
        """
        number = batch_file.stem
        try:
            done = orjson.loads(self._exchange.read(f"{number}/{DONE}"))
            parts = [Part(**fields) for fields in done.pop("parts")]
            received = [self._receive_part(number, part) for part in parts]
        except (FileNotFoundError, ValueError, LookupError, TypeError) as error:
            log.warning("lost in the bucket batch=%s %s", number, error)
            received = [None]
        if None in received:
            self._exchange.remove(f"{number}/{DONE}")
            return None
        FolderFiles(batch_file).write_done(done, [part for part in received if part])
        return int(done["documents"])

    def _receive_part(self, number: str, part: Part) -> Part | None:
        """Return the part under its name in the run's folder; None if it is damaged."""
        name = f"{number}-{part.first:09}-{part.end - part.first}.parquet"
        path = self._folder / "parts" / name
        if not _is_whole(path, part):
            self._exchange.download(f"{number}/{part.name}", path)
        if _is_whole(path, part):
            return Part(name, part.first, part.end)
        log.warning("damaged in the bucket batch=%s part=%s", number, part.name)
        path.unlink()
        self._exchange.remove(f"{number}/{part.name}")
        return None


def _is_whole(path: Path, part: Part) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_size == part.bytes and sha256_of(path) == part.sha256
    return False


def carrier_of(
    settings: Settings, batches: Sequence[Path], require_open: Callable[[], None]
) -> Carrier:
    """Return the way that the settings name, for batches of one run."""
    if not settings.execution.exchange:
        return SharedFolder(require_open)
    return BucketCarrier(settings, batches[0].parent.parent, require_open)
