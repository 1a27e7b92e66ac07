"""What kind of company a block keeps, if its neighbours are as good as something else says."""

from typing import Final

import numpy as np

from tasks.process.body.hints import HINTS
from tasks.process.body.local import bits
from tasks.process.body.page import LEVELS, Column, Floats, Ints, Page, rows_of

DEEPEST: Final = 60  # a vote from further down is nothing
DECAY: Final = 0.6  # of a block's vote for an element, per level up
WINDOWS: Final = np.array([[2], [6]])  # blocks before and behind

COMPANY: Final = (
    "goodness", "goodness_before", "goodness_behind", "share_before", "share_behind",
    "path_density", "style_density", "section_density", "previous_text", "next_text",
    *(f"window_{reach}" for reach in WINDOWS.flat),
    *(f"share_{level}" for level in range(LEVELS)),
    *(f"density_{level}" for level in range(LEVELS)),
    *(f"votes_{level}" for level in range(LEVELS)),
    "in_best", "steps_to_best", "best_share", "best_density", "link_share_below_best",
    *(f"below_best_{name}" for name in HINTS),
)  # fmt: skip


class Company:
    """Who stands beside whom on a page, worked out once for every goodness that is asked about."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._numbers = page.groups.ravel()
        self._words_of_group = np.maximum(self._sums_of_groups(page.words), 1e-6)
        self._texts_beside = _texts_beside(page)
        self._window = _windows(page.size)
        self._words_of_window = self._sums_of_windows(_running(page.words))
        self._fading = DECAY ** np.minimum(page.depth, DEEPEST)

    def features(self, goodness: Floats) -> Floats:
        """What a goodness from 0 to 1 per block tells of the company that the blocks keep.

        Returns:
            One row for each of `COMPANY`, one column a block.
        """
        page = self._page
        weighed = goodness * page.words
        within, votes = page.within([weighed, weighed * self._fading[page.owner]])
        votes = votes / self._fading
        best = int(votes.argmax())
        total = max(float(within[0]), 1e-6)
        density = within / np.maximum(page.words_within, 1)
        per_element = np.array([within / total, density, votes / max(float(votes[best]), 1e-6)])
        running = _running(weighed)
        share = running / total
        return rows_of([
            np.array([goodness, *_beside(goodness), share[:-1], 1 - share[1:]]),
            self._sums_of_groups(weighed) / self._words_of_group,
            goodness[self._texts_beside],
            self._sums_of_windows(running) / self._words_of_window,
            per_element[:, page.levels].reshape(-1, page.size),
            self._towards_best(best, float(within[best]) / total, float(density[best])),
            self._hints_below(best),
        ])  # fmt: skip

    def _sums_of_groups(self, values: Floats) -> Floats:
        """Per kind of group and block: of the blocks of its group."""
        sums: Column = np.bincount(
            self._numbers, weights=np.concatenate([values] * len(self._page.groups))
        )
        of_block: Floats = sums[self._page.groups]
        return of_block

    def _sums_of_windows(self, running: Floats) -> Floats:
        first, end = self._window
        of_block: Floats = running[end] - running[first]
        return of_block

    def _towards_best(self, best: int, share: float, density: float) -> Column:
        """Where a block stands towards the element with most votes."""
        page = self._page
        inside = np.zeros(page.size, np.bool_)
        inside[page.first[best] : page.end[best]] = True
        steps = np.minimum(page.depth[page.owner] - page.depth[best], 8)
        below = np.where(page.depth > page.depth[best], page.link_share_within, 0)
        towards = np.empty((5, page.size))
        towards[0] = inside
        towards[1] = np.where(inside, steps, -1)
        towards[2], towards[3] = share, density
        towards[4] = np.where(inside, below[page.levels].max(axis=0), 1)
        return towards

    def _hints_below(self, best: int) -> Column:
        """The hints on the way up to the best element, which is left out."""
        page = self._page
        numbers = np.arange(len(page.parent))
        is_below = (numbers > best) & (numbers < page.box_end[best])
        return bits(page.gathered(np.where(is_below, page.hints, 0)))


def _texts_beside(page: Page) -> Ints:
    """The nearest block before each, and behind, that is no heading."""
    numbers = np.arange(page.size)
    before = np.maximum.accumulate(np.where(page.is_heading, 0, numbers))
    reverse = np.where(page.is_heading, page.size - 1, numbers)[::-1]
    beside = np.array([before, np.minimum.accumulate(reverse)[::-1]])
    beside[0, 1:], beside[1, :-1] = beside[0, :-1].copy(), beside[1, 1:].copy()
    return beside


def _windows(size: int) -> tuple[Ints, Ints]:
    """Per reach and block the first block, and the one behind the last."""
    numbers = np.arange(size)
    return np.maximum(numbers - WINDOWS, 0), np.minimum(numbers + WINDOWS + 1, size)


def _running(values: Floats) -> Floats:
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums


def _beside(values: Floats) -> Floats:
    beside = np.zeros((2, len(values)), values.dtype)
    beside[0, 1:], beside[1, :-1] = values[:-1], values[1:]
    return beside
