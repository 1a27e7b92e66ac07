"""Faulty answers of a server, chosen by a seed for each address and attempt."""

import asyncio
import socket
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

TWICE = 0.25  # share of faulty addresses that also fail at the second attempt
RESET_DELAY = 0.02  # seconds, so that the reset does not overtake the body's first half
GARBAGE = b"BOO/9.9 hello there\r\nnot a header\r\n\r\n"
NO_LINGER = struct.pack("ii", 1, 0)  # makes closing send RST


class Fault(StrEnum):
    """A way in which an answer is wrong."""

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
# Answers that are complete as HTTP, so that their connection can be used again.
WHOLE = frozenset({*STATUSES, Fault.BAD_GZIP, Fault.CUT_GZIP})


@dataclass(frozen=True, slots=True)
class FaultChooser:
    """Chooses which attempts fail and how; the same seed makes the same choice."""

    seed: int
    share: float

    def fault(self, night: int, url: str, attempt: int) -> Fault | None:
        """Return the fault of an attempt (from 0); the third attempt of a night has none."""
        if not self.share:
            return None
        random = Random(f"{self.seed}|{night}|{url}")
        if random.random() >= self.share:
            return None
        times = 2 if random.random() < TWICE else 1
        faults = [random.choice(list(Fault)) for _ in range(times)]
        return faults[attempt] if attempt < times else None


def send_fault(fault: Fault, transport: asyncio.Transport, body: bytes) -> int:
    """Send a faulty answer instead of `body`, and return the status that was sent, 0 for none.

    The connection is closed afterwards, except for faults in WHOLE and for stalls, which last until
    the client gives up. A fault never harms the next request: a connection that a client may take
    for usable is usable, or the answer says that it closes.
    """
    if fault in STATUSES:
        status, header = STATUSES[fault]
        head = f"HTTP/1.1 {status} Sorry\r\n{header}Content-Length: 5\r\n\r\n"
        transport.write(head.encode() + b"sorry")
        return status
    return SENDERS[fault](transport, body)


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


def _send_truncated(transport: asyncio.Transport, body: bytes) -> int:
    return _send_and_close(
        transport, _head(f"Content-Length: {len(body)}") + body[: len(body) // 2]
    )


def _send_truncated_chunks(transport: asyncio.Transport, body: bytes) -> int:
    half = body[: len(body) // 2]
    chunk = f"{len(half):x}\r\n".encode() + half + b"\r\n"
    return _send_and_close(transport, _head("Transfer-Encoding: chunked") + chunk)


def _send_bad_gzip(transport: asyncio.Transport, body: bytes) -> int:
    packed = bytearray(_gzipped(body))
    packed[20:40] = bytes(byte ^ 0xFF for byte in packed[20:40])
    transport.write(_gzip_head(len(packed)) + packed)
    return 200


def _send_cut_gzip(transport: asyncio.Transport, body: bytes) -> int:
    """Send a gzip stream that is cut in the middle, with the length of the cut stream."""
    packed = _gzipped(body)
    half = packed[: len(packed) // 2]
    transport.write(_gzip_head(len(half)) + half)
    return 200


def _send_wrong_length(transport: asyncio.Transport, body: bytes) -> int:
    """Send too short a length of a gzip stream; for a plain body no client could notice."""
    packed = _gzipped(body)
    head = _gzip_head(len(packed) // 2, "Connection: close")
    return _send_and_close(transport, head + packed)


def _send_nothing(transport: asyncio.Transport, _body: bytes) -> int:
    transport.close()
    return 0


def _send_garbage(transport: asyncio.Transport, _body: bytes) -> int:
    transport.write(GARBAGE)
    transport.close()
    return 0


def _send_and_close(transport: asyncio.Transport, answer: bytes) -> int:
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


SENDERS: dict[Fault, Callable[[asyncio.Transport, bytes], int]] = {
    Fault.RESET: _reset,
    Fault.RESET_IN_BODY: _reset_in_body,
    Fault.STALL: _stall,
    Fault.STALL_IN_BODY: _stall_in_body,
    Fault.TRUNCATED: _send_truncated,
    Fault.TRUNCATED_CHUNKS: _send_truncated_chunks,
    Fault.BAD_GZIP: _send_bad_gzip,
    Fault.CUT_GZIP: _send_cut_gzip,
    Fault.WRONG_LENGTH: _send_wrong_length,
    Fault.EMPTY: _send_nothing,
    Fault.GARBAGE: _send_garbage,
}
