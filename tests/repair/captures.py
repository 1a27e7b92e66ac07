"""WARC files of captures and revisits at chosen hours, for the trials and tests of `repair`."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_FIRST = datetime(2025, 3, 11, tzinfo=UTC)


def hour_of(number: int) -> str:
    """Return the time that many hours after the first one, as WARC headers write it."""
    return (_FIRST + timedelta(hours=number)).isoformat().replace("+00:00", "Z")


class Captures:
    """A WARC file into which captures are written while the context is open."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("wb")
        self._writer = WARCWriter(self._out, gzip=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._out.close()

    def page(self, hour: int, url: str, body: str) -> None:
        """Write a response record."""
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        self._writer.write_record(
            self._writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body.encode()),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": hour_of(hour)},
            )
        )

    def revisit(self, hour: int, url: str, refers_to: tuple[int, str] | None = None) -> None:
        """Write a revisit record, with the hour and the address of the capture that it names."""
        named = {}
        if refers_to:
            named = {
                "WARC-Refers-To-Date": hour_of(refers_to[0]),
                "WARC-Refers-To-Target-URI": refers_to[1],
            }
        self._writer.write_record(
            self._writer.create_warc_record(
                url,
                "revisit",
                http_headers=StatusAndHeaders("304 Not Modified", [], protocol="HTTP/1.1"),
                warc_headers_dict={**named, "WARC-Date": hour_of(hour)},
            )
        )
