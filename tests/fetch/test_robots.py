"""robots.txt: RFC 9309, at the server."""

import asyncio

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.fetcher import Fetcher, Order
from tasks.fetch.model import Answer, FetchError, Kind, Reason
from tasks.fetch.robots import MOST_BYTES, parse_robots
from tests.fetch.servers import (
    PAGE,
    URL,
    fetcher,
    moved,
    on_loop,
    raw_server,
    reply,
    response,
    settings,
    site,
)

CLOSED = b"User-agent: *\nDisallow: /\n"
ALLOWED: dict[int, str] = {}


async def reason_of(fetching: Fetcher, url: str = URL) -> Reason | None:
    [found] = await asyncio.gather(fetching.fetch(Order(url)), return_exceptions=True)
    assert isinstance(found, Answer | FetchError)
    return found.reason if isinstance(found, FetchError) else None


@on_loop
async def test_what_is_disallowed_is_never_asked_for() -> None:
    rules = b"User-agent: *\nDisallow: /private\nAllow: /private/press$\nDisallow: /*?print="
    replies = dict.fromkeys(("/story", "/private/a", "/private/press"), PAGE)
    async with site({"/robots.txt": rules, **replies}) as served, fetcher(served.port) as fetching:
        base = "http://courier.example"
        assert await reason_of(fetching, f"{base}/story") is None
        assert await reason_of(fetching, f"{base}/private/press") is None
        assert await reason_of(fetching, f"{base}/private/a") is Reason.ROBOTS
        assert await reason_of(fetching, f"{base}/story?print=1") is Reason.ROBOTS
    assert served.paths() == ["/robots.txt", "/story", "/private/press"]


@pytest.mark.parametrize(
    ("rules", "is_allowed"),
    [
        (b"User-agent: broadsheet\nDisallow: /\n\nUser-agent: *\nDisallow:", False),
        (b"User-agent: Broadsheet\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        (b"User-agent: otherbot\nDisallow: /", True),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /", False),
        (b"<html><body>Welcome</body></html>", True),
        (b"", True),
        (b"\xff\xfe\0User-agent: *\n\0Disallow: /\n", True),
    ],
)
def test_the_group_of_our_product_token_counts_before_that_of_all(
    rules: bytes, is_allowed: bool
) -> None:
    assert parse_robots(rules, "http://courier.example/robots.txt").allows(URL) is is_allowed


