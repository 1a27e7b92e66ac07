"""Ctrl-C while DuckDB executes a statement. This isolates the handling of signals from queries.

DuckDB asks Python for signals between the tasks of a statement. A single task can take minutes, for
example the join of two tables without a condition, and the handler of Python waits for its end.
"""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

# An interrupt is lost if it comes when a statement has been handed over and has not begun.
_REPEAT_SECONDS = 0.05
_REPEATS = 20


@contextmanager
def interrupted_by_ctrl_c(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have Ctrl-C interrupt the connection's statement at once, and a second one end the process.

    The connection only reads. DuckDB heeds the first one when a function of the query has ended
    its chunk of rows, which can take minutes.

    In other threads than the main one, which receive no signals, this does nothing.

    Raises:
        KeyboardInterrupt: a statement was interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arriving, signals = socket.socketpair()
    with arriving, signals:
        signals.setblocking(False)
        watcher = threading.Thread(target=_watch, args=(arriving, connection), daemon=True)
        watcher.start()
        former = signal.set_wakeup_fd(signals.fileno(), warn_on_full_buffer=False)
        try:
            yield
        except duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        finally:
            signal.set_wakeup_fd(former)
            signals.shutdown(socket.SHUT_WR)
            watcher.join()


def _watch(arriving: socket.socket, connection: duckdb.DuckDBPyConnection) -> None:
    """Heed signals as they arrive, until the other side is closed."""
    presses = repeats = 0
    while (numbers := _arrived(arriving)) != b"":
        new = (numbers or b"").count(signal.SIGINT)
        presses += new
        repeats = _REPEATS if new else repeats - 1
        if presses > 1:
            os.write(2, b"broadsheet: Stopped.\n")
            os._exit(130)
        if presses:
            with suppress(duckdb.ConnectionException):  # the connection is closed already
                connection.interrupt()
        arriving.settimeout(_REPEAT_SECONDS if repeats > 0 else None)


def _arrived(arriving: socket.socket) -> bytes | None:
    """Return the numbers of new signals; None if none came in time."""
    try:
        return arriving.recv(64)
    except TimeoutError:
        return None
