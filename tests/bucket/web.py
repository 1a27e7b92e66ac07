"""Web servers on loopback: one with answers of the test, and one for files in a folder."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass
class WebServer:
    """A server, and what it has sent.

    Attributes:
        ranges: whether it answers ranges.
        failures: how many of the next requests it answers with 503.
        answers: how many requests it still answers; None for all.
        redirects: the address to which all requests are sent on, "" for none.
    """

    folder: Path
    ranges: bool = True
    failures: int = 0
    answers: int | None = None
    redirects: str = ""
    address: str = ""
    sent: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a server whose requests a handler answers, and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def web_server(folder: Path, **options: Any) -> Iterator[WebServer]:
    """Serve the files of a folder."""
    state = WebServer(folder, **options)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, state)

        def log_message(self, *args: object) -> None:
            pass

    with serving(Handler) as address:
        state.address = address
        yield state


def _answer(handler: BaseHTTPRequestHandler, state: WebServer) -> None:
    state.headers.append(dict(handler.headers))
    path = state.folder / handler.path.partition("?")[0].lstrip("/")
    if state.answers is not None:
        state.answers -= 1
    if state.failures or (state.answers is not None and state.answers < 0):
        state.failures = max(state.failures - 1, 0)
        handler.send_error(503)
        return
    if state.redirects:
        handler.send_response(302)
        handler.send_header("Location", state.redirects + handler.path)
        handler.end_headers()
        return
    if not path.is_file():
        handler.send_error(404)
        return
    data = path.read_bytes()
    tag = f'"{path.stat().st_mtime_ns}"'
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", ""))
    if handler.headers.get("If-Match", tag) != tag:
        handler.send_error(412)
        return
    total = len(data)
    if found and state.ranges and int(found[1]) >= total:
        handler.send_response(416)
        handler.send_header("Content-Range", f"bytes */{total}")
        handler.end_headers()
        return
    if found and state.ranges:
        first, last = int(found[1]), min(int(found[2]), total - 1)
        data = data[first : last + 1]
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {first}-{last}/{total}")
    else:
        handler.send_response(200)
    handler.send_header("ETag", tag)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    try:
        handler.wfile.write(data)
        state.sent += len(data)
    except OSError:  # the client wanted its beginning only
        pass
