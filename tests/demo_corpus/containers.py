"""WARC and gzip files that come out the same to the byte wherever they are built."""

import base64
import hashlib
import io
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BufferWARCWriter

PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NAMESPACE = uuid.UUID("6f0a1c52-5a0e-4c1c-9b51-7e1d2f3a4b5c")
REASONS = {200: "OK", 301: "Moved Permanently", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One record to write: what a crawler got, when and from where."""

    url: str
    at: datetime
    body: bytes = b""
    status: int = 200
    content_type: str = "text/html"
    location: str = ""
    coding: str = ""
    kind: str = "response"


def gzipped(data: bytes) -> bytes:
    """One gzip member with no time and no name in its header."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def warc(name: str, records: Iterable[Fetched], *, compressed: bool) -> bytes:
    """A WARC file: a warcinfo record, then one record per fetch."""
    writer = BufferWARCWriter(gzip=compressed, warc_version="1.1")
    fetched = list(records)
    info = {"software": "a demo corpus written by hand", "format": "WARC File Format 1.1"}
    record = writer.create_warcinfo_record(name, info)
    record.rec_headers.replace_header("WARC-Date", _stamp(fetched[0].at))
    record.rec_headers.replace_header("WARC-Record-ID", _record_id(name, 0))
    writer.write_record(record)
    for number, fetch in enumerate(fetched, 1):
        _write(writer, fetch, _record_id(name, number))
    return writer.get_contents()


def _write(writer: BufferWARCWriter, fetch: Fetched, record_id: str) -> None:
    headers = {
        "WARC-Date": _stamp(fetch.at),
        "WARC-Record-ID": record_id,
        "WARC-IP-Address": "192.0.2.17",
    }
    payload = _coded(fetch)
    if fetch.kind == "revisit":
        headers |= {"WARC-Profile": PROFILE, "WARC-Payload-Digest": _digest(payload)}
        payload = b""
    record = writer.create_warc_record(
        fetch.url,
        fetch.kind,
        payload=io.BytesIO(payload),
        http_headers=_http_headers(fetch),
        warc_headers_dict=headers,
    )
    writer.write_record(record)


def _http_headers(fetch: Fetched) -> StatusAndHeaders:
    headers = [("Date", f"{fetch.at:%a, %d %b %Y %H:%M:%S} GMT"), ("Server", "demo")]
    if fetch.location:
        headers.append(("Location", fetch.location))
    if fetch.content_type:
        headers.append(("Content-Type", fetch.content_type))
    if fetch.coding == "gzip":
        headers.append(("Content-Encoding", "gzip"))
    if fetch.coding == "chunked":
        headers.append(("Transfer-Encoding", "chunked"))
    elif fetch.kind == "response":
        headers.append(("Content-Length", str(len(_coded(fetch)))))
    return StatusAndHeaders(f"{fetch.status} {REASONS[fetch.status]}", headers, "HTTP/1.1")


def _coded(fetch: Fetched) -> bytes:
    if fetch.coding == "gzip":
        return gzipped(fetch.body)
    if fetch.coding == "chunked":
        parts = [fetch.body[at : at + 4096] for at in range(0, len(fetch.body), 4096)]
        return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])
    return fetch.body


def _digest(payload: bytes) -> str:
    return f"sha1:{base64.b32encode(hashlib.sha1(payload).digest()).decode()}"


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _record_id(name: str, number: int) -> str:
    return f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{name}#{number}')}>"
