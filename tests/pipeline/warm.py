"""A process that has loaded the libraries of commands, and forks a process for each command.

    python -P warm.py SOCKET

SOCKET is a descriptor. Each message on it is a command, and the answer is the id of its process.
Loading takes half of a short command's time, and the tests run hundreds of commands. The forked
processes are like any others: each has its own session, environment and exit status.
"""

import json
import os
import random
import signal
import socket
import sys
import time
from importlib import import_module
from select import select
from typing import Any

# Without duckdb: it starts a thread, and the fork of a process with threads aborts at its end.
LOADED = (
    "aiohttp", "httpx", "numpy", "pyarrow.dataset", "pyarrow.parquet", "pydantic",
    "pydantic_settings", "pyiceberg.catalog.sql", "pyiceberg.io.pyarrow", "rich.live",
    "rich.progress", "rich.table", "selectolax.lexbor", "sqlalchemy", "trafilatura", "typer",
)  # fmt: skip
MESSAGE_BYTES = 1 << 20


def serve(channel: socket.socket) -> Any | None:
    """Fork a process for each message until the channel is closed.

    Returns:
        In a forked process, the command that it is to run. In this process None, at the end.
    """
    running: dict[int, tuple[int, int]] = {}  # by pidfd: process id, and where to write its status
    while True:
        for ready in select([channel, *running], [], [])[0]:
            if ready is not channel:
                process, status = running.pop(ready)
                os.write(status, str(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])).encode())
                os.close(ready)
                os.close(status)
                continue
            message, descriptors, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 3)
            if not message:
                return None
            process = os.fork()
            if process == 0:
                _become(channel, running, descriptors)
                return json.loads(message)
            out, err, status = descriptors
            os.close(out)
            os.close(err)
            running[os.pidfd_open(process)] = (process, status)
            channel.send(str(process).encode())


def _become(channel: socket.socket, running: dict[int, tuple[int, int]], own: list[int]) -> None:
    os.setsid()
    os.dup2(own[0], 1)
    os.dup2(own[1], 2)
    channel.close()
    for number in (*own, *running, *(status for _, status in running.values())):
        os.close(number)


def main() -> None:
    """Load the libraries and serve; in a forked process run the command."""
    for name in LOADED:
        import_module(name)
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is None:
        return
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    time.tzset()
    random.seed()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may have been ignored by a shell
    sys.argv = ["broadsheet", *asked["arguments"]]
    import_module("flows.cli").main()


if __name__ == "__main__":
    main()
