"""Concurrent coroutines, none of which survives a failure of another."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def run_together(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines to their end; when one fails, cancel the others and wait for them.

    `asyncio.gather` would let the others run on, although their files are closed already, and a
    TaskGroup would wrap the error.
    """
    running = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*running)
    except BaseException:
        # Also for cancellation and Ctrl-C: no task may outlive the files that it writes to.
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        raise
