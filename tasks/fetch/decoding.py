"""Bodies with their content encodings undone, never more of them than is asked for."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

import brotli  # type: ignore[import-untyped]
from isal import igzip_lib

from tasks.fetch.model import FetchError, Reason
from tasks.read.gzip_members import gunzip
from tasks.read.kinds import looks_like_text

ACCEPT_ENCODING: Final = "gzip, deflate, br, zstd"
MOST_ENCODINGS: Final = 3
BOMB_RATIO: Final = 1_000
BOMB_BYTES: Final = 10_000_000

_ZLIB: Final = 15
_BARE: Final = -15
_TOKENS = {"x-gzip": "gzip", "identity": "", "none": "", "utf-8": ""}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of a body.

    Attributes:
        whole: whether the encoded body had its end; False also past the cap.
    """

    content: bytes
    whole: bool


def decoded(body: bytes, encodings: str | None, most_bytes: int, *, cut: bool = False) -> bytes:
    """The content of a body.

    Bytes that are plainly text are taken as they are: many servers name an encoding that they did
    not apply.

    Args:
        encodings: the header Content-Encoding.
        most_bytes: of the content; no more than this is held for any of the encodings.
        cut: take what there is of a body that is too large or ends early.

    Raises:
        FetchError: BAD_ENCODING, TRUNCATED or BOMB.
    """
    names = [name.strip().lower() for name in (encodings or "").split(",")]
    layers = [name for name in (_TOKENS.get(name, name) for name in names) if name]
    if len(layers) > MOST_ENCODINGS:
        raise FetchError(Reason.BAD_ENCODING, f"{len(layers)} encodings")
    content = body
    for name in reversed(layers):
        content = _undone(content, name, most_bytes, cut)
    if len(content) > max(BOMB_BYTES, BOMB_RATIO * len(body)):
        raise FetchError(Reason.BOMB, f"{len(body)} bytes became {len(content)}")
    return content


def _undone(body: bytes, name: str, most_bytes: int, cut: bool) -> bytes:
    if not body:
        return body
    try:
        found = _decoded_by(name, body, most_bytes + 1)
    except FetchError:
        if looks_like_text(body[:1024]):
            return body
        raise
    if cut:
        return found.content[:most_bytes]
    if len(found.content) > most_bytes:
        raise FetchError(Reason.BOMB, f"{len(body)} bytes of {name} became over {most_bytes}")
    if found.whole:
        return found.content
    if looks_like_text(body[:1024]):
        return body
    raise FetchError(Reason.TRUNCATED, f"the {name} body has no end")


def _decoded_by(name: str, body: bytes, cap: int) -> Decoded:
    decode = _DECODERS.get(name)
    if decode is None:
        raise FetchError(Reason.BAD_ENCODING, f"{name[:50]!r} is not known")
    try:
        return decode(body, cap)
    except _DAMAGE as error:
        raise FetchError(Reason.BAD_ENCODING, f"the body is no {name}") from error


def _gunzipped(body: bytes, cap: int) -> Decoded:
    found = gunzip(body, cap)
    if found.end == "damaged":
        raise ValueError("no gzip member, or too many")
    return Decoded(found.content, found.end == "whole" and len(found.content) < cap)


def _inflated(body: bytes, cap: int) -> Decoded:
    """What `deflate` stands for: zlib by the standard, bare deflate by many servers."""
    try:
        return _inflated_as(body, cap, _ZLIB)
    except zlib.error:
        return _inflated_as(body, cap, _BARE)


def _inflated_as(body: bytes, cap: int, wbits: int) -> Decoded:
    inflater = zlib.decompressobj(wbits)
    return Decoded(inflater.decompress(body, cap), inflater.eof)


def _unbrotlied(body: bytes, cap: int) -> Decoded:
    decoder = brotli.Decompressor()
    parts = [decoder.process(body, output_buffer_limit=cap)]
    size = len(parts[0])
    while size < cap and not decoder.is_finished() and not decoder.can_accept_more_data():
        parts.append(decoder.process(b"", output_buffer_limit=cap - size))
        size += len(parts[-1])
    return Decoded(b"".join(parts)[:cap], decoder.is_finished())


def _unzstd(body: bytes, cap: int) -> Decoded:
    from fastwarc.stream_io import ZstdReader  # here: few servers send it, and it is a heavy import

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
        return Decoded(b"".join(parts), False)
    return Decoded(b"".join(parts), size < cap)


_STEP: Final = 1_000_000
# The stubs of isal and brotli name their errors as if they were none.
_DAMAGE: Final = cast(
    tuple[type[Exception], ...],
    (zlib.error, igzip_lib.IsalError, brotli.error, OSError, EOFError, ValueError),
)
_DECODERS: Final[dict[str, Callable[[bytes, int], Decoded]]] = {
    "gzip": _gunzipped,
    "deflate": _inflated,
    "br": _unbrotlied,
    "zstd": _unzstd,
}
