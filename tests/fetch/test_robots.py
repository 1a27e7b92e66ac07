"""Obedience to robots.txt (RFC 9309), checked at the server."""

import asyncio

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.fetcher import Fetcher
from tasks.fetch.model import FetchError, RequestKind
from tasks.fetch.orders import FetchOrder
from tasks.fetch.robots import ROBOTS_BYTES, parse_robots
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer
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


async def reason_of(fetching: Fetcher, url: str = URL) -> FetchReason | None:
    [found] = await asyncio.gather(fetching.fetch(FetchOrder(url)), return_exceptions=True)
    assert isinstance(found, Answer | FetchError)
    return found.reason if isinstance(found, FetchError) else None


@on_loop
async def test_a_disallowed_page_is_never_requested() -> None:
    rules = b"User-agent: *\nDisallow: /private\nAllow: /private/press$\nDisallow: /*?print="
    replies = dict.fromkeys(("/story", "/private/a", "/private/press"), PAGE)
    async with site({"/robots.txt": rules, **replies}) as served, fetcher(served.port) as fetching:
        base = "http://courier.example"
        assert await reason_of(fetching, f"{base}/story") is None
        assert await reason_of(fetching, f"{base}/private/press") is None
        assert await reason_of(fetching, f"{base}/private/a") is FetchReason.ROBOTS
        assert await reason_of(fetching, f"{base}/story?print=1") is FetchReason.ROBOTS
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
def test_the_group_of_our_product_token_is_preferred_to_the_general_one(
    rules: bytes, is_allowed: bool
) -> None:
    assert parse_robots(rules, "http://courier.example/robots.txt").allows(URL) is is_allowed


