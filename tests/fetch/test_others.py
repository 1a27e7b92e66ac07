"""Who waits for slow hosts, and until when."""

import asyncio

from tasks.fetch.others import Others
from tests.fetch.servers import on_loop

LONG = 3_600.0


@on_loop
async def test_nobody_waits_where_there_is_nothing_else_to_do() -> None:
    assert not await Others().wait("a", LONG)


@on_loop
async def test_those_who_wait_are_told_when_the_last_other_is_done() -> None:
    others = Others(3)
    waiting = [asyncio.create_task(others.wait(name, LONG)) for name in ("a", "b", "b")]
    await asyncio.sleep(0.01)
    assert not any(task.done() for task in waiting)
    others.finish()
    assert await asyncio.gather(*waiting) == [False, False, False]
    assert others.are_done


@on_loop
async def test_the_time_may_come_before_the_others_are_done() -> None:
    others = Others(2)
    assert await others.wait("a", 0.01)
    others.finish()
    assert not others.are_done, "the one that waited is at work again"


@on_loop
async def test_no_more_than_so_many_wait_at_the_same_time() -> None:
    others = Others(3, most_waiting=1)
    waiting = asyncio.create_task(others.wait("a", LONG))
    await asyncio.sleep(0.01)
    assert not await others.wait("b", LONG)
    waiting.cancel()
