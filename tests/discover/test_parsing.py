"""Parsing in processes that can be killed: no call has an effect on the next one."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from config.errors import WorkerError
from tasks.discover.feeds import read_feed
from tasks.discover.links import article_links, feed_and_sitemap_links
from tasks.discover.model import ListAddresses, ListedPage, Listing
from tasks.discover.parsing import Parsers
from tasks.discover.sitemaps import read_sitemap

URL = "https://courier.example/feed"
FEED = b"<rss version='2.0'><channel><item><link>https://courier.example/1</link></item></channel></rss>"
READ = Listing("feed", (ListedPage("https://courier.example/1"),))
# Takes minutes: feedparser's search for a document type is quadratic.
ENDLESS = b'<?xml version="1.0"?>' + b"\n" * 1_000_000 + b"<rss/>"
LONG = 60.0


def with_parsers(
    use: Callable[[Parsers], Awaitable[Any]], seconds: float = LONG, **how: int
) -> Any:
    """Run a coroutine function with a pool of parsers."""

    async def run() -> Any:
        async with Parsers(seconds, **how) as parsers:
            return await use(parsers)

    return asyncio.run(run())


def test_each_function_gives_the_same_result_in_a_worker() -> None:
    sitemap = b"<urlset><url><loc>/a</loc><lastmod>2024</lastmod></url></urlset>"
    page = b'<link rel=alternate type=application/rss+xml href=/rss><a href="/2024/03/01/a">A</a>'

    async def use(parsers: Parsers) -> list[Listing | ListAddresses]:
        return [
            await parsers.parse(read_feed, FEED, URL, (("Content-Type", "text/xml"),)),
            await parsers.parse(read_sitemap, sitemap, URL),
            await parsers.parse(article_links, page, URL),
            await parsers.parse(feed_and_sitemap_links, page, URL),
        ]

    assert with_parsers(use) == [
        READ,
        read_sitemap(sitemap, URL),
        article_links(page, URL),
        ListAddresses(feeds=("https://courier.example/rss",)),
    ]


def test_a_list_of_many_megabytes_is_parsed() -> None:
    urls = [f"https://courier.example/2024/03/01/{'x' * 400}-{n}" for n in range(20_000)]
    listing = with_parsers(
        lambda parsers: parsers.parse(read_sitemap, "\n".join(urls).encode(), URL)
    )
    assert [entry.url for entry in listing.entries] == urls


def test_a_call_that_takes_too_long_is_a_fault_and_the_next_one_works() -> None:
    async def use(parsers: Parsers) -> list[Listing]:
        return [
            await parsers.parse(read_feed, ENDLESS, URL, ()),
            await parsers.parse(read_feed, FEED, URL, ()),
        ]

    slow, good = with_parsers(use, seconds=1, count=1)
    assert slow == Listing("feed", fault="parsing took longer than 1 s")
    assert good == READ


def test_a_call_that_takes_long_does_not_hold_up_another() -> None:
    async def use(parsers: Parsers) -> bool:
        slow = asyncio.create_task(parsers.parse(read_feed, ENDLESS, URL, ()))
        results = [await parsers.parse(read_feed, FEED, URL, ()) for _ in range(3)]
        return results == [READ] * 3 and not slow.done()

    assert with_parsers(use, count=2)


def test_a_call_that_kills_its_process_is_a_fault_and_the_next_one_works() -> None:
    async def use(parsers: Parsers) -> list[Any]:
        return [
            await parsers.parse(os._exit, 3),
            await parsers.parse(read_feed, FEED, URL, ()),
        ]

    died, good = with_parsers(use, count=1)
    assert died.fault == "parsing killed its process"
    assert good == READ


def test_a_call_that_needs_too_much_memory_is_a_fault() -> None:
    async def use(parsers: Parsers) -> list[Any]:
        return [
            await parsers.parse(bytes, 3_000_000_000),
            await parsers.parse(read_feed, FEED, URL, ()),
        ]

    hungry, good = with_parsers(use, most_bytes=2_000_000_000)
    assert hungry.fault == "parsing needed more than 2000 MB"
    assert good == READ


def test_a_defect_is_a_fault() -> None:
    listing = with_parsers(lambda parsers: parsers.parse(read_feed, None, URL, ()))
    assert listing.fault is not None
    assert listing.fault.startswith("parsing failed: AttributeError")


def test_a_worker_that_is_killed_while_idle_costs_no_list() -> None:
    async def use(parsers: Parsers) -> Listing:
        os.kill(await parsers.parse(os.getpid), signal.SIGKILL)
        return await parsers.parse(read_feed, FEED, URL, ())

    assert with_parsers(use, count=1) == READ


async def start_endless_call(parsers: Parsers, sign: Path) -> "asyncio.Task[Any]":
    """Start a call that never ends, and return its task once it runs."""
    code = f"open({str(sign)!r}, 'w').close()\nwhile True: pass"
    task = asyncio.create_task(parsers.parse(exec, code))
    while not sign.exists():
        await asyncio.sleep(0.01)
    return task


def test_a_cancelled_call_leaves_no_answer_to_the_next(tmp_path: Path) -> None:
    async def use(parsers: Parsers) -> Listing:
        task = await start_endless_call(parsers, tmp_path / "begun")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await parsers.parse(read_feed, FEED, URL, ())

    assert with_parsers(use, count=1) == READ


def test_workers_are_used_again() -> None:
    async def use(parsers: Parsers) -> set[int]:
        return {await parsers.parse(os.getpid) for _ in range(5)}

    assert len(with_parsers(use)) == 1


def test_closing_kills_busy_workers_and_refuses_further_calls(tmp_path: Path) -> None:
    async def use() -> None:
        parsers = Parsers(LONG, count=1)
        pid = await parsers.parse(os.getpid)
        task = await start_endless_call(parsers, tmp_path / "begun")
        await parsers.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        with pytest.raises(WorkerError):
            await task
        with pytest.raises(WorkerError):
            await parsers.parse(read_feed, FEED, URL, ())

    asyncio.run(use())


SCRIPT = """
import asyncio, os, signal, sys
from tasks.discover.parsing import Parsers

async def main():
    signal.signal(signal.SIGINT, lambda *_: None)
    async with Parsers(1.5, count=1) as parsers:
        before = await parsers.parse(os.getpid)
        {rest}

asyncio.run(main())
"""
IDLE = "os.write(2, b'ready'); await asyncio.Event().wait()"
BUSY = "await parsers.parse(exec, \"import os; os.write(2, b'ready')\\nwhile True: pass\")"
INTERRUPTED = "os.killpg(0, signal.SIGINT); print(before == await parsers.parse(os.getpid))"


def start_parent(rest: str) -> subprocess.Popen[bytes]:
    """Start a process that has a pool of parsers and runs `rest`."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(rest=rest)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.mark.parametrize("rest", [IDLE, BUSY], ids=["idle", "busy"])
def test_a_worker_ends_when_its_parent_is_killed(rest: str) -> None:
    with start_parent(rest) as parent:
        assert parent.stderr is not None
        assert parent.stderr.read(5) == b"ready"
        parent.kill()
        # The worker shares its parent's standard error, which ends when both have ended.
        assert parent.stderr.read() == b""


def test_ctrl_c_does_not_reach_the_workers() -> None:
    with start_parent(INTERRUPTED) as parent:
        output, errors = parent.communicate(timeout=LONG)
    assert output.strip() == b"True", errors
