"""A run's folder in a bucket, for Dask workers that do not share the folder of the warehouse.

    EXCHANGE/<run_id>/run.json, learned.json         copies of the files in the run's folder
                      NNNNN/batch.json               the plan of batch NNNNN
                            MMMMMMMMM-KKKK-SHA.parquet
                                                     KKKK processed documents from number MMMMMMMMM
                                                     on; SHA is the SHA-256 of the file
                            attempt-…                attempts of Dask workers that have not ended
                            done.json                the batch is finished: its documents and parts

An object appears as a whole or not at all. Two attempts at a batch may differ in what they measure,
such as seconds, so the name of a part has the hash of its content: no attempt replaces a part that
the `done.json` of another one lists.

A service that does not answer is asked again for `execution.wait_seconds`. Keys are not part of an
`ExchangeAddress`: each machine has its own.
"""

import hashlib
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.bucket import BucketSettings
from config.settings import Settings, default_settings
from tasks.execution.batch_files import EXCHANGE_FILE, Part
from warehouse.bucket.objects import Bucket, BucketError, BucketRefusedError, open_bucket

log = logging.getLogger("broadsheet.workers")

T = TypeVar("T")

BATCH = "batch.json"
DONE = "done.json"
_PAUSE_SECONDS = 0.5
_ATTEMPT = "attempt-"


@dataclass(frozen=True, slots=True)
class ExchangeAddress:
    """How a worker reaches the files of a run in a bucket, without keys.

    Attributes:
        address: the run's folder, such as "s3://bucket/prefix/20250311T…".
        service: settings of the S3 service, see `config.bucket`.
        wait_seconds: how long a service that does not answer is asked again.
    """

    address: str
    service: Mapping[str, Any]
    wait_seconds: float

    def fields(self) -> dict[str, Any]:
        """Return the values to be sent to a worker."""
        return asdict(self)


def exchange_address(settings: Settings, run: str) -> ExchangeAddress:
    """Return the address of a run's folder in the bucket.

    Args:
        run: the id of the run, or the path of a folder with batches below that of the run.
    """
    # Not all of the section: the address of a catalog may have a password.
    names = {"endpoint", "region", "connect_seconds", "request_seconds"}
    return ExchangeAddress(
        f"{settings.execution.exchange}/{run}",
        settings.bucket.model_dump(include=names),
        settings.execution.wait_seconds,
    )


