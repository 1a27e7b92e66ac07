"""The worker process of `parsing`: it calls functions on untrusted content.

Protocol: jobs come on standard input and answers go to standard output, each pickled and preceded
by its length. A timer in the worker ends it when a call takes too long: the kernel's default action
for SIGALRM also works while code is stuck in C. The worker ends when its input ends, and so does
not outlive the process that started it.
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

# The functions that jobs call, imported here so that no job's time includes the import.
from tasks.discover import feeds, links, sitemaps
from tasks.discover.model import ListedPage

__all__ = ["LENGTH", "feeds", "links", "pack_message", "sitemaps"]

LENGTH = struct.Struct(">Q")

log = logging.getLogger("broadsheet.parsing")


def pack_message(value: object) -> bytes:
    """Return a value as a message for the pipes: its length, and the value pickled."""
    pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(pickled)) + pickled


def main(seconds: float, most_bytes: int) -> None:
    """Answer each job (function, arguments) with (result, fault).

    Args:
        seconds: limit of each call.
        most_bytes: limit of address space; a call that needs more gets that as its fault.
    """
    copyreg.pickle(ListedPage, _reduce_page)
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # keeps a library's prints out of the answers
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(OSError, ValueError):  # not every system has the limit
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    with suppress(BrokenPipeError):  # the process that started this one is gone
        _send(channel, "ready")
        for function, arguments in _jobs():
            signal.setitimer(signal.ITIMER_REAL, seconds)
            answer = _answer(function, arguments, most_bytes)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _send(channel, answer)


def _reduce_page(one: ListedPage) -> tuple[type[ListedPage], tuple[Any, ...]]:
    """Pickle a page by its values, in a third of the time that a slotted dataclass takes."""
    return ListedPage, (one.url, one.title, one.published, one.modified, one.authors)


def _jobs() -> Iterator[Any]:
    """Yield the jobs from standard input until it ends."""
    while len(head := sys.stdin.buffer.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        job = sys.stdin.buffer.read(length)
        if len(job) < length:
            return
        yield pickle.loads(job)


def _answer(function: Any, arguments: Any, most_bytes: int) -> tuple[Any, str | None]:
    """Call a function; return its result, or None and the fault."""
    try:
        return function(*arguments), None
    except MemoryError:
        return None, f"parsing needed more than {most_bytes // 1_000_000} MB"
    except Exception as error:
        # Any content may reveal a defect in a parser; it costs this list only.
        log.exception("defect function=%s", function.__name__)
        return None, f"parsing failed: {type(error).__name__}: {error}"[:200]


def _send(channel: BinaryIO, value: object) -> None:
    channel.write(pack_message(value))
    channel.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
