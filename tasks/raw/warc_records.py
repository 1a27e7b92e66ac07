"""WARC 1.1 records of one exchange: the request, its answer, and what was known of the page.

Pure functions from an answer to bytes; `warc_files` puts the bytes into files.
"""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import quote, urlsplit

from fastwarc.warc import WarcRecord, WarcRecordType
from isal import isal_zlib

from tasks.web.exchange import Answer, Evidence, Headers
from tasks.web.fingerprint import payload_digest

# Measured on pages of 200 kB: 0.33 ms instead of 4.2 ms with zlib's level 6, for files that are a
# seventh larger.
_LEVEL = 2
_GZIP = 31
_WARC_1_1 = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_PROFILES = "http://netpreserve.org/warc/1.1/revisit"
_HTTP_ANSWER = "application/http; msgtype=response"
_NEWLINES = re.compile(rb"[\r\n]+")

Compress = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Original:
    """The stored answer that an unchanged page repeats.

    Attributes:
        record_id: of its record, with or without angle brackets.
    """

    record_id: str
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """The records of one exchange in the order of the file, each a gzip member of its own.

    Attributes:
        record_id: of the answer's record, without angle brackets.
        payload_digest: of the body as sent; None for "not modified", which has no body.
        request: the request record.
        answer: the response or revisit record.
        evidence: the metadata record about the page.
    """

    record_id: str
    payload_digest: str | None
    request: bytes
    answer: bytes
    evidence: bytes


def gzip_member(content: bytes) -> bytes:
    """Compress content to one gzip member; the same content always gives the same bytes.

    Its header therefore holds neither a time nor a name.
    """
    return isal_zlib.compress(content, _LEVEL, _GZIP)


def page_exchange(
    answer: Answer, evidence: Evidence, *, compress: Compress = gzip_member
) -> Exchange:
    """Return the records of a page; its body is stored as sent, with its content encoding."""
    digest = payload_digest(answer.body)
    record = _record(WarcRecordType.response, answer, _HTTP_ANSWER)
    record.headers["WARC-Payload-Digest"] = digest
    block = _answer_head(answer, len(answer.body)) + answer.body
    return _exchange((answer, evidence), (record, block), digest, compress)


def revisit_exchange(
    answer: Answer, evidence: Evidence, original: Original, *, compress: Compress = gzip_member
) -> Exchange:
    """Return the records of an unchanged page, which refer to the original's stored body."""
    not_modified = answer.status == 304
    digest = None if not_modified else payload_digest(answer.body)
    record = _record(WarcRecordType.revisit, answer, _HTTP_ANSWER)
    profile = "server-not-modified" if not_modified else "identical-payload-digest"
    record.headers["WARC-Profile"] = f"{_PROFILES}/{profile}"
    record.headers["WARC-Refers-To"] = f"<{original.record_id.strip('<>')}>"
    record.headers["WARC-Refers-To-Target-URI"] = _uri(original.url)
    record.headers["WARC-Refers-To-Date"] = _date(original.fetched_at)
    if digest:
        record.headers["WARC-Payload-Digest"] = digest
    return _exchange((answer, evidence), (record, _answer_head(answer, None)), digest, compress)


def warcinfo(name: str, part_of: str, *, compress: Compress = gzip_member) -> bytes:
    """Return the record at the beginning of a file; it says nothing about the machine."""
    described = {
        "software": f"Broadsheet/{version('broadsheet')}",
        "format": "WARC File Format 1.1",
        "conformsTo": _WARC_1_1,
        "isPartOf": part_of,
        "robots": "obey",
    }
    record = WarcRecord()
    record.init_headers(WarcRecordType.warcinfo)
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    block = "".join(f"{field}: {value}\r\n" for field, value in described.items())
    return compress(_serialise(record, block.encode()))


def evidence_record(record_id: str, url: str, evidence: Evidence) -> bytes:
    """Return a metadata record, not compressed, for a response record that others have written."""
    record = WarcRecord()
    record.init_headers(WarcRecordType.metadata)
    record.headers["WARC-Target-URI"] = _uri(url)
    record.headers["WARC-Concurrent-To"] = f"<{record_id}>"
    record.headers["Content-Type"] = "application/json"
    return _serialise(record, _evidence_json(evidence))


