"""Faulty answers, chosen by a seed: what a server does wrong at first, address by address."""

import asyncio
import socket
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

TWICE = 0.25  # of the faulty addresses fail at the second attempt as well
RESET_DELAY = 0.02  # seconds: a reset that overtakes the body's first half would hide it
GARBAGE = b"BOO/9.9 hello there\r\nnot a header\r\n\r\n"
NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST


class Fault(StrEnum):
    """What is wrong with an answer."""

    RESET = "reset"
    RESET_IN_BODY = "reset_in_body"
    STALL = "stall"
    STALL_IN_BODY = "stall_in_body"
    STATUS_500 = "status_500"
    STATUS_502 = "status_502"
    STATUS_503 = "status_503"
    RETRY_AT_ONCE = "retry_at_once"
    RETRY_LATER = "retry_later"
    TRUNCATED = "truncated"
    TRUNCATED_CHUNKS = "truncated_chunks"
    BAD_GZIP = "bad_gzip"
    CUT_GZIP = "cut_gzip"
    WRONG_LENGTH = "wrong_length"
    EMPTY = "empty"
    GARBAGE = "garbage"


STATUSES = {
    Fault.STATUS_500: (500, ""),
    Fault.STATUS_502: (502, ""),
    Fault.STATUS_503: (503, ""),
    Fault.RETRY_AT_ONCE: (503, "Retry-After: 0\r\n"),
    Fault.RETRY_LATER: (503, "Retry-After: 1\r\n"),
}
# Answers that are whole as HTTP: their connection goes on.
WHOLE = frozenset({*STATUSES, Fault.BAD_GZIP, Fault.CUT_GZIP})


@dataclass(frozen=True, slots=True)
class Chooser:
    """Which attempts fail, and how: the same for the same seed."""

    seed: int
    share: float

    def fault(self, night: int, url: str, attempt: int) -> Fault | None:
        """The fault of an attempt (from 0); a third attempt in a night always goes well."""
        if not self.share:
            return None
        random = Random(f"{self.seed}|{night}|{url}")
        if random.random() >= self.share:
            return None
        times = 2 if random.random() < TWICE else 1
        faults = [random.choice(list(Fault)) for _ in range(times)]
        return faults[attempt] if attempt < times else None


def play(fault: Fault, transport: asyncio.Transport, body: bytes) -> int:
    """Answers wrongly instead of with `body`; gives the status that was sent, 0 for none.

    The connection is over afterwards, but for what is WHOLE and for stalls, which last until the
    client gives up. A fault never harms the next request: where a client may think the connection
    good, it is, or the answer says that it closes.
    """
    if fault in STATUSES:
        status, header = STATUSES[fault]
        head = f"HTTP/1.1 {status} Sorry\r\n{header}Content-Length: 5\r\n\r\n"
        transport.write(head.encode() + b"sorry")
        return status
    return PLAYS[fault](transport, body)


def _reset(transport: asyncio.Transport, _body: bytes = b"") -> int:
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
    return 0


def _reset_in_body(transport: asyncio.Transport, body: bytes) -> int:
    transport.write(_head(f"Content-Length: {len(body)}") + body[: len(body) // 2])
    asyncio.get_running_loop().call_later(RESET_DELAY, _reset_if_open, transport)
    return 200


def _reset_if_open(transport: asyncio.Transport) -> None:
    if not transport.is_closing():
        _reset(transport)


def _stall(_transport: asyncio.Transport, _body: bytes) -> int:
    return 0


def _stall_in_body(transport: asyncio.Transport, body: bytes) -> int:
    transport.write(_head(f"Content-Length: {len(body)}") + body[: len(body) // 2])
    return 200


def _truncated(transport: asyncio.Transport, body: bytes) -> int:
    return _sent(transport, _head(f"Content-Length: {len(body)}") + body[: len(body) // 2])


def _truncated_chunks(transport: asyncio.Transport, body: bytes) -> int:
    half = body[: len(body) // 2]
    chunk = f"{len(half):x}\r\n".encode() + half + b"\r\n"
    return _sent(transport, _head("Transfer-Encoding: chunked") + chunk)


def _bad_gzip(transport: asyncio.Transport, body: bytes) -> int:
    packed = bytearray(_gzipped(body))
    packed[20:40] = bytes(byte ^ 0xFF for byte in packed[20:40])
    transport.write(_gzip_head(len(packed)) + packed)
    return 200


def _cut_gzip(transport: asyncio.Transport, body: bytes) -> int:
    """A length that fits the bytes, which end in the middle of their gzip stream."""
    packed = _gzipped(body)
    half = packed[: len(packed) // 2]
    transport.write(_gzip_head(len(half)) + half)
    return 200


def _wrong_length(transport: asyncio.Transport, body: bytes) -> int:
    """Too short a length of a gzip stream: of a plain body nobody could tell."""
    packed = _gzipped(body)
    head = _gzip_head(len(packed) // 2, "Connection: close")
    return _sent(transport, head + packed)


def _empty(transport: asyncio.Transport, _body: bytes) -> int:
    transport.close()
    return 0


def _garbage(transport: asyncio.Transport, _body: bytes) -> int:
    transport.write(GARBAGE)
    transport.close()
    return 0


def _sent(transport: asyncio.Transport, answer: bytes) -> int:
    transport.write(answer)
    transport.close()
    return 200


def _head(*headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _gzip_head(length: int, *headers: str) -> bytes:
    return _head("Content-Encoding: gzip", f"Content-Length: {length}", *headers)


def _gzipped(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


PLAYS: dict[Fault, Callable[[asyncio.Transport, bytes], int]] = {
    Fault.RESET: _reset,
    Fault.RESET_IN_BODY: _reset_in_body,
    Fault.STALL: _stall,
    Fault.STALL_IN_BODY: _stall_in_body,
    Fault.TRUNCATED: _truncated,
    Fault.TRUNCATED_CHUNKS: _truncated_chunks,
    Fault.BAD_GZIP: _bad_gzip,
    Fault.CUT_GZIP: _cut_gzip,
    Fault.WRONG_LENGTH: _wrong_length,
    Fault.EMPTY: _empty,
    Fault.GARBAGE: _garbage,
}
