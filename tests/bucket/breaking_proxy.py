"""A proxy before an S3 service that breaks connections off, and asks for keys as moto does not."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65_536
_METHODS = (b"GET ", b"PUT ", b"HEAD ", b"POST ", b"DELETE ")
_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BreakingProxy:
    """A TCP proxy on loopback; a context manager.

    Attributes:
        address: the address at which the service is reached through the proxy.
        broken: how many connections it has broken off.
    """

    def __init__(self, endpoint: str) -> None:
        target = urlsplit(endpoint)
        self._target = (target.hostname or "", target.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._to_break = 0
        self.broken = 0
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def break_next(self, connections: int) -> None:
        """Break the next requests off, each after half of the bytes that come first."""
        with self._lock:
            self._to_break = connections

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                for source, sink in ((client, server), (server, client)):
                    Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if self._is_broken():
                    sink.sendall(data[: len(data) // 2])
                    break
                if data.startswith(_METHODS) and b"\nauthorization: " not in data.lower():
                    source.sendall(_REFUSAL)
                    break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _is_broken(self) -> bool:
        with self._lock:
            if not self._to_break:
                return False
            self._to_break -= 1
            self.broken += 1
            return True