@on_loop
async def test_an_order_may_leave_robots_aside() -> None:
    async with (
        site({"/robots.txt": CLOSED, "/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        answer = await fetching.fetch(Order(URL, check_robots=False))
        assert answer.content == PAGE
    assert served.paths() == ["/story"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 204])
def test_a_missing_robots_allows_everything(status: int) -> None:
    @on_loop
    async def check() -> None:
        async with (
            site({"/robots.txt": reply(b"", status), "/story": PAGE}) as served,
            fetcher(served.port) as fetching,
        ):
            assert await reason_of(fetching) is None
            robots = await fetching.robots(URL)
            assert (robots.status, robots.rules, robots.sitemaps) == (status, None, ())

    check()


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_unreachable_robots_postpones(status: int) -> None:
    @on_loop
    async def check() -> None:
        async with (
            site({"/robots.txt": reply(b"", status), "/story": PAGE}) as served,
            fetcher(served.port, retry_seconds=60.0) as fetching,
        ):
            for _ in range(3):
                with pytest.raises(FetchError) as caught:
                    await fetching.fetch(Order(URL))
                assert caught.value.reason is Reason.ROBOTS_UNREACHABLE
                assert caught.value.status == status
                assert caught.value.passing
            with pytest.raises(FetchError):
                await fetching.robots(URL)
        assert served.paths() == ["/robots.txt"]

    check()


@on_loop
async def test_a_robots_that_breaks_or_stalls_postpones() -> None:
    async def stall(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(20)
        return web.Response()

    async def broken(request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    for bad, detail in ((stall, "timeout"), (broken, "reset")):
        async with (
            site({"/robots.txt": bad, "/story": PAGE}) as served,
            fetcher(served.port, stall_seconds=0.2) as fetching,
        ):
            with pytest.raises(FetchError) as caught:
                await fetching.fetch(Order(URL))
        assert caught.value.reason is Reason.ROBOTS_UNREACHABLE
        assert (caught.value.detail or "").startswith(detail)
        assert served.paths() == ["/robots.txt"]


@on_loop
async def test_an_unreachable_robots_is_asked_for_again_after_a_while() -> None:
    async with (
        site({"/robots.txt": reply(b"", 500), "/story": PAGE}) as served,
        fetcher(served.port, retry_seconds=0.05) as fetching,
    ):
        assert await reason_of(fetching) is Reason.ROBOTS_UNREACHABLE
        served.replies["/robots.txt"] = b""
        while await reason_of(fetching) is Reason.ROBOTS_UNREACHABLE:
            await asyncio.sleep(0.01)
        assert await reason_of(fetching) is None
    assert served.paths() == ["/robots.txt", "/robots.txt", "/story", "/story"]


@on_loop
async def test_all_who_come_at_once_share_one_request_and_the_run_keeps_it() -> None:
    async with site({"/robots.txt": CLOSED}) as served:
        served.hold = 0.03
        async with fetcher(served.port) as fetching:
            first = asyncio.create_task(fetching.fetch(Order(URL)))
            others = [asyncio.create_task(reason_of(fetching)) for _ in range(5)]
            await asyncio.sleep(0.01)
            first.cancel()
            assert await asyncio.gather(*others) == [Reason.ROBOTS] * 5
            assert await reason_of(fetching) is Reason.ROBOTS
    assert served.paths() == ["/robots.txt"]


@on_loop
async def test_redirects_of_robots_are_followed_even_to_other_hosts() -> None:
    replies = {
        "courier.example/robots.txt": moved("http://press.example/rules"),
        "press.example/rules": CLOSED,
        "press.example/robots.txt": CLOSED,
    }
    async with site(replies) as served, fetcher(served.port, redirects=0) as fetching:
        assert await reason_of(fetching) is Reason.ROBOTS
    assert served.paths("press.example") == ["/rules"]


@on_loop
async def test_redirects_of_robots_that_lead_nowhere_mean_that_there_is_none() -> None:
    robots = moved("/robots.txt")
    async with (
        site({"/robots.txt": robots, "/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await reason_of(fetching) is None


@on_loop
async def test_a_robots_that_redirects_into_a_private_network_postpones() -> None:
    async with (
        site({"/robots.txt": moved("http://127.0.0.1/robots.txt"), "/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await reason_of(fetching) is Reason.ROBOTS_UNREACHABLE


@on_loop
async def test_each_host_on_the_way_has_its_own_robots() -> None:
    replies = {"courier.example/story": moved("http://closed.example/b"), "closed.example/b": PAGE}
    async with (
        site({**replies, "closed.example/robots.txt": CLOSED}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await reason_of(fetching) is Reason.ROBOTS
    assert served.paths("closed.example") == ["/robots.txt"]


@on_loop
async def test_the_first_500_kib_of_a_long_robots_count() -> None:
    line = b"# a long list of what nobody asked for\n"
    rules = b"User-agent: *\nDisallow: /story\n" + line * 60_000 + b"Disallow: /late\n"
    async with raw_server(b"") as server:
        port = server.port
    assert len(rules) > 2 * MOST_BYTES

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response(rules))

    listening = await asyncio.start_server(speak, "127.0.0.1", port)
    async with listening, fetcher(port) as fetching:
        robots = await fetching.robots(URL)
    assert not robots.allows(URL)
    assert robots.allows("http://courier.example/late")


def test_a_line_that_the_limit_cuts_does_not_count() -> None:
    rules = b"User-agent: *\nDisallow: /a\n"
    padding = b"#" * (MOST_BYTES - len(rules) - len(b"\nDisallow: /"))
    robots = parse_robots(rules + padding + b"\nDisallow: /b", "http://courier.example/robots.txt")
    assert robots.allows(URL)
    assert not robots.allows("http://courier.example/a")


def test_sitemaps_and_delay_are_read() -> None:
    rules = b"""Sitemap: https://courier.example/a.xml
        Sitemap: /b.xml
        Sitemap: https://courier.example/a.xml
        Sitemap: http://[
        User-agent: *
        Crawl-delay: 2.5
        User-agent: Broadsheet
        Crawl-delay: 4"""
    robots = parse_robots(rules, "https://courier.example/robots.txt")
    assert robots.sitemaps == ("https://courier.example/a.xml", "https://courier.example/b.xml")
    assert robots.crawl_delay == 4.0


@given(
    st.binary(max_size=400)
    | st.text(alphabet="User-agent:*Dislow /$?\n#", max_size=400).map(str.encode)
)
def test_any_bytes_are_a_robots(content: bytes) -> None:
    robots = parse_robots(content, "http://courier.example/robots.txt")
    assert robots.allows(URL) in (True, False)
    assert robots.crawl_delay >= 0


@on_loop
async def test_the_observer_sees_each_request_that_nobody_ordered() -> None:
    seen: list[tuple[Kind, str, int | None]] = []

    def observe(kind: Kind, url: str, found: Answer | FetchError) -> None:
        seen.append((kind, url, found.status))

    async with site({"/robots.txt": b"", "/story": PAGE}) as served:
        limits = settings(served.port)
        async with Fetcher(limits, user_agent="x", observer=observe) as fetching:
            await fetching.fetch(Order(URL))
            await fetching.fetch(Order(URL))
            await fetching.tdm_rights(URL)
            await fetching.tdm_rights(URL)
    assert seen == [
        ("robots", "http://courier.example/robots.txt", 200),
        ("tdmrep", "http://courier.example/.well-known/tdmrep.json", 404),
    ]
