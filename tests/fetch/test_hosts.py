"""Politeness towards hosts, measured at the servers."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from aiohttp import web

from tasks.fetch.fetcher import Fetcher
from tasks.fetch.hosts import parse_retry_after
from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer
from tests.fetch.servers import PAGE, Reply, Site, fetcher, moved, on_loop, raw_server, reply, site

DELAY = 0.05
HELD = 0.03
# Client and server read the clock at slightly different times.
SLACK = 0.005


def pages(host: str, count: int) -> list[str]:
    return [f"http://{host}/{number}" for number in range(count)]


async def outcomes(
    fetching: Fetcher, urls: list[str], delay: float | None = None
) -> list[Answer | FetchError]:
    """Return the outcomes of concurrent fetches."""
    found = await asyncio.gather(
        *(fetching.fetch(FetchOrder(url, delay=delay)) for url in urls), return_exceptions=True
    )
    assert all(isinstance(one, Answer | FetchError) for one in found)
    return [one for one in found if isinstance(one, Answer | FetchError)]


def reasons(found: list[Answer | FetchError]) -> list[FetchReason | int]:
    return [one.status if isinstance(one, Answer) else one.reason for one in found]


def assert_polite(served: Site, delay: float, host: str = "courier.example") -> None:
    visits = sorted((v for v in served.visits if v.host == host), key=lambda visit: visit.started)
    assert served.most_at_once[host] == 1
    for before, after in pairwise(visits):
        assert after.started - before.ended >= delay - SLACK


@on_loop
async def test_requests_to_a_host_with_a_delay_are_consecutive_and_not_faster() -> None:
    async with site(dict.fromkeys(("/0", "/1", "/2", "/3"), PAGE)) as served:
        served.hold = HELD
        async with fetcher(served.port, delay=DELAY) as fetching:
            found = await outcomes(fetching, pages("courier.example", 4))
    assert reasons(found) == [200] * 4
    assert served.paths() == ["/robots.txt", "/0", "/1", "/2", "/3"]
    assert_polite(served, DELAY)
    assert [one.waited_seconds >= DELAY for one in found] == [True] * 4


@on_loop
async def test_robots_txt_reservations_redirects_and_failures_take_turns_too() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    replies: dict[str, bytes | Reply] = {
        "/0": moved("/1"),
        "/1": moved("/2"),
        "/2": PAGE,
        "/3": broken,
    }
    async with site(replies) as served:
        served.hold = HELD
        async with fetcher(served.port, delay=DELAY) as fetching:
            await asyncio.gather(
                outcomes(fetching, pages("courier.example", 5)),
                fetching.tdm_rights("http://courier.example/0"),
            )
    assert len(served.visits) == 10
    assert_polite(served, DELAY)


@on_loop
async def test_http_and_https_of_a_name_are_one_host() -> None:
    async with fetcher(1) as fetching:
        here = fetching.host_of("http://courier.example/a")
        assert fetching.host_of("https://courier.example:443/b") is here
        assert fetching.host_of("https://courier.example:8443/b") is not here


@on_loop
async def test_the_delay_of_a_source_overrides_the_setting() -> None:
    async with (
        site(dict.fromkeys(("/0", "/1", "/2"), PAGE)) as served,
        fetcher(served.port, delay=30.0) as fetching,
    ):
        found = await outcomes(fetching, pages("courier.example", 3), delay=DELAY)
    assert reasons(found) == [200] * 3
    assert_polite(served, DELAY)


@on_loop
async def test_a_crawl_delay_is_obeyed_if_it_is_longer() -> None:
    robots = b"User-agent: *\nCrawl-delay: 0.2"
    async with (
        site({"/robots.txt": robots, "/0": PAGE, "/1": PAGE}) as served,
        fetcher(served.port, delay=DELAY) as fetching,
    ):
        await outcomes(fetching, pages("courier.example", 2))
        assert fetching.host_of("http://courier.example/").crawl_delay == 0.2
    assert_polite(served, 0.2)


@on_loop
async def test_a_host_without_a_delay_gets_a_few_concurrent_requests_in_order() -> None:
    urls = pages("courier.example", 9)
    async with site({f"/{number}": PAGE for number in range(9)}) as served:
        served.hold = HELD
        async with fetcher(served.port, host_connections=3) as fetching:
            await outcomes(fetching, urls)
    assert served.most_at_once["courier.example"] == 3
    rounds = [set(served.paths()[1:][first : first + 3]) for first in (0, 3, 6)]
    assert rounds == [{"/0", "/1", "/2"}, {"/3", "/4", "/5"}, {"/6", "/7", "/8"}]


@on_loop
async def test_a_slow_host_does_not_delay_another() -> None:
    async def stall(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(20)
        return web.Response()

    async with (
        site({"slow.example/0": stall, "/0": PAGE}) as served,
        fetcher(served.port, delay=1.0) as fetching,
    ):
        slow = asyncio.create_task(fetching.fetch(FetchOrder("http://slow.example/0", delay=0.0)))
        quick = await fetching.fetch(FetchOrder("http://quick.example/0", delay=0.0))
        assert quick.content == PAGE
        assert not slow.done()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow


@on_loop
async def test_a_cancelled_request_gives_up_its_turn() -> None:
    async with (
        site({"/0": PAGE, "/1": PAGE}) as served,
        fetcher(served.port, delay=DELAY) as fetching,
    ):
        await fetching.robots("http://courier.example/")
        first, second = (
            asyncio.create_task(fetching.fetch(FetchOrder(url)))
            for url in pages("courier.example", 2)
        )
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).content == PAGE
    assert served.paths() == ["/robots.txt", "/1"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_requests_to_a_host_pause_as_long_as_it_asks(status: int, form: str) -> None:
    @on_loop
    async def check() -> None:
        until = datetime.now(UTC) + timedelta(seconds=2)
        asked = "1" if form == "seconds" else format_datetime(until, usegmt=True)
        busy = reply(b"", status, {"Retry-After": asked})
        async with (
            site({"/0": busy, "/1": PAGE, "other.example/0": PAGE}) as served,
            fetcher(served.port) as fetching,
        ):
            await fetching.robots("http://courier.example/")
            [refusal] = await outcomes(fetching, pages("courier.example", 1))
            assert isinstance(refusal, FetchError)
            assert refusal.status == status
            assert refusal.passing
            assert 0 < (refusal.retry_after or 0) <= 2
            ended = time.monotonic()
            other = await fetching.fetch(FetchOrder("http://other.example/0"))
            assert time.monotonic() - ended < (refusal.retry_after or 0)
            answer = await fetching.fetch(FetchOrder("http://courier.example/1"))
        waited = served.visits[-1].started - served.visits[1].ended
        assert waited >= (refusal.retry_after or 0) - SLACK
        assert answer.waited_seconds > other.waited_seconds

    check()


@on_loop
async def test_pauses_for_a_busy_host_grow_if_it_names_no_time() -> None:
    async with (
        site({"/0": reply(b"", 429)}) as served,
        fetcher(served.port, retry_seconds=0.1) as fetching,
    ):
        await fetching.robots("http://courier.example/")
        for _ in range(3):
            await outcomes(fetching, pages("courier.example", 1))
        served.replies["/0"] = PAGE
        await outcomes(fetching, pages("courier.example", 1))
    pauses = [after.started - before.ended for before, after in pairwise(served.visits[1:])]
    assert [pause >= least - SLACK for pause, least in zip(pauses, (0.1, 0.2, 0.4), strict=True)]
    assert pauses[2] >= 0.4 - SLACK


@on_loop
async def test_a_host_that_asks_for_too_long_a_pause_is_given_up() -> None:
    async with (
        site({"/0": reply(b"", 429, {"Retry-After": "7200"})}) as served,
        fetcher(served.port, host_connections=1) as fetching,
    ):
        found = await outcomes(fetching, pages("courier.example", 3))
        assert reasons(found) == [
            FetchReason.RATE_LIMITED,
            FetchReason.HOST_GIVEN_UP,
            FetchReason.HOST_GIVEN_UP,
        ]
        assert isinstance(found[0], FetchError)
        assert found[0].retry_after == 7200
        given_up = fetching.host_of("http://courier.example/").given_up
        assert given_up == "status 429, and it asked for a pause of 7200 s"
    assert served.paths() == ["/robots.txt", "/0"]


@on_loop
async def test_a_host_that_fails_repeatedly_is_given_up_for_all_waiting_requests() -> None:
    async with (
        site({f"/{n}": reply(b"", 500) for n in range(6)}) as served,
        fetcher(served.port, host_failures=3, delay=0.01) as fetching,
    ):
        found = await outcomes(fetching, pages("courier.example", 6))
        assert reasons(found) == [FetchReason.SERVER_ERROR] * 3 + [FetchReason.HOST_GIVEN_UP] * 3
        assert fetching.host_of("http://courier.example/").failures == 3
        served.replies["/0"] = PAGE
        again = await outcomes(fetching, pages("other.example", 1))
        assert reasons(again) == [200]
    assert len(served.paths()) == 4


@on_loop
async def test_broken_connections_count_as_failures() -> None:
    async with raw_server(b"") as server, fetcher(server.port, host_failures=2) as fetching:
        found = [(await outcomes(fetching, pages("courier.example", 1)))[0] for _ in range(3)]
    assert reasons(found) == [FetchReason.RESET, FetchReason.RESET, FetchReason.HOST_GIVEN_UP]
    assert isinstance(found[2], FetchError)
    assert found[2].detail == "2 failures in a row, the last: reset"


@on_loop
async def test_any_usable_answer_ends_a_series_of_failures() -> None:
    bad, gone = reply(b"", 500), reply(b"", 404)
    async with (
        site({"/0": bad, "/1": gone, "/2": bad, "/3": PAGE, "/4": bad}) as served,
        fetcher(served.port, host_failures=2, host_connections=1) as fetching,
    ):
        found = await outcomes(fetching, pages("courier.example", 5))
        assert fetching.host_of("http://courier.example/").given_up is None
    assert FetchReason.HOST_GIVEN_UP not in reasons(found)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 30, 999_999_999_999.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header) == seconds
