"""One request to servers that break every rule: each ends in one reason, soon, in little memory."""

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import AsyncIterator

import pytest
import trustme
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tasks.fetch.fetcher import Fetcher, Order, user_agent
from tasks.fetch.model import Answer, FetchError, Reason
from tests.fetch.servers import (
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

CHUNKED = "Transfer-Encoding: chunked"


async def drip(writer: asyncio.StreamWriter, parts: AsyncIterator[bytes] | None = None) -> None:
    """A byte now and then, for ever."""
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


@on_loop
async def test_the_answer_holds_what_came_over_the_wire_and_what_it_means() -> None:
    body = gzip.compress(PAGE)
    answer = await fetched(
        response(body, "content-TYPE: text/html", "Content-Encoding: gzip", "X-Desk: caf\xe9")
    )
    assert (answer.url, answer.status, answer.reason_phrase) == (URL, 200, "OK")
    assert (answer.body, answer.content, answer.http_version) == (body, PAGE, "HTTP/1.1")
    assert answer.headers[:2] == (("content-TYPE", "text/html"), ("Content-Encoding", "gzip"))
    assert (answer.header("x-desk") or "").encode("utf-8", "surrogateescape") == b"caf\xe9"
    assert answer.hops == ()
    assert 0 < answer.first_byte_seconds <= answer.seconds


@on_loop
async def test_the_request_is_honest_and_recorded_as_it_was_sent() -> None:
    async with raw_server(response()) as server, fetcher(server.port) as fetching:
        answer = await fetching.fetch(Order(URL, headers=(("X-Desk", "night"),)))
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0] == "GET /story HTTP/1.1"
    assert sorted(lines[1:-2]) == sorted(
        f"{name}: {value}" for name, value in answer.request_headers
    )
    sent = dict(answer.request_headers)
    assert sent["Host"] == "courier.example"
    assert sent["User-Agent"].startswith("Broadsheet/")
    assert "mailto:desk@courier.example" in sent["User-Agent"]
    assert sent["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert sent["X-Desk"] == "night"


@pytest.mark.parametrize(
    ("contact", "end"),
    [
        ("desk@courier.example", " (+mailto:desk@courier.example)"),
        ("https://courier.example/bot", " (+https://courier.example/bot)"),
        ("a\r\nX: b", " (+aX:b)"),
        ("", ""),
    ],
)
def test_the_user_agent_says_whom_to_write_to(contact: str, end: str) -> None:
    product, _, rest = user_agent(contact).partition(" ")
    assert product.startswith("Broadsheet/")
    assert (f" {rest}" if rest else "") == end


@on_loop
async def test_a_body_of_several_chunks_is_whole() -> None:
    chunks = b"5\r\n<p>ab\r\n3;x=y\r\ncde\r\n0\r\nX-Trailer: y\r\n\r\n"
    answer = await fetched(response(chunks, CHUNKED))
    assert answer.content == b"<p>abcde"


@on_loop
async def test_a_body_without_length_ends_with_its_connection() -> None:
    answer = await fetched(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
    assert (answer.content, answer.http_version) == (PAGE, "HTTP/1.0")


@on_loop
async def test_interim_responses_are_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    assert (await fetched(early * 3 + response())).content == PAGE


@on_loop
async def test_a_short_body_is_truncated() -> None:
    assert (await refused(response(PAGE, "Content-Length: 999"))).reason is Reason.TRUNCATED
    chunked = response(b"ff\r\n<p>ab", CHUNKED)
    assert (await refused(chunked)).reason is Reason.TRUNCATED
    encoded = response(gzip.compress(PAGE * 99)[:-20], "Content-Encoding: gzip")
    error = await refused(encoded)
    assert (error.reason, error.status, error.url) == (Reason.TRUNCATED, 200, URL)


@pytest.mark.parametrize(
    "header", ["Content-Length: 9999999", CHUNKED, "Content-Type: text/html"], ids=str
)
def test_a_reset_within_the_body_is_a_reset(header: str) -> None:
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
        assert (error.reason, error.detail) == (Reason.RESET, "Connection reset by peer")

    check()


@on_loop
async def test_a_connection_closed_before_the_answer_is_asked_only_once() -> None:
    async with raw_server(b"") as server, fetcher(server.port) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(Order(URL))
        assert caught.value.reason is Reason.RESET
        assert len(server.requests) == 1


@on_loop
async def test_a_host_that_does_not_listen_is_no_connection() -> None:
    async with raw_server(b"") as server:
        port = server.port
    async with fetcher(port) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(Order(URL, check_robots=False))
    assert (caught.value.reason, caught.value.detail) == (Reason.CONNECT, "Connection refused")


@on_loop
async def test_a_name_without_an_address_is_a_fault_of_dns() -> None:
    async def lookup(_: str) -> list[str]:
        import socket

        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    limits = settings(1, hosts={})
    async with Fetcher(limits, user_agent="x", lookup=lookup) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(Order(URL, check_robots=False))
    assert (caught.value.reason, caught.value.detail) == (Reason.DNS, "Name or service not known")


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\nX-A: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
    ],
    ids=["status", "header", "body"],
)
def test_a_byte_now_and_then_ends_at_the_deadline(begin: bytes) -> None:
    @on_loop
    async def check() -> None:
        async def speak(
            head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(begin)
            await drip(writer)

        error = await refused(speak, request_seconds=0.5)
        assert (error.reason, error.detail) == (Reason.TIMEOUT, "no whole answer in time")
        assert (error.seconds or 0) >= 0.4

    check()


@pytest.mark.parametrize("begin", [b"", response(PAGE, "Content-Length: 999")], ids=["at", "in"])
def test_silence_ends_sooner(begin: bytes) -> None:
    @on_loop
    async def check() -> None:
        async def speak(
            head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            writer.write(begin)
            await reader.read()

        error = await refused(speak, stall_seconds=0.2, request_seconds=20.0)
        assert (error.reason, error.detail) == (Reason.TIMEOUT, "no byte in time")

    check()


@on_loop
async def test_a_large_body_ends_as_soon_as_that_is_known() -> None:
    stated = response(PAGE, "Content-Length: 5000000")
    assert (await refused(stated, Order(URL, most_bytes=1000))).reason is Reason.TOO_LARGE

    async def endless(
        head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    error = await refused(endless, Order(URL, most_bytes=300_000), request_seconds=20.0)
    assert (error.reason, error.detail) == (Reason.TOO_LARGE, "over 300000 bytes")
    exact = await fetched(response(), Order(URL, most_bytes=len(PAGE)))
    assert exact.content == PAGE


@on_loop
async def test_a_bomb_ends_as_one() -> None:
    bomb = response(gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip")
    assert (await refused(bomb)).reason is Reason.BOMB


@pytest.mark.parametrize(
    "line", [b"X-%d: y\r\n", b"X-%d: " + b"y" * 20_000 + b"\r\n", b"%d" + b"y" * 65_536], ids=len
)
def test_a_flood_of_headers_is_no_response_and_takes_little_memory(line: bytes) -> None:
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
        assert error.reason is Reason.BAD_RESPONSE
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
def test_what_is_no_http_is_a_bad_response(answer: bytes) -> None:
    @on_loop
    async def check() -> None:
        error = await refused(answer)
        assert error.reason is Reason.BAD_RESPONSE
        assert "\n" not in (error.detail or "")

    check()


@given(st.binary(max_size=200), st.integers(0, 3))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_end_in_an_answer_or_a_reason(noise: bytes, place: int) -> None:
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
            [outcome] = await asyncio.gather(fetching.fetch(Order(URL)), return_exceptions=True)
            assert isinstance(outcome, Answer | FetchError)
            assert outcome.started_at

    check()


@on_loop
async def test_a_certificate_is_checked_against_the_name() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    outcomes = {}
    for name in ("courier.example", "other.example"):
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(serving)
        async with (
            raw_server(response(), tls=serving) as server,
            Fetcher(settings(server.port), user_agent="x", tls=trusting) as fetching,
        ):
            order = Order("https://courier.example/story", check_robots=False)
            [outcomes[name]] = await asyncio.gather(fetching.fetch(order), return_exceptions=True)
    assert isinstance(outcomes["courier.example"], Answer)
    wrong = outcomes["other.example"]
    assert isinstance(wrong, FetchError)
    assert wrong.reason is Reason.TLS
    assert (wrong.detail or "").startswith("Hostname mismatch")


@on_loop
async def test_an_unknown_authority_is_not_trusted() -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("courier.example").configure_cert(serving)
    async with raw_server(response(), tls=serving) as server, fetcher(server.port) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(Order("https://courier.example/story", check_robots=False))
    assert caught.value.reason is Reason.TLS
    assert "unable to get local issuer certificate" in (caught.value.detail or "")


@on_loop
async def test_a_server_that_speaks_no_tls_is_a_fault_of_tls() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response())

    plain = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with plain, fetcher(plain.sockets[0].getsockname()[1]) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(Order("https://courier.example/story", check_robots=False))
    assert caught.value.reason is Reason.TLS