@on_loop
async def test_an_order_may_skip_robots_txt() -> None:
    async with (
        site({"/robots.txt": CLOSED, "/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        answer = await fetching.fetch(FetchOrder(URL, check_robots=False))
        assert answer.content == PAGE
    assert served.paths() == ["/story"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 204])
def test_a_missing_robots_txt_allows_everything(status: int) -> None:
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
def test_an_unreachable_robots_txt_postpones_the_page(status: int) -> None:
    @on_loop
    async def check() -> None:
        async with (
            site({"/robots.txt": reply(b"", status), "/story": PAGE}) as served,
            fetcher(served.port, retry_seconds=60.0) as fetching,
        ):
            for _ in range(3):
                with pytest.raises(FetchError) as caught:
                    await fetching.fetch(FetchOrder(URL))
                assert caught.value.reason is FetchReason.ROBOTS_UNREACHABLE
                assert caught.value.status == status
                assert caught.value.passing
            with pytest.raises(FetchError):
                await fetching.robots(URL)
        assert served.paths() == ["/robots.txt"]

    check()


@on_loop
async def test_a_robots_txt_that_breaks_or_stalls_postpones_the_page() -> None:
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
                await fetching.fetch(FetchOrder(URL))
        assert caught.value.reason is FetchReason.ROBOTS_UNREACHABLE
        assert (caught.value.detail or "").startswith(detail)
        assert served.paths() == ["/robots.txt"]


@on_loop
async def test_an_unreachable_robots_txt_is_requested_again_after_a_while() -> None:
    async with (
        site({"/robots.txt": reply(b"", 500), "/story": PAGE}) as served,
        fetcher(served.port, retry_seconds=0.05) as fetching,
    ):
        assert await reason_of(fetching) is FetchReason.ROBOTS_UNREACHABLE
        served.replies["/robots.txt"] = b""
        while await reason_of(fetching) is FetchReason.ROBOTS_UNREACHABLE:
            await asyncio.sleep(0.01)
        assert await reason_of(fetching) is None
    assert served.paths() == ["/robots.txt", "/robots.txt", "/story", "/story"]


@on_loop
async def test_concurrent_fetches_share_one_request_whose_answer_is_kept() -> None:
    async with site({"/robots.txt": CLOSED}) as served:
        served.hold = 0.03
        async with fetcher(served.port) as fetching:
            first = asyncio.create_task(fetching.fetch(FetchOrder(URL)))
            others = [asyncio.create_task(reason_of(fetching)) for _ in range(5)]
            await asyncio.sleep(0.01)
            first.cancel()
            assert await asyncio.gather(*others) == [FetchReason.ROBOTS] * 5
            assert await reason_of(fetching) is FetchReason.ROBOTS
    assert served.paths() == ["/robots.txt"]


@on_loop
async def test_redirects_of_robots_txt_are_followed_even_to_other_hosts() -> None:
    replies = {
        "courier.example/robots.txt": moved("http://press.example/rules"),
        "press.example/rules": CLOSED,
        "press.example/robots.txt": CLOSED,
    }
    async with site(replies) as served, fetcher(served.port, redirects=0) as fetching:
        assert await reason_of(fetching) is FetchReason.ROBOTS
    assert served.paths("press.example") == ["/rules"]


@on_loop
async def test_a_redirect_loop_of_robots_txt_counts_as_a_missing_one() -> None:
    robots = moved("/robots.txt")
    async with (
        site({"/robots.txt": robots, "/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await reason_of(fetching) is None


@on_loop
async def test_a_robots_txt_that_redirects_into_a_private_network_postpones_the_page() -> None:
    async with (
        site({"/robots.txt": moved("http://127.0.0.1/robots.txt"), "/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await reason_of(fetching) is FetchReason.ROBOTS_UNREACHABLE


@on_loop
async def test_each_host_in_a_chain_of_redirects_has_its_own_robots_txt() -> None:
    replies = {"courier.example/story": moved("http://closed.example/b"), "closed.example/b": PAGE}
    async with (
        site({**replies, "closed.example/robots.txt": CLOSED}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await reason_of(fetching) is FetchReason.ROBOTS
    assert served.paths("closed.example") == ["/robots.txt"]


@on_loop
async def test_the_first_500_kib_of_a_long_robots_txt_are_read() -> None:
    line = b"# a long list of what nobody asked for\n"
    rules = b"User-agent: *\nDisallow: /story\n" + line * 60_000 + b"Disallow: /late\n"
    async with raw_server(b"") as server:
        port = server.port
    assert len(rules) > 2 * ROBOTS_BYTES

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response(rules))

    listening = await asyncio.start_server(speak, "127.0.0.1", port)
    async with listening, fetcher(port) as fetching:
        robots = await fetching.robots(URL)
    assert not robots.allows(URL)
    assert robots.allows("http://courier.example/late")


def test_a_line_that_is_cut_by_the_limit_is_ignored() -> None:
    rules = b"User-agent: *\nDisallow: /a\n"
    padding = b"#" * (ROBOTS_BYTES - len(rules) - len(b"\nDisallow: /"))
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
def test_any_bytes_are_a_valid_robots_txt(content: bytes) -> None:
    robots = parse_robots(content, "http://courier.example/robots.txt")
    assert robots.allows(URL) in (True, False)
    assert robots.crawl_delay >= 0


@on_loop
async def test_the_observer_is_called_with_each_request_for_a_site_file() -> None:
    seen: list[tuple[RequestKind, str, int | None]] = []

    def observe(kind: RequestKind, url: str, found: Answer | FetchError) -> None:
        seen.append((kind, url, found.status))

    async with site({"/robots.txt": b"", "/story": PAGE}) as served:
        limits = settings(served.port)
        async with Fetcher(limits, user_agent="x", observer=observe) as fetching:
            await fetching.fetch(FetchOrder(URL))
            await fetching.fetch(FetchOrder(URL))
            await fetching.tdm_rights(URL)
            await fetching.tdm_rights(URL)
    assert seen == [
        ("robots", "http://courier.example/robots.txt", 200),
        ("tdmrep", "http://courier.example/.well-known/tdmrep.json", 404),
    ]
