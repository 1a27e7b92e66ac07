"""Removal of content encodings from bodies, within a limit of size."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

import brotli  # type: ignore[import-untyped]
from isal import igzip_lib

from tasks.fetch.model import FetchError
from tasks.read.text_heads import looks_like_text
from tasks.reasons import FetchReason
from tasks.web.gzip_members import gunzip

ACCEPT_ENCODING: Final = "gzip, deflate, br, zstd"
MOST_ENCODINGS: Final = 3
BOMB_RATIO: Final = 1_000
BOMB_BYTES: Final = 10_000_000

_ZLIB: Final = 15
_RAW: Final = -15
_TOKENS = {"x-gzip": "gzip", "identity": "", "none": "", "utf-8": ""}


@dataclass(frozen=True, slots=True)
class _Decoded:
    """The output of a decoder.

    Attributes:
        whole: whether the encoded body had its end; False also beyond the cap.
    """

    content: bytes
    whole: bool


def decode_content(
    body: bytes, encodings: str | None, most_bytes: int, *, truncate: bool = False
) -> bytes:
    """Return the content of a body, with its encodings undone.

    A body that is plainly text is returned as it is: many servers declare an encoding that they
    did not apply.

    Args:
        encodings: the header Content-Encoding.
        most_bytes: limit of the content; no encoding's output is held beyond it.
        truncate: return the beginning of a body that is too large or ends early.

    Raises:
        FetchError: BAD_ENCODING, TRUNCATED or BOMB.
    """
    names = [name.strip().lower() for name in (encodings or "").split(",")]
    layers = [name for name in (_TOKENS.get(name, name) for name in names) if name]
    if len(layers) > MOST_ENCODINGS:
        raise FetchError(FetchReason.BAD_ENCODING, f"{len(layers)} encodings")
    # The last encoding in the header was applied last.
    content = body
    for name in reversed(layers):
        content = _undo_encoding(content, name, most_bytes, truncate)
    if len(content) > max(BOMB_BYTES, BOMB_RATIO * len(body)):
        raise FetchError(FetchReason.BOMB, f"{len(body)} bytes became {len(content)}")
    return content


def _undo_encoding(body: bytes, name: str, most_bytes: int, truncate: bool) -> bytes:
    """Undo one encoding of a body, or return a body that is plainly text as it is."""
    if not body:
        return body
    try:
        # One byte beyond the limit shows that there is more.
        found = _run_decoder(name, body, most_bytes + 1)
    except FetchError:
        if looks_like_text(body[:1024]):
            return body
        raise
    if truncate:
        return found.content[:most_bytes]
    if len(found.content) > most_bytes:
        raise FetchError(FetchReason.BOMB, f"{len(body)} bytes of {name} became over {most_bytes}")
    if found.whole:
        return found.content
    if looks_like_text(body[:1024]):
        return body
    raise FetchError(FetchReason.TRUNCATED, f"the {name} body has no end")


def _run_decoder(name: str, body: bytes, cap: int) -> _Decoded:
    """Call the decoder of an encoding; translate its errors to FetchError."""
    decode = _DECODERS.get(name)
    if decode is None:
        raise FetchError(FetchReason.BAD_ENCODING, f"{name[:50]!r} is not known")
    try:
        return decode(body, cap)
    except _DAMAGE as error:
        raise FetchError(FetchReason.BAD_ENCODING, f"the body is no {name}") from error


def _decode_gzip(body: bytes, cap: int) -> _Decoded:
    found = gunzip(body, cap)
    if found.end == "damaged":
        raise ValueError("no gzip member, or too many")
    return _Decoded(found.content, found.end == "whole" and len(found.content) < cap)


def _decode_deflate(body: bytes, cap: int) -> _Decoded:
    """Decode `deflate`: zlib by the standard, raw deflate from many servers."""
    try:
        return _inflate(body, cap, _ZLIB)
    except zlib.error:
        return _inflate(body, cap, _RAW)


def _inflate(body: bytes, cap: int, wbits: int) -> _Decoded:
    inflater = zlib.decompressobj(wbits)
    return _Decoded(inflater.decompress(body, cap), inflater.eof)


def _decode_brotli(body: bytes, cap: int) -> _Decoded:
    decoder = brotli.Decompressor()
    parts = [decoder.process(body, output_buffer_limit=cap)]
    size = len(parts[0])
    while size < cap and not decoder.is_finished() and not decoder.can_accept_more_data():
        parts.append(decoder.process(b"", output_buffer_limit=cap - size))
        size += len(parts[-1])
    return _Decoded(b"".join(parts)[:cap], decoder.is_finished())


def _decode_zstd(body: bytes, cap: int) -> _Decoded:
    from fastwarc.stream_io import ZstdReader  # imported here: heavy, and few servers send zstd

    reader = ZstdReader(io.BytesIO(body))
    parts = []
    size = 0
    try:
        while size < cap and (part := reader.read(min(cap - size, _STEP))):
            parts.append(part)
            size += len(part)
    except OSError as error:
        if "incomplete" not in str(error):
            raise
        return _Decoded(b"".join(parts), False)
    return _Decoded(b"".join(parts), size < cap)


_STEP: Final = 1_000_000
# The stubs of isal and brotli do not declare their errors as exceptions.
_DAMAGE: Final = cast(
    tuple[type[Exception], ...],
    (zlib.error, igzip_lib.IsalError, brotli.error, OSError, EOFError, ValueError),
)
_DECODERS: Final[dict[str, Callable[[bytes, int], _Decoded]]] = {
    "gzip": _decode_gzip,
    "deflate": _decode_deflate,
    "br": _decode_brotli,
    "zstd": _decode_zstd,
}
