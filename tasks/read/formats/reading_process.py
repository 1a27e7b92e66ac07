"""Writes the lines of a process that reads one file, with a library that damaged content crashes.

Protocol: the file is the standard input, and the only argument is the job in JSON. Standard output
gets lines of JSON: objects and lists, and at last a string if the file is damaged. A date is an
object with the key "date", because JSON has no type for it. The process does not outlive the one
that started it: it ends when nobody reads its output, or when its time is over.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, BinaryIO

import orjson

# Of a file of 1 GB and its values.
_MOST_MEMORY = 4_000_000_000
# Processor time of a call. A worker waits longer for the next row (`read_seconds`).
_MOST_SECONDS = 120.0
# What is in the buffer of a process that crashes is lost.
BEFORE_CALL = b""

_Lines = Iterator[bytes]


def write_lines(lines_of: Callable[[BinaryIO, Mapping[str, Any]], _Lines]) -> None:
    """Write the lines of the file on standard input.

    Args:
        lines_of: returns them, given the file and the job. `BEFORE_CALL` has the lines before it
            written at once.
    """
    _limit()
    with suppress(BrokenPipeError), open(0, "rb") as file, open(1, "wb") as out:
        for line in _with_damage(lines_of(file, orjson.loads(sys.argv[1]))):
            out.write(line)
            if line is BEFORE_CALL:
                out.flush()


def _with_damage(lines: _Lines) -> _Lines:
    """Yield lines, and one that says how the file is damaged, if it is."""
    try:
        yield from lines
    except GeneratorExit:  # nobody reads on
        raise
    # Damaged content may lead a library into any error; a panic of Rust is no Exception.
    except BaseException as error:  # noqa: BLE001
        said = " ".join(str(error).split())[:200]
        yield json_line(said or type(error).__name__)


def _limit() -> None:
    """Limit memory and time, and keep what libraries print when they crash off the terminal."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reads the lines
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with suppress(OSError, ValueError):  # not every system has the limits
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


@contextmanager
def limited_time() -> Iterator[None]:
    """Let the kernel end this process if a call takes too long, also while it is stuck in C."""
    signal.setitimer(signal.ITIMER_PROF, _MOST_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)


def json_line(value: object) -> bytes:
    """Return a value as a line of JSON."""
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
    return orjson.dumps(value, default=_json_value, option=options)


def _json_value(value: object) -> object:
    return {"date": value.isoformat()} if isinstance(value, date) else str(value)
