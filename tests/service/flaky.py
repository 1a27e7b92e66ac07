"""A proxy to a server on which many connections fail, as on a machine that is too busy."""

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from threading import Lock, Thread

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def flaky(port: int) -> Iterator[tuple[int, list[str]]]:
    """Forward connections to a port of this machine; yield the proxy's port and its faults so far.

    Out of seven connections, two are answered with 503 and one is closed without an answer.
    """
    faults: list[str] = []
    numbers, lock = count(1), Lock()

    class FlakyConnection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with lock:
                number = next(numbers) % 7
            if number in (2, 5):
                faults.append("503")
                self.request.recv(65_536)
                self.request.sendall(BUSY)
            elif number == 3:
                faults.append("closed")
            else:
                forward(self.request, port)

    class FlakyProxy(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with FlakyProxy(("127.0.0.1", 0), FlakyConnection) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], faults
        server.shutdown()


def forward(client: socket.socket, port: int) -> None:
    """Copy all bytes in both directions until one side closes."""
    with socket.create_connection(("127.0.0.1", port)) as server:
        back = Thread(target=copy_bytes, args=(server, client), daemon=True)
        back.start()
        copy_bytes(client, server)
        back.join()


def copy_bytes(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
