"""Processes that must not outlive the one that started them: orphans would work unsupervised."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def bound_to_parent(
    when_gone: Callable[[Event], None], parent: int | None = None
) -> Iterator[None]:
    """Calls `when_gone`, in a thread, should the parent process die while the block runs.

    Args:
        when_gone: is given an event that is set once the block has ended.
        parent: its process id; None: of the process that is the parent now.
    """
    ended = Event()
    Thread(target=_watch, args=(parent or os.getppid(), ended, when_gone), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _watch(parent: int, ended: Event, when_gone: Callable[[Event], None]) -> None:
    while not ended.wait(1.0):
        if os.getppid() != parent:
            when_gone(ended)
            return
