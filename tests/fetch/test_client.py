"""One request to a well-behaved server, and its answer."""

import gzip

import pytest

from tasks.fetch.fetcher import user_agent
from tasks.fetch.orders import FetchOrder
from tests.fetch.servers import (
    CHUNKED,
    PAGE,
    URL,
    fetched,
    fetcher,
    on_loop,
    raw_server,
    response,
)


@on_loop
async def test_the_answer_holds_the_body_as_sent_and_decoded() -> None:
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
async def test_the_request_names_its_sender_and_is_recorded_as_sent() -> None:
    async with raw_server(response()) as server, fetcher(server.port) as fetching:
        answer = await fetching.fetch(FetchOrder(URL, headers=(("X-Desk", "night"),)))
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
def test_the_user_agent_names_a_contact(contact: str, end: str) -> None:
    product, _, rest = user_agent(contact).partition(" ")
    assert product.startswith("Broadsheet/")
    assert (f" {rest}" if rest else "") == end


@on_loop
async def test_a_chunked_body_is_joined() -> None:
    chunks = b"5\r\n<p>ab\r\n3;x=y\r\ncde\r\n0\r\nX-Trailer: y\r\n\r\n"
    answer = await fetched(response(chunks, CHUNKED))
    assert answer.content == b"<p>abcde"


@on_loop
async def test_a_body_without_length_ends_with_its_connection() -> None:
    answer = await fetched(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
    assert (answer.content, answer.http_version) == (PAGE, "HTTP/1.0")


@on_loop
async def test_interim_responses_are_skipped() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    assert (await fetched(early * 3 + response())).content == PAGE
