"""The worker process of `parsing`: calls functions on what strangers wrote.

Jobs come on standard input and answers go to standard output, pickled, each behind its length. Its
own alarm ends it when a call takes too long: the kernel's default for SIGALRM needs no cooperation
from code that is stuck in C. It ends with its input, which is when whoever started it is gone.
"""

import copyreg
import logging
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

# What the jobs call, imported before the first: a call's time is its own.
from tasks.discover import feeds, links, sitemaps
from tasks.discover.model import Listed

__all__ = ["LENGTH", "feeds", "framed", "links", "sitemaps"]

LENGTH = struct.Struct(">Q")

log = logging.getLogger("broadsheet.parsing")


def framed(value: object) -> bytes:
    """A value as it goes through the pipes."""
    pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(pickled)) + pickled


def main(seconds: float, most_bytes: int) -> None:
    """Answers jobs, (function, arguments), with (result, fault).

    Args:
        seconds: for each call.
        most_bytes: of address space; a call that needs more has that as its fault.
    """
    copyreg.pickle(Listed, _reduced)
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(OSError, ValueError):  # not every system has the limit
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    with suppress(BrokenPipeError):  # whoever started this is gone
        _say(channel, "ready")
        for function, arguments in _jobs():
            signal.setitimer(signal.ITIMER_REAL, seconds)
            answer = _answer(function, arguments, most_bytes)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _say(channel, answer)


def _reduced(one: Listed) -> tuple[type[Listed], tuple[Any, ...]]:
    """A third of the time that pickle takes for a frozen dataclass with slots."""
    return Listed, (one.url, one.title, one.published, one.modified, one.authors)


def _jobs() -> Iterator[Any]:
    while len(head := sys.stdin.buffer.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        job = sys.stdin.buffer.read(length)
        if len(job) < length:
            return
        yield pickle.loads(job)


def _answer(function: Any, arguments: Any, most_bytes: int) -> tuple[Any, str | None]:
    try:
        return function(*arguments), None
    except MemoryError:
        return None, f"parsing needed more than {most_bytes // 1_000_000} MB"
    except Exception as error:
        log.exception("defect function=%s", function.__name__)
        return None, f"parsing failed: {type(error).__name__}: {error}"[:200]


def _say(channel: BinaryIO, value: object) -> None:
    channel.write(framed(value))
    channel.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
