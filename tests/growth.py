"""Whether work grows in line with its input: told by the ratio of times, never by seconds."""

import time
from collections.abc import Callable

MEASURABLE = 0.008  # seconds of processor time; of a quarter of that, noise does not decide
TIMES = 4
MOST_RATIO = 9.0  # between linear (4) and quadratic (16)
MOST_SIZE = 400_000
ROUNDS = 5


def is_linear(work: Callable[[int], object], size: int = 4_000) -> bool:
    """Return whether four times the size takes about four times as long.

    The size grows until the time can be measured; work that stays faster than that is linear
    enough. Work that is bounded, such as `[^>]{0,300}`, grows like its square up to the bound and
    not beyond: it must grow so twice in a row.

    Args:
        work: does it for an input of so many characters or bytes.
    """
    while min(_time(work, size) for _ in range(3)) < MEASURABLE:
        if size >= MOST_SIZE:
            return True
        size *= 2
    return any(_grows_in_line(work, larger) for larger in (size, TIMES * size))


def _grows_in_line(work: Callable[[int], object], size: int) -> bool:
    """Return whether the size takes hardly more than four times as long as a quarter of it.

    Both are measured by turns, and the best time of each counts, because other processes only ever
    add to a time.
    """
    times = [(_time(work, size), _time(work, size // TIMES)) for _ in range(ROUNDS)]
    return min(large for large, _ in times) < MOST_RATIO * min(small for _, small in times)


def _time(work: Callable[[int], object], size: int) -> float:
    started = time.thread_time()
    work(size)
    return time.thread_time() - started
