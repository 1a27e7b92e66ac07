"""The HTTP response within a WARC record: its header, and its body with encodings undone."""

import io
import re
import zlib
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache

from fastwarc.warc import HeaderMap

from config.settings import ReadSettings
from tasks.read.inflating import Inflating
from tasks.read.kinds import MAGIC, Kind
from tasks.read.text_heads import looks_like_text
from tasks.reasons import Reason

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_NEWLINE = re.compile(rb"\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(;[^\r\n]*)?\r?\n")


class UndecodableError(Exception):
    """The body is not what its headers say."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it came over the wire.

    Attributes:
        headers: names in lower case, in their order.
        payload: what follows the header, encodings not undone.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...]
    payload: bytes

    def header(self, name: str) -> str:
        """Return the first value of a header, "" if there is none."""
        return next((value for key, value in self.headers if key == name), "")


def parse_header(data: bytes, encoding: str = "utf-8") -> HeaderMap | None:
    """Parse a WARC or HTTP header, status line and empty line included; fastwarc wants CR LF.

    Returns:
        None for a header that fastwarc refuses: it has more than 64 KiB.
    """
    header = HeaderMap(encoding)
    try:
        header.parse(io.BytesIO(_NEWLINE.sub(b"\r\n", data)))
    except OSError:
        return None
    return header


def parse_response(block: bytes) -> Response | None:
    """Return the HTTP response in a record's block; None if the block holds none."""
    end = _HEADER_END.search(block)
    if not block.startswith(b"HTTP/") or not end:
        return None
    header = parse_header(block[: end.end()], "latin1")
    if header is None:
        return None
    headers = tuple((name.lower(), value) for name, value in header.to_tuples())
    return Response(header.status_code, headers, block[end.end() :])


@lru_cache(maxsize=1_000)  # archives repeat a handful of them
def content_type(value: str) -> tuple[str, str | None]:
    """MIME type in lower case, and charset."""
    message = Message()
    message["Content-Type"] = value.replace("\r", " ").replace("\n", " ")
    charset = message.get_param("charset")
    mime = value.partition(";")[0].strip().lower()
    return mime, charset.strip(" \"'") or None if isinstance(charset, str) else None


def decoded_body(response: Response, settings: ReadSettings) -> bytes:
    """Return the body after transfer and content encodings are decoded.

    Many crawlers store bodies decoded and keep the headers: where the bytes are plainly not in
    the encoding that the header names, they are taken as they are.

    Raises:
        UndecodableError: an encoding cannot be undone, or the body ends early or is too large.
    """
    body = response.payload
    if "chunked" in response.header("transfer-encoding").lower():
        body = _dechunked(body)
    else:
        _check_length(response)
    for encoding in reversed(response.header("content-encoding").lower().split(",")):
        body = _decoded(body, encoding.strip().removeprefix("x-"), settings)
    if len(body) > settings.document_bytes:
        raise UndecodableError(Reason.TOO_LARGE, "the decoded body")
    return body


def _check_length(response: Response) -> None:
    stated = response.header("content-length").strip()
    there = len(response.payload)
    if not (stated.isascii() and stated.isdigit()) or int(stated[:18]) <= there:
        return
    if response.header("content-encoding") and looks_like_text(response.payload[:1024]):
        return  # stored decoded; the length is that of the encoded body
    raise UndecodableError(Reason.TRUNCATED, f"{there} of {stated[:18]} bytes")


def _dechunked(payload: bytes) -> bytes:
    size = _CHUNK_SIZE.match(payload)
    if not size:
        return payload
    chunks = []
    while size and (length := int(size[1], 16)):
        end = size.end() + length
        chunks.append(payload[size.end() : end])
        newline = _NEWLINE.match(payload, end)
        if end >= len(payload) or (newline and newline.end() == len(payload)):
            raise UndecodableError(Reason.TRUNCATED, "the last chunk is missing")
        size = _CHUNK_SIZE.match(payload, newline.end()) if newline else None
    if not size:
        raise UndecodableError(Reason.BAD_ENCODING, "a chunk has the wrong length")
    return b"".join(chunks)


def _decoded(body: bytes, encoding: str, settings: ReadSettings) -> bytes:
    if encoding in ("", "identity") or not body:
        return body
    if encoding == "gzip" and body.startswith(MAGIC[Kind.GZIP]):
        member = Inflating(io.BytesIO(body), Kind.GZIP, settings)
        decoded = member.read(settings.document_bytes + 1) or b""
        if member.fault:
            raise UndecodableError(_ENCODING_FAULTS.get(member.fault, member.fault), encoding)
        return decoded
    if looks_like_text(body[:1024]):
        return body
    decode = _DECODERS.get(encoding)
    if decode is None:
        raise UndecodableError(Reason.BAD_ENCODING, encoding[:50])
    return decode(body, settings.document_bytes + 1)


def _inflate(body: bytes, cap: int) -> bytes:
    """Decode `deflate`: zlib by the standard, bare deflate as many servers send it."""
    for wbits in (15, -15):
        inflater = zlib.decompressobj(wbits)
        try:
            decoded = inflater.decompress(body, cap)
        except zlib.error:
            continue
        if not inflater.eof and len(decoded) < cap:
            raise UndecodableError(Reason.TRUNCATED, "deflate")
        return decoded
    raise UndecodableError(Reason.BAD_ENCODING, "deflate")


def _unbrotli(body: bytes, cap: int) -> bytes:
    import brotli  # type: ignore[import-untyped]

    decoder = brotli.Decompressor()
    try:
        decoded: bytes = decoder.process(body, output_buffer_limit=cap)
    except brotli.error as error:
        raise UndecodableError(Reason.BAD_ENCODING, "br") from error
    if not decoder.is_finished() and len(decoded) < cap:
        raise UndecodableError(Reason.TRUNCATED, "br")
    return decoded


def _unzstd(body: bytes, cap: int) -> bytes:
    from fastwarc.stream_io import ZstdReader

    reader = ZstdReader(io.BytesIO(body))
    try:
        return reader.read(cap)
    except OSError as error:
        reason = Reason.TRUNCATED if "incomplete" in str(error) else Reason.BAD_ENCODING
        raise UndecodableError(reason, "zstd") from error


_DECODERS = {"deflate": _inflate, "br": _unbrotli, "zstd": _unzstd}
_ENCODING_FAULTS = {Reason.CORRUPT: Reason.BAD_ENCODING}