def _exchange(
    about: tuple[Answer, Evidence],
    answered: tuple[WarcRecord, bytes],
    digest: str | None,
    compress: Compress,
) -> Exchange:
    """Combine the answer's record with those of its request and its evidence.

    Args:
        about: the answer and its evidence.
        answered: the answer's record and its block.
        digest: of the payload, if there is one.
    """
    answer, evidence = about
    record, block = answered
    record_id = record.headers["WARC-Record-ID"]
    request = _record(WarcRecordType.request, answer, "application/http; msgtype=request")
    metadata = _record(WarcRecordType.metadata, answer, "application/json")
    for concurrent in (request, metadata):
        concurrent.headers["WARC-Concurrent-To"] = record_id
    return Exchange(
        record_id=record_id.strip("<>"),
        payload_digest=digest,
        request=compress(_serialise(request, _request_head(answer))),
        answer=compress(_serialise(record, block)),
        evidence=compress(_serialise(metadata, _evidence_json(evidence))),
    )


def _record(kind: WarcRecordType, answer: Answer, content_type: str) -> WarcRecord:
    """Return a record with its type, address, date and content type, without a block."""
    record = WarcRecord()
    record.init_headers(kind)
    record.headers["WARC-Target-URI"] = _uri(answer.url)
    record.headers["WARC-Date"] = _date(answer.started_at)
    record.headers["Content-Type"] = content_type
    return record


def _serialise(record: WarcRecord, block: bytes) -> bytes:
    """Return a record's bytes; it gets a block digest if it has no payload digest."""
    record.set_bytes_content(block)
    stream = io.BytesIO()
    # A block digest beside the payload's would take as long as half of fetching the page.
    record.write(stream, "WARC-Payload-Digest" not in record.headers)
    return stream.getvalue()


def _request_head(answer: Answer) -> bytes:
    parts = urlsplit(_uri(answer.url))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _head(f"GET {target} {_protocol(answer)}", answer.request_headers)


def _answer_head(answer: Answer, length: int | None) -> bytes:
    """Return the status line and headers as received, apart from headers that are now wrong.

    Args:
        length: of the body that follows; None if none does.
    """
    first_line = f"{_protocol(answer)} {answer.status} {answer.reason_phrase}"
    return _head(
        first_line, tuple((_stored_name(*pair, length), pair[1]) for pair in answer.headers)
    )


def _stored_name(name: str, value: str, length: int | None) -> str:
    """Return the name under which a header is stored: `X-Archive-…` if it is no longer true.

    Readers would decode a transfer encoding a second time, and would treat a body of another
    length as incomplete.
    """
    lower = name.lower()
    if lower == "transfer-encoding" or (
        lower == "content-length" and length is not None and value.strip() != str(length)
    ):
        return f"X-Archive-{name}"
    return name


def _head(first_line: str, headers: Headers) -> bytes:
    """Return a first line and headers as bytes, up to the empty line that ends them."""
    lines = (_line(first_line), *(_line(f"{name}: {value}") for name, value in headers))
    return b"\r\n".join((*lines, b"", b""))


def _line(text: str) -> bytes:
    """Return a header line as the bytes that aiohttp decoded: UTF-8, other bytes as surrogates."""
    try:
        line = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        line = text.encode("utf-8", "replace")
    return _NEWLINES.sub(b" ", line)


def _protocol(answer: Answer) -> str:
    return f"HTTP/{answer.http_version.removeprefix('HTTP/')}"


def _uri(url: str) -> str:
    """Return an address as a URI: characters it may not hold, such as line ends, are escaped."""
    if url.isascii() and url.isprintable() and not set(url) & set(' <>"'):
        return url
    return quote(url.encode("utf-8", "replace"), safe="!#$%&'()*+,/:;=?@[]~|{}^`\\")


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _evidence_json(evidence: Evidence) -> bytes:
    """Return the evidence as JSON.

    The standard library writes it, because orjson refuses the lone surrogates of feeds and headers.
    """
    known = {field.name: getattr(evidence, field.name) for field in fields(evidence)}
    found_at = evidence.found_at and _date(evidence.found_at)
    content = {"broadsheet": 1, **known, "found_at": found_at}
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
