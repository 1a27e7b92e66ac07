"""Files that name a process and that this process holds locked while it lives.

A process id alone proves nothing, because the operating system gives it to another program later.
The lock does: the operating system releases it when the process ends, however it ends.
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
    """Return the id of the live process that holds a file; None if no local process holds it."""
    return int(_content_if_held(path) or 0) or None


def is_held(path: Path) -> bool:
    """Return whether a live process holds a file, even if it has not written its id yet."""
    return _content_if_held(path) is not None


def _content_if_held(path: Path) -> str | None:
    """Return the content of a file that a live process holds, else None."""
    if not path.is_file():
        return None
    with path.open("r") as handle:
        try:
            # A shared lock: two callers that ask at once must not take each other for the holder.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return handle.read()
    return None


def start_process(
    path: Path, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Start a process that holds a file until it ends, in a session of its own.

    We take the lock and the process inherits it with the open file. So there is no moment in which
    the process lives without holding the file. If we are killed before its id is written, the file
    is held but empty; `is_held` is still right.
    """
    with path.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.truncate(0)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C must reach the supervisor only, which stops in order
            env=dict(environment),
            pass_fds=[handle.fileno()],
        )
        handle.write(str(process.pid))
    return process


def stop_holder(path: Path, seconds: float, first_signal: int = signal.SIGTERM) -> None:
    """Stop the process that holds a file, if there is one, and wait until the file is free.

    Args:
        seconds: the time after which the process is killed; SIGKILL is repeated as often.
        first_signal: the signal on which the process stops in order.
    """
    if (process := process_of(path)) is not None:
        _send(process, first_signal)
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
