"""The server of the corpus report: one folder, read-only, for browsers on this machine.

Browsers refuse links from the UI, which is an http page, to files. So `broadsheet up` serves the
report on loopback. Only files directly in the report's folder can be read, by plain names.
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

from config.settings import Settings
from tasks.report.corpus_report import REPORT_PAGE
from warehouse.layout import REPORT

log = logging.getLogger("broadsheet.service")

_HOST: Final = "127.0.0.1"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.html")
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
}
_NONE: Final = b"<!doctype html><title>No report</title><p>There is no such report here.\n"


class _Server(ThreadingHTTPServer):
    """A server that knows the folder it serves."""

    daemon_threads = True
    folder: Path


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "Broadsheet"
    sys_version = ""
    timeout = 10.0  # a client that sends nothing holds no thread

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # the base class prints each request
        pass

    def _answer(self, *, with_body: bool) -> None:
        content = self._content()
        body = _NONE if content is None else content
        self.send_response(HTTPStatus.NOT_FOUND if content is None else HTTPStatus.OK)
        for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _content(self) -> bytes | None:
        """Return the file that is asked for; None if there is none, or it must not be read."""
        port = self.server.server_address[1]
        # Another name would be that of a page elsewhere which a resolver leads to this machine.
        if self.headers.get("Host") not in (f"{_HOST}:{port}", f"localhost:{port}"):
            return None
        path = self.path.partition("?")[0]
        name = REPORT_PAGE if path == "/" else path.removeprefix("/")
        if path[:1] != "/" or not _NAME.fullmatch(name):
            return None
        try:
            descriptor = os.open(self.server.folder / name, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                return file.read()
        except OSError:
            return None


@contextmanager
def report_served(settings: Settings) -> Iterator[str | None]:
    """Serve the report's folder while the context is open, and yield its address.

    The port is the setting `publish.report_port`, or a free one if another program has it. Without
    such a setting, or without any port, the address is None.
    """
    port = settings.publish.report_port
    server = _listening(port) if port else None
    if server is None:
        yield None
        return
    server.folder = settings.warehouse / REPORT
    Thread(target=server.serve_forever, args=(0.1,), name="report", daemon=True).start()
    try:
        yield f"http://{_HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def _listening(port: int) -> _Server | None:
    for wanted in (port, 0):
        try:
            return _Server((_HOST, wanted), _Handler)
        except OSError as error:
            log.info("the report is not served on port %d: %s", wanted, error)
    log.warning("the report is not served: no port of %s is free", _HOST)
    return None
