"""A sign of life during a wait that may last a minute: a spinner, or a line now and then in a pipe.

It isolates the thread that counts the seconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from rich.console import Console

_PIPE_SECONDS: Final = 5.0  # between two lines where there is no terminal


@contextmanager
def waiting(console: Console, words: str) -> Iterator[None]:
    """Show the words and the seconds that have passed, while the block runs.

    Args:
        words: what is waited for, such as "Starting Prefect's server".
    """
    started = time.monotonic()
    ended = Event()
    with console.status(words) as status:

        def count() -> None:
            while not ended.wait(1.0 if console.is_terminal else _PIPE_SECONDS):
                passed = f"{words}: {time.monotonic() - started:.0f} s"
                if console.is_terminal:
                    status.update(passed)
                else:
                    console.print(passed)

        counter = Thread(target=count, daemon=True)
        counter.start()
        try:
            yield
        finally:
            ended.set()
            counter.join()
    console.print(f"{words}: done after {time.monotonic() - started:.0f} s.")
