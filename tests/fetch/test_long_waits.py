"""Waiting for slow hosts, which ends when no other work is left."""

import asyncio

from tasks.fetch.long_waits import OtherWork
from tests.fetch.servers import on_loop

LONG = 3_600.0


@on_loop
async def test_nobody_waits_if_there_is_no_other_work() -> None:
    assert not await OtherWork().wait("a", LONG)


@on_loop
async def test_waiting_ends_when_the_last_other_work_is_done() -> None:
    other_work = OtherWork(3)
    waiting = [asyncio.create_task(other_work.wait(name, LONG)) for name in ("a", "b", "b")]
    await asyncio.sleep(0.01)
    assert not any(task.done() for task in waiting)
    other_work.finish()
    assert await asyncio.gather(*waiting) == [False, False, False]
    assert other_work.is_done


@on_loop
async def test_the_waiting_time_may_pass_before_other_work_is_done() -> None:
    other_work = OtherWork(2)
    assert await other_work.wait("a", 0.01)
    other_work.finish()
    assert not other_work.is_done, "the piece that waited is at work again"


@on_loop
async def test_the_number_of_waiting_pieces_is_limited() -> None:
    other_work = OtherWork(3, most_waiting=1)
    waiting = asyncio.create_task(other_work.wait("a", LONG))
    await asyncio.sleep(0.01)
    assert not await other_work.wait("b", LONG)
    waiting.cancel()
