"""Redirects, statuses and headers in one attempt of the fetcher."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.fetch.secrets import Secrets
from tasks.reasons import FetchReason
from tests.fetch.servers import (
    PAGE,
    URL,
    Site,
    fetched,
    fetcher,
    moved,
    on_loop,
    refused,
    reply,
    response,
    site,
)

ETAG = ("If-None-Match", '"7"')


async def failing(served: Site, order: FetchOrder, **changes: object) -> FetchError:
    async with fetcher(served.port, **changes) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(order)
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(status: int) -> None:
    @on_loop
    async def check() -> None:
        replies = {"/story": moved("/moved?a=1#part", status), "/moved": PAGE}
        async with site(replies) as served, fetcher(served.port) as fetching:
            answer = await fetching.fetch(FetchOrder(URL))
            assert answer.url == "http://courier.example/moved?a=1"
            assert answer.hops == (URL,)
            assert answer.content == PAGE

    check()


@on_loop
async def test_relative_and_unusual_locations_are_resolved_as_in_browsers() -> None:
    replies = {
        "/a/story": moved("../b/ü ber"),
        "/b/ü ber": moved("//press.example/c"),
        "press.example/c": PAGE,
    }
    async with site(replies) as served, fetcher(served.port) as fetching:
        answer = await fetching.fetch(FetchOrder("http://courier.example/a/story"))
    assert answer.url == "http://press.example/c"
    assert answer.hops[1] == "http://courier.example/b/%C3%BC%20ber"


@on_loop
async def test_a_location_that_is_not_utf_8_is_followed_byte_by_byte() -> None:
    async def speak(
        head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there = response(b"", "Location: /caf\xe9", "Connection: close", status="302 Found")
        writer.write(response(head.split(b" ")[1]) if b"caf" in head else there)

    answer = await fetched(speak)
    assert answer.content == b"/caf%E9"


@on_loop
async def test_redirects_end_at_the_limit() -> None:
    replies = {f"/{number}": moved(f"/{number + 1}") for number in range(9)} | {"/2": PAGE}
    async with site({**replies, "/9": PAGE}) as served:
        async with fetcher(served.port, redirects=2) as fetching:
            assert (await fetching.fetch(FetchOrder("http://courier.example/0"))).content == PAGE
        error = await failing(served, FetchOrder("http://courier.example/3"), redirects=2)
    assert error.reason is FetchReason.TOO_MANY_REDIRECTS
    assert len(error.hops) == 3
    assert (error.status, error.url) == (302, "http://courier.example/5")


@pytest.mark.parametrize(
    ("replies", "hops"),
    [({"/story": moved("/story#top")}, 1), ({"/story": moved("/b"), "/b": moved(URL)}, 2)],
)
def test_a_redirect_to_an_earlier_address_is_a_loop(
    replies: dict[str, bytes | Callable[[web.Request], Awaitable[web.StreamResponse]]], hops: int
) -> None:
    @on_loop
    async def check() -> None:
        async with site(replies) as served:
            error = await failing(served, FetchOrder(URL))
        assert (error.reason, len(error.hops)) == (FetchReason.REDIRECT_LOOP, hops)

    check()


@pytest.mark.parametrize(
    "headers", [[], ["Location:"], ["Location: http://["], ["Location: http://a..b/"]]
)
def test_a_redirect_without_a_valid_location_is_a_bad_redirect(headers: list[str]) -> None:
    @on_loop
    async def check() -> None:
        error = await refused(response(b"", *headers, status="301 Moved Permanently"))
        assert (error.reason, error.status) == (FetchReason.BAD_REDIRECT, 301)

    check()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("404 Not Found", FetchReason.GONE),
        ("410 Gone", FetchReason.GONE),
        ("429 Too Many Requests", FetchReason.RATE_LIMITED),
        ("500 Oops", FetchReason.SERVER_ERROR),
        ("503 Busy", FetchReason.SERVER_ERROR),
        ("599 Odd", FetchReason.SERVER_ERROR),
        ("400 Bad Request", FetchReason.HTTP_STATUS),
        ("401 Unauthorized", FetchReason.HTTP_STATUS),
        ("403 Forbidden", FetchReason.HTTP_STATUS),
        ("451 Unavailable For Legal Reasons", FetchReason.HTTP_STATUS),
        ("204 No Content", FetchReason.HTTP_STATUS),
        ("206 Partial Content", FetchReason.HTTP_STATUS),
        ("300 Multiple Choices", FetchReason.HTTP_STATUS),
        ("304 Not Modified", FetchReason.BAD_RESPONSE),
    ],
)
def test_each_status_has_its_reason(status: str, reason: FetchReason) -> None:
    @on_loop
    async def check() -> None:
        body = b"" if status[:3] in ("204", "304") else PAGE
        error = await refused(response(body, "Connection: close", status=status))
        assert (error.reason, error.detail, error.status) == (reason, status, int(status[:3]))
        assert error.url == URL

    check()


@on_loop
async def test_not_modified_answers_a_condition_at_the_first_address_only() -> None:
    replies = {
        "/story": reply(b"", 304, {"ETag": '"7"'}),
        "/moved": moved("/story"),
    }
    async with site(replies) as served, fetcher(served.port) as fetching:
        answer = await fetching.fetch(FetchOrder(URL, headers=(ETAG,)))
        assert (answer.status, answer.body, answer.content) == (304, b"", b"")
        assert answer.header("etag") == '"7"'
        with pytest.raises(FetchError, match="304"):
            await fetching.fetch(FetchOrder("http://courier.example/moved", headers=(ETAG,)))
    sent = [
        visit.headers.get("If-None-Match") for visit in served.visits if visit.path != "/robots.txt"
    ]
    assert sent == ['"7"', '"7"', None]


@on_loop
async def test_the_headers_of_a_source_stay_within_its_registered_domain() -> None:
    replies = {
        "/story": moved("http://www.courier.example/b"),
        "/b": moved("http://press.example/c"),
        "/c": PAGE,
    }
    secrets = Secrets(
        (("Authorization", "Basic eDp5"), ("Host", "press.example")),
        frozenset({"courier.example"}),
        frozenset({"courier.example"}),
    )
    order = FetchOrder(URL, headers=(ETAG,), secrets=secrets)
    async with site(replies) as served, fetcher(served.port) as fetching:
        await fetching.fetch(order)
    sent = {visit.path: visit for visit in served.visits if visit.path != "/robots.txt"}
    assert [sent[path].headers.get("Authorization") for path in ("/story", "/b", "/c")] == [
        "Basic eDp5",
        "Basic eDp5",
        None,
    ]
    assert sent["/story"].host == "courier.example"
    robots = [visit for visit in served.visits if visit.path == "/robots.txt"]
    assert not any("Authorization" in visit.headers for visit in robots)


@on_loop
async def test_headers_that_no_request_can_hold_are_left_out() -> None:
    odd = (("X-A", "b\r\nX-Evil: 1"), ("X B", "c"), ("If-None-Match", '"\udce9"'), ("X-C", "ü"))
    async with site({"/story": PAGE}) as served, fetcher(served.port) as fetching:
        answer = await fetching.fetch(FetchOrder(URL, headers=odd))
    assert {name for name, _ in answer.request_headers} & {"X-A", "X B", "If-None-Match"} == set()
    assert "X-Evil" not in served.visits[-1].headers
    assert served.visits[-1].headers["X-C"] == "ü"


@on_loop
async def test_every_error_has_its_start_and_duration() -> None:
    async with site({"/story": moved("/gone")}) as served:
        error = await failing(served, FetchOrder(URL))
    assert error.reason is FetchReason.GONE
    assert error.started_at is not None
    assert error.seconds is not None
    assert error.seconds > 0
    assert error.waited_seconds > 0
    assert (error.hops, error.url) == ((URL,), "http://courier.example/gone")


@on_loop
async def test_connections_are_kept_between_pages_and_after_small_errors() -> None:
    replies = {"/a": PAGE, "/b": reply(b"not here", 404), "/c": moved("/a")}
    peers = set()

    async with site(replies) as served, fetcher(served.port) as fetching:
        for path in "abc":
            inner = served.replies[f"/{path}"]

            async def noted(request: web.Request, inner: object = inner) -> web.StreamResponse:
                assert request.transport
                peers.add(request.transport.get_extra_info("peername"))
                return await inner(request) if callable(inner) else web.Response(body=PAGE)

            served.replies[f"/{path}"] = noted
        for path in "abc":
            await asyncio.gather(
                fetching.fetch(FetchOrder(f"http://courier.example/{path}")), return_exceptions=True
            )
    assert len(peers) == 1


@on_loop
async def test_no_more_connections_at_once_than_the_setting_allows() -> None:
    async with site({"/story": PAGE}) as served:
        served.hold = 0.02
        async with fetcher(served.port, connections=3) as fetching:
            urls = [f"http://desk{number}.example/story" for number in range(12)]
            await asyncio.gather(*(fetching.fetch(FetchOrder(url)) for url in urls))
    starts = [(visit.started, 1) for visit in served.visits]
    ends = [(visit.ended, -1) for visit in served.visits]
    at_once = most = 0
    for _, step in sorted(starts + ends):
        at_once += step
        most = max(most, at_once)
    assert most == 3
