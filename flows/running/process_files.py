"""Files that name a process and are locked while it lives.

A process id alone may belong to another program by now; the lock dies with its process.
"""

import fcntl
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

log = logging.getLogger("broadsheet.service")


def process_of(path: Path) -> int | None:
    """Returns the live process that holds a file; None when there is none on this machine."""
    return int(_said(path) or 0) or None


def is_held(path: Path) -> bool:
    """Says whether a live process holds a file, also when it has not said yet which one it is."""
    return _said(path) is not None


def _said(path: Path) -> str | None:
    """Returns the content of a file that is held, else None."""
    if not path.is_file():
        return None
    with path.open("r") as handle:
        try:
            # Shared: of two that ask at once neither may take the other for the process.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return handle.read()
    return None


def start(
    path: Path, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Starts a process that holds a file until it ends, in a session of its own.

    It inherits the lock, so there is no moment in which it lives and does not hold it.
    """
    with path.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.truncate(0)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C must not reach it before its flow runs
            env=dict(environment),
            pass_fds=[handle.fileno()],
        )
        handle.write(str(process.pid))
    return process


def end(path: Path, seconds: float, kindly: int = signal.SIGTERM) -> None:
    """Stops the process that holds a file, if there is one: kindly, and with SIGKILL after that.

    Args:
        seconds: how long it may take to stop by itself.
        kindly: the signal by which it stops in order.
    """
    if (process := process_of(path)) is not None:
        _send(process, kindly)
    deadline = time.monotonic() + seconds
    while is_held(path):
        if time.monotonic() > deadline and (process := process_of(path)) is not None:
            log.warning("killed process=%d file=%s", process, path)
            _send(process, signal.SIGKILL)
            deadline += seconds
        time.sleep(0.1)


def _send(process: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)
