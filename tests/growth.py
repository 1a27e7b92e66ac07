"""Whether work grows in line with its input: told by the ratio of times, never by seconds."""

import time
from collections.abc import Callable

MEASURABLE = 0.008  # seconds of processor time; of a quarter of that, noise does not decide
TIMES = 4
MOST_RATIO = 9.0  # between linear (4) and quadratic (16)
MOST_SIZE = 400_000


def is_linear(work: Callable[[int], object], size: int = 4_000) -> bool:
    """Return whether four times the size takes about four times as long.

    The size grows until the time can be measured; work that stays faster than that is linear
    enough. The best of several times counts, because other processes only ever add to them. Work
    that is bounded, such as `[^>]{0,300}`, grows like its square up to the bound and not beyond:
    it must grow so at both sizes, each time that they are measured.

    Args:
        work: does it for an input of so many characters or bytes.
    """
    while best_time(work, size) < MEASURABLE:
        if size >= MOST_SIZE:
            return True
        size *= 2
    return any(
        best_time(work, larger) < MOST_RATIO * best_time(work, larger // TIMES)
        for larger in (size, TIMES * size, size, TIMES * size)
    )


def best_time(work: Callable[[int], object], size: int, repeats: int = 3) -> float:
    """Return the least seconds of processor time that the work took."""
    return min(_time(work, size) for _ in range(repeats))


def _time(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
