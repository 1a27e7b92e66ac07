"""What kind of company a block keeps, if its neighbours are as good as something else says."""

from typing import Final

import numpy as np

from tasks.process.body.hints import HINTS
from tasks.process.body.local import bits
from tasks.process.body.page import LEVELS, Column, Columns, Floats, Page, stacked

DEEPEST: Final = 60  # a vote from further down is nothing
DECAY: Final = 0.6  # of a block's vote for an element, per level up
WINDOWS: Final = (2, 6)  # blocks before and behind

COMPANY: Final = (
    "goodness", "goodness_before", "goodness_behind", "share_before", "share_behind",
    "path_density", "style_density", "section_density", "previous_text", "next_text",
    *(f"window_{reach}" for reach in WINDOWS),
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
        self._groups = self._words_of_groups()
        self._text_before, self._text_behind = self._texts_beside()
        self._windows = self._words_of_windows()
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
        per_element = [within / total, density, votes / max(float(votes[best]), 1e-6)]
        running = np.concatenate([[0.0], np.cumsum(weighed)])
        columns = [
            goodness, *_beside(goodness), running[:-1] / total, 1 - running[1:] / total,
            *(np.bincount(group, weighed)[group] / words for group, words in self._groups),
            goodness[self._text_before], goodness[self._text_behind],
            *((running[end] - running[first]) / words for first, end, words in self._windows),
            *stacked(per_element)[:, page.levels].reshape(-1, page.size),
            *self._towards_best(best, float(within[best]) / total, float(density[best])),
        ]  # fmt: skip
        return np.concatenate([stacked(columns), self._hints_below(best)], dtype=np.float32)

    def _words_of_groups(self) -> list[tuple[Column, ...]]:
        """Of blocks of the same path, of the same style, between the same two headings."""
        page = self._page
        groups = (page.path_group, page.style_group, np.cumsum(page.is_heading))
        return [
            (group, np.maximum(np.bincount(group, page.words), 1e-6)[group]) for group in groups
        ]

    def _texts_beside(self) -> Columns:
        """The nearest block before and behind that is no heading."""
        page = self._page
        numbers = np.arange(page.size)
        before = np.maximum.accumulate(np.where(page.is_heading, 0, numbers))
        reverse = np.where(page.is_heading, page.size - 1, numbers)[::-1]
        behind = np.minimum.accumulate(reverse)[::-1]
        return [
            np.concatenate([before[:1], before[:-1]]),
            np.concatenate([behind[1:], behind[-1:]]),
        ]

    def _words_of_windows(self) -> list[tuple[Column, ...]]:
        """Their first blocks, the blocks behind their last, and their words."""
        size = self._page.size
        words = np.concatenate([[0.0], np.cumsum(self._page.words)])
        numbers = np.arange(size)
        windows: list[tuple[Column, ...]] = []
        for reach in WINDOWS:
            first, end = np.maximum(numbers - reach, 0), np.minimum(numbers + reach + 1, size)
            windows.append((first, end, words[end] - words[first]))
        return windows

    def _towards_best(self, best: int, share: float, density: float) -> Columns:
        """Where a block stands towards the element with most votes."""
        page = self._page
        numbers, whole = np.arange(page.size), np.ones(page.size)
        inside = (numbers >= page.first[best]) & (numbers < page.end[best])
        steps = np.where(inside, page.depth[page.owner] - page.depth[best], -1)
        below = np.where(page.depth > page.depth[best], page.link_share_within, 0)
        linked = np.where(inside, below[page.levels].max(axis=0), 1)
        return [inside, np.minimum(steps, 8) / 8, whole * share, whole * density, linked]

    def _hints_below(self, best: int) -> Column:
        """The hints on the way up to the best element, which is left out."""
        page = self._page
        numbers = np.arange(len(page.parent))
        is_below = (numbers > best) & (numbers < page.box_end[best])
        return bits(page.gathered(np.where(is_below, page.hints, 0)))


def _beside(values: Floats) -> Columns:
    edge = np.zeros(1, values.dtype)
    return [np.concatenate([edge, values[:-1]]), np.concatenate([values[1:], edge])]