class RunExchange:
    """The files of a run in a bucket; what fails is tried again for a while."""

    def __init__(
        self, where: ExchangeAddress, require_open: Callable[[], None] = lambda: None
    ) -> None:
        """Take an address.

        Args:
            require_open: called before anything is tried again; it may raise an error.
        """
        self._where = where
        self._require_open = require_open
        defaults = default_settings()["bucket"]
        service = BucketSettings.model_validate({**defaults, **where.service})
        self._bucket = open_bucket(where.address, service)

    @property
    def address(self) -> str:
        """Return the address of the run's folder."""
        return self._where.address

    def files(self, number: str) -> "ExchangedFiles":
        """Return the place for the files of a batch."""
        return ExchangedFiles(self, number)

    def upload(self, path: Path, name: str) -> None:
        """Write a file as an object."""
        self._ask(lambda bucket: bucket.upload(path, name))

    def write(self, name: str, content: bytes | pa.Buffer) -> None:
        """Write an object."""
        self._ask(lambda bucket: bucket.write(name, content))

    def download(self, name: str, path: Path) -> None:
        """Write an object as a file; FileNotFoundError if there is none."""
        self._ask(lambda bucket: bucket.download(name, path))

    def read(self, name: str) -> bytes:
        """Return the bytes of an object; FileNotFoundError if there is none."""
        return self._ask(lambda bucket: bucket.read(name))

    def exists(self, name: str) -> bool:
        """Return whether there is an object of this name."""
        return self._ask(lambda bucket: bucket.exists(name))

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the sizes of the objects in a folder, by their names within it."""
        found = self._ask(lambda bucket: bucket.files(folder))
        return {name.removeprefix(f"{folder}/"): size for name, size in found.items()}

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""
        self._ask(lambda bucket: bucket.remove(name))

    def _ask(self, question: Callable[[Bucket], T]) -> T:
        """Ask the service, and ask again while it does not answer.

        Raises:
            BucketError: it refuses, or has not answered for `wait_seconds`; the message names
                this machine.
        """
        deadline = time.monotonic() + self._where.wait_seconds
        while True:
            try:
                return question(self._bucket)
            except BucketError as error:
                if isinstance(error, BucketRefusedError) or time.monotonic() > deadline:
                    raise BucketError(_with_machine(error)) from error
                log.warning("asking again %s", error)
                time.sleep(_PAUSE_SECONDS)
                self._require_open()


@dataclass(frozen=True, slots=True)
class ExchangedFiles:
    """The files of a batch in the bucket; see `tasks.execution.batch_files.BatchFiles`."""

    exchange: RunExchange
    number: str

    def parts(self) -> Iterator[Part]:
        """Yield the parts by their names."""
        for name, size in self.exchange.sizes(self.number).items():
            if name.endswith(".parquet"):
                first, documents, sha256 = name.removesuffix(".parquet").split("-")
                yield Part(name, int(first), int(first) + int(documents), size, sha256)

    def write_part(self, rows: pa.Table, first: int) -> Part:
        """Write a part; the worker goes on to the next document when it is in the bucket."""
        sink = pa.BufferOutputStream()
        pq.write_table(rows, sink, compression="zstd")
        content = sink.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        name = f"{first:09}-{rows.num_rows}-{sha256}.parquet"
        self.exchange.write(f"{self.number}/{name}", content)
        return Part(name, first, first + rows.num_rows, content.size, sha256)

    def is_done(self) -> bool:
        """Return whether the object `done.json` exists."""
        return self.exchange.exists(f"{self.number}/{DONE}")

    def write_done(self, result: Mapping[str, Any], parts: list[Part]) -> None:
        """Write the object `done.json`, with size and hash of each part."""
        done = {**result, "parts": [asdict(part) for part in parts]}
        self.exchange.write(f"{self.number}/{DONE}", orjson.dumps(done))

    def attempts(self) -> list[str]:
        """Return the names of the records without their beginning."""
        names = self.exchange.sizes(self.number)
        return [name.removeprefix(_ATTEMPT) for name in names if name.startswith(_ATTEMPT)]

    def record(self, attempt: str) -> None:
        """Write an empty object."""
        self.exchange.write(f"{self.number}/{_ATTEMPT}{attempt}", b"")

    def forget(self, attempt: str) -> None:
        """Remove the object; a record that cannot be removed stays like that of a death."""
        with suppress(BucketError):
            self.exchange.remove(f"{self.number}/{_ATTEMPT}{attempt}")


def exchange_of(batch_file: Path) -> RunExchange:
    """Return the bucket's folder that is named beside a worker's copy of `run.json`."""
    return _open_exchange(batch_file.parent.parent / EXCHANGE_FILE)


@lru_cache(maxsize=1)  # a worker processes the batches of one run, then those of the next
def _open_exchange(path: Path) -> RunExchange:
    return RunExchange(ExchangeAddress(**orjson.loads(path.read_bytes())))


def _with_machine(error: BucketError) -> str:
    """Return the sentence of an error with the name of this machine."""
    text = " ".join(str(error).split())
    where = "" if _names_keys() else ", where AWS_ACCESS_KEY_ID is not set"
    return f"On {socket.gethostname()}{where}, {text[0].lower()}{text[1:]}"


def _names_keys() -> bool:
    """Return whether the environment names keys, or a place where they are."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_SHARED_CREDENTIALS_FILE")
    return any(os.environ.get(name) for name in names)
