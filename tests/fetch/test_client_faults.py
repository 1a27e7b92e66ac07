"""Requests to misbehaving servers, each of which ends soon, with a reason, in little memory."""

import asyncio
import gzip
import tracemalloc

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tasks.fetch.fetcher import Fetcher
from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer
from tests.fetch.servers import (
    CHUNKED,
    PAGE,
    URL,
    fetched,
    fetcher,
    on_loop,
    raw_server,
    refused,
    reset,
    response,
    settings,
)


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send one byte after another, slowly and without end."""
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


@on_loop
async def test_a_short_body_is_truncated() -> None:
    assert (await refused(response(PAGE, "Content-Length: 999"))).reason is FetchReason.TRUNCATED
    chunked = response(b"ff\r\n<p>ab", CHUNKED)
    assert (await refused(chunked)).reason is FetchReason.TRUNCATED
    encoded = response(gzip.compress(PAGE * 99)[:-20], "Content-Encoding: gzip")
    error = await refused(encoded)
    assert (error.reason, error.status, error.url) == (FetchReason.TRUNCATED, 200, URL)


@pytest.mark.parametrize(
    "header", ["Content-Length: 9999999", CHUNKED, "Content-Type: text/html"], ids=str
)
def test_a_reset_within_the_body_has_the_reason_reset(header: str) -> None:
    @on_loop
    async def check() -> None:
        async def speak(
            head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            begin = b"5\r\n<p>ab\r\n" if header == CHUNKED else PAGE
            writer.write(f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode() + begin)
            await writer.drain()
            await asyncio.sleep(0.05)
            reset(writer)

        error = await refused(speak)
        assert (error.reason, error.detail) == (FetchReason.RESET, "Connection reset by peer")

    check()


@on_loop
async def test_a_request_is_not_repeated_if_the_connection_is_closed_before_the_answer() -> None:
    async with raw_server(b"") as server, fetcher(server.port) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(FetchOrder(URL))
        assert caught.value.reason is FetchReason.RESET
        assert len(server.requests) == 1


@on_loop
async def test_a_host_that_does_not_listen_is_a_fault_of_the_connection() -> None:
    async with raw_server(b"") as server:
        port = server.port
    async with fetcher(port) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(FetchOrder(URL, check_robots=False))
    assert (caught.value.reason, caught.value.detail) == (FetchReason.CONNECT, "Connection refused")


@on_loop
async def test_a_name_without_an_address_is_a_fault_of_dns() -> None:
    async def lookup(_: str) -> list[str]:
        import socket

        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    limits = settings(1, hosts={})
    async with Fetcher(limits, user_agent="x", lookup=lookup) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(FetchOrder(URL, check_robots=False))
    assert (caught.value.reason, caught.value.detail) == (
        FetchReason.DNS,
        "Name or service not known",
    )


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\nX-A: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
    ],
    ids=["status", "header", "body"],
)
def test_a_slow_trickle_of_bytes_ends_at_the_deadline(begin: bytes) -> None:
    @on_loop
    async def check() -> None:
        async def speak(
            head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(begin)
            await drip(writer)

        error = await refused(speak, request_seconds=0.5)
        assert (error.reason, error.detail) == (FetchReason.TIMEOUT, "no whole answer in time")
        assert (error.seconds or 0) >= 0.4

    check()


@pytest.mark.parametrize("begin", [b"", response(PAGE, "Content-Length: 999")], ids=["at", "in"])
def test_a_silent_server_is_given_up_before_the_deadline(begin: bytes) -> None:
    @on_loop
    async def check() -> None:
        async def speak(
            head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(begin)
            await reader.read()

        error = await refused(speak, stall_seconds=0.2, request_seconds=20.0)
        assert (error.reason, error.detail) == (FetchReason.TIMEOUT, "no byte in time")

    check()


@on_loop
async def test_a_body_is_given_up_as_soon_as_it_is_known_to_be_too_large() -> None:
    stated = response(PAGE, "Content-Length: 5000000")
    assert (await refused(stated, FetchOrder(URL, most_bytes=1000))).reason is FetchReason.TOO_LARGE

    async def endless(
        head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    error = await refused(endless, FetchOrder(URL, most_bytes=300_000), request_seconds=20.0)
    assert (error.reason, error.detail) == (FetchReason.TOO_LARGE, "over 300000 bytes")
    exact = await fetched(response(), FetchOrder(URL, most_bytes=len(PAGE)))
    assert exact.content == PAGE


@on_loop
async def test_a_decompression_bomb_has_the_reason_bomb() -> None:
    bomb = response(gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip")
    assert (await refused(bomb)).reason is FetchReason.BOMB


@pytest.mark.parametrize(
    "line", [b"X-%d: y\r\n", b"X-%d: " + b"y" * 20_000 + b"\r\n", b"%d" + b"y" * 65_536], ids=len
)
def test_a_flood_of_headers_is_a_bad_response_and_takes_little_memory(line: bytes) -> None:
    @on_loop
    async def check() -> None:
        async def speak(
            head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(1_000_000):
                writer.write(line % number)
                if not number % 20:
                    await writer.drain()

        tracemalloc.start()
        error = await refused(speak, request_seconds=20.0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert error.reason is FetchReason.BAD_RESPONSE
        assert "\n" not in (error.detail or "")
        assert len(error.detail or "") <= 200
        assert peak < 40_000_000

    check()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"<html>hello</html>\r\n\r\n",
        response(b"zz\r\nabc\r\n0\r\n\r\n", CHUNKED),
        response(b"ffffffffffffffffffff\r\nabc", CHUNKED),
    ],
    ids=range(9),
)
def test_an_answer_that_is_not_http_is_a_bad_response(answer: bytes) -> None:
    @on_loop
    async def check() -> None:
        error = await refused(answer)
        assert error.reason is FetchReason.BAD_RESPONSE
        assert "\n" not in (error.detail or "")

    check()


@given(st.binary(max_size=200), st.integers(0, 3))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_give_an_answer_or_an_error_with_a_reason(noise: bytes, place: int) -> None:
    starts = (
        b"",
        b"HTTP/1.1 ",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n",
    )

    @on_loop
    async def check() -> None:
        async with (
            raw_server(starts[place] + noise) as server,
            fetcher(server.port, request_seconds=2.0) as fetching,
        ):
            [outcome] = await asyncio.gather(
                fetching.fetch(FetchOrder(URL)), return_exceptions=True
            )
            assert isinstance(outcome, Answer | FetchError)
            assert outcome.started_at

    check()
