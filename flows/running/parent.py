"""A watch on the parent process, for processes that must not outlive it.

Without it, the processes of a killed service would go on unsupervised. There is no portable signal
for the death of a parent, so a thread compares the parent's process id once a second.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def bound_to_parent(
    when_gone: Callable[[Event], None], parent: int | None = None
) -> Iterator[None]:
    """Call a function, in a thread, if the parent process dies while the block runs.

    Args:
        when_gone: the function; its argument is an event that is set when the block has ended.
        parent: the parent's process id; None: the present parent's. A process that takes seconds to
            load must pass it, because its parent may die before this call.
    """
    ended = Event()
    Thread(target=_watch, args=(parent or os.getppid(), ended, when_gone), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _watch(parent: int, ended: Event, when_gone: Callable[[Event], None]) -> None:
    while not ended.wait(1.0):
        if os.getppid() != parent:  # an orphan belongs to another process, such as init
            when_gone(ended)
            return
