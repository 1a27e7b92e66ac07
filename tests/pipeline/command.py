"""The command line as users run it, in a process of its own."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from select import select
from typing import IO, Any, Self

from warehouse.answers import write_json
from warehouse.query import opened

COMMAND = (sys.executable, "-P", "-c", "from flows.cli import main; main()")


class Started:
    """A running command, like `subprocess.Popen`; its output is read at its end.

    Attributes:
        pid: the id of the process, which leads a session of its own.
        returncode: the exit status; None while it runs, negative for a signal that ended it.
    """

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.args = ["broadsheet", *arguments]
        self.returncode: int | None = None
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115
        asked = {"arguments": arguments, "environment": environment, "folder": str(Path.cwd())}
        self._status, status = os.pipe()
        descriptors = [self._out.fileno(), self._err.fileno(), status]
        channel = _warm()
        socket.send_fds(channel, [json.dumps(asked).encode()], descriptors)
        os.close(status)
        self.pid = int(channel.recv(100))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def poll(self) -> int | None:
        """Return the exit status, or None while the command runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the command and return its exit status."""
        if self.returncode is None:
            if not select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = int(os.read(self._status, 100))
            os.close(self._status)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end of the command; return its standard output and standard error.

        It is killed if it takes longer: a test that fails must not slow down the others.
        """
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            raise
        return _content(self._out), _content(self._err)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _warm() -> socket.socket:
    """Start the process that forks commands, once per process of pytest; return its socket."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for one in (here, there):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("warm.py")), str(there.fileno())],
        pass_fds=[there.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "120", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    there.close()
    return here


def start(*arguments: str | Path, **environment: str) -> Started:
    """Start `broadsheet` in a session of its own, so that it can be killed with its workers."""
    return Started([*map(str, arguments)], {**os.environ, "COLUMNS": "120", **environment})


def run(
    *arguments: str | Path, status: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `broadsheet` to its end and check its exit status."""
    with start(*arguments, **environment) as process:
        out, err = process.communicate(timeout=280)
    assert process.returncode == status, f"exit {process.returncode}\n{out}\n{err}"
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def ask(warehouse: Path, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query, as `broadsheet sql --format json` gives them."""
    out = io.BytesIO()
    with opened(warehouse) as connection:
        write_json(connection, query, out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found
