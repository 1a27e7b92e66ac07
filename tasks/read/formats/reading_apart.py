"""Reads a file in a process of its own, because damaged content crashes the library that reads it.

Such a file costs itself only: `ingest --dry-run` goes on, and a worker need not start again.
"""

import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from config.errors import WorkerError
from config.settings import ReadSettings
from tasks.read.streams import path_on_disk

_COPY_BYTES = 1_048_576
# -P: a folder named `config` or `tasks` in the working directory must not be imported.
_PYTHON = (sys.executable, "-P", "-m")


class DamagedError(Exception):
    """The file is damaged; the message says how."""


def own_file(stream: io.BufferedReader, settings: ReadSettings) -> BinaryIO | None:
    """Open the content as a file that a process can read; None if it is too large to be copied."""
    path = path_on_disk(stream)
    if path is not None:
        return Path(path).open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    for chunk in iter(partial(stream.read, _COPY_BYTES), b""):
        if copy.tell() + len(chunk) > settings.batch_bytes:
            copy.close()
            return None
        copy.write(chunk)
    copy.flush()
    return copy


def lines_apart(module: str, job: Mapping[str, Any], file: BinaryIO) -> Generator[Any, None, None]:
    """Start a process that reads a file, and yield its lines; closing this ends the process.

    Args:
        module: its code, which calls `reading_process.write_lines`.
        job: what it is to do, as JSON.

    Raises:
        DamagedError: The file is damaged, or crashed the process.
        WorkerError: The process does not start.
    """
    file.seek(0)
    command = [*_PYTHON, module, orjson.dumps(job).decode()]
    # numpy would start a thread per core, for matrices that are not there.
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, env=alone) as process:
        assert process.stdout is not None
        try:
            yield from _values(process.stdout)
            status = process.wait()
        finally:
            process.kill()
    if status < 0:
        raise DamagedError(_death(-status))
    if status:
        raise WorkerError(
            f"The process that reads such files does not start ({' '.join(command[:4])}): "
            "run `broadsheet doctor`, and install Broadsheet again."
        )


def _values(lines: Iterable[bytes]) -> Iterator[Any]:
    """Yield the value of each line, up to one that ends because its process died."""
    for line in lines:
        if not line.endswith(b"\n"):
            return
        value = orjson.loads(line)
        if isinstance(value, str):
            raise DamagedError(value)
        yield value


def _death(number: int) -> str:
    if number == signal.SIGPROF:
        return "the library that reads it took too long"
    return f"the library that reads it crashed ({signal.Signals(number).name})"


def from_json(cell: Any) -> Any:
    """Return the value of a cell, of which dates are objects."""
    if not isinstance(cell, dict):
        return cell
    text = cell["date"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
