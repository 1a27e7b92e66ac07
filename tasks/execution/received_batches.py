"""A Dask worker's copies of a run's files, which came through a bucket.

The copies look like a run's folder. `exchange.json` among them says to where the parts go.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import xxhash

from config.errors import WorkerError
from tasks.boilerplate.in_force import NAME as LEARNED
from tasks.execution.batch_files import EXCHANGE_FILE
from tasks.execution.exchange import BATCH, ExchangeAddress, RunExchange
from tasks.read.plan import Span, batch_from_json
from tasks.read.remote.addresses import is_remote
from warehouse.files import write_bytes


@contextmanager
def received_batch(fields: Mapping[str, Any], name: str, copies: Path) -> Iterator[Path]:
    """Download a batch and the files of its run; yield the path of the batch file.

    Args:
        fields: those of the run's `ExchangeAddress`.
        name: the name of the batch file in the run's folder.
        copies: the folder for the copies of all runs; files of a run are downloaded once.

    Raises:
        BucketError: the bucket cannot be reached, or refuses.
        WorkerError: the run has ended, or this machine does not see an input.
    """
    exchange = RunExchange(ExchangeAddress(**fields))
    folder = copies / xxhash.xxh3_64_hexdigest(exchange.address.encode())
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / EXCHANGE_FILE, orjson.dumps(fields))
    # A folder for each attempt: two attempts at a batch may run on this machine at once.
    with TemporaryDirectory(dir=folder) as own:
        batch_file = Path(own) / name
        _download(exchange, batch_file)
        _require_inputs(batch_from_json(batch_file.read_bytes()).spans)
        yield batch_file


def _download(exchange: RunExchange, batch_file: Path) -> None:
    """Download a batch, and the files of its run unless they are there."""
    folder = batch_file.parent.parent
    try:
        for shared in ("run.json", LEARNED):
            if not (folder / shared).is_file():
                exchange.download(shared, folder / shared)
        exchange.download(f"{batch_file.stem}/{BATCH}", batch_file)
    except FileNotFoundError as error:
        raise WorkerError(
            f"Batch {batch_file.stem} is not in {exchange.address} any more: repeat the "
            "command, which resumes the run if it has not ended."
        ) from error


def _require_inputs(spans: tuple[Span, ...]) -> None:
    """Raise a WorkerError if this machine does not have a file, or has another one in its place."""
    for span in spans:
        if is_remote(span.path) or span.fault:
            continue
        path = Path(span.path)
        is_shared = span.stripes > 1 or span.groups or span.offsets != (0, None)
        if not path.is_file() or not (is_shared or path.stat().st_size == span.bytes):
            raise WorkerError(
                f"The Dask worker on {socket.gethostname()} does not see {span.path} as it is on "
                "the machine of the run: with execution.exchange, inputs must be addresses such as "
                "s3://…, or files under the same path on all machines."
            )
