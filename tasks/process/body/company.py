"""What kind of company a block keeps, if its neighbours are as good as something else says."""

from typing import Final

import numpy as np

from tasks.process.body.hints import HINTS
from tasks.process.body.local import bits, gathered
from tasks.process.body.page import LEVELS, Columns, Floats, Ints, Page

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


def company_features(page: Page, goodness: Floats) -> Floats:
    """Columns `COMPANY` for a goodness from 0 to 1 per block."""
    weighed = goodness * page.words
    within, words = page.within(weighed), page.within(page.words)
    total = max(float(within[0]), 1e-6)
    shares = [within[level] / total for level in page.levels]
    densities = [within[level] / np.maximum(words[level], 1) for level in page.levels]
    running = np.concatenate([[0.0], np.cumsum(weighed)])
    votes = _votes(page, weighed)
    best = int(votes.argmax())
    columns = [
        goodness, *_beside(goodness), running[:-1] / total, 1 - running[1:] / total,
        *_mean_of_groups(page, weighed), *_texts_beside(page, goodness),
        *_windows(page, weighed), *shares, *densities,
        *(votes[level] / max(float(votes[best]), 1e-6) for level in page.levels),
        *_towards_best(page, best, within, words),
    ]  # fmt: skip
    below = bits(_hints_below(page, best))
    return np.hstack([np.stack(columns, axis=1), below]).astype(np.float32)


def _beside(values: Floats) -> Columns:
    edge = np.zeros(1, values.dtype)
    return [np.concatenate([edge, values[:-1]]), np.concatenate([values[1:], edge])]


def _mean_of_groups(page: Page, weighed: Floats) -> Columns:
    """Over blocks of the same path, of the same style, between the same two headings."""
    groups = (page.path_group, page.style_group, np.cumsum(page.is_heading))
    return [
        (np.bincount(group, weighed) / np.maximum(np.bincount(group, page.words), 1e-6))[group]
        for group in groups
    ]


def _texts_beside(page: Page, goodness: Floats) -> Columns:
    """Of the nearest block before and behind that is no heading."""
    numbers = np.arange(page.size)
    before = np.maximum.accumulate(np.where(page.is_heading, 0, numbers))
    reverse = np.where(page.is_heading, page.size - 1, numbers)[::-1]
    behind = np.minimum.accumulate(reverse)[::-1]
    shifted = np.concatenate([before[:1], before[:-1]])
    return [goodness[shifted], goodness[np.concatenate([behind[1:], behind[-1:]])]]


def _windows(page: Page, weighed: Floats) -> Columns:
    good = np.concatenate([[0.0], np.cumsum(weighed)])
    words = np.concatenate([[0.0], np.cumsum(page.words)])
    numbers = np.arange(page.size)
    means = []
    for reach in WINDOWS:
        first, end = np.maximum(numbers - reach, 0), np.minimum(numbers + reach + 1, page.size)
        means.append((good[end] - good[first]) / (words[end] - words[first]))
    return means


def _votes(page: Page, weighed: Floats) -> Floats:
    """Per element the good words within, each the less the deeper it lies."""
    depth = np.minimum(page.depth, DEEPEST)
    votes: Floats = page.within(weighed * DECAY ** depth[page.owner]) / DECAY**depth
    return votes


def _towards_best(page: Page, best: int, within: Floats, words: Floats) -> Columns:
    """Where a block stands towards the element with most votes."""
    numbers, whole = np.arange(page.size), np.ones(page.size)
    inside = (numbers >= page.first[best]) & (numbers < page.end[best])
    steps = np.where(inside, page.depth[page.owner] - page.depth[best], -1)
    density = float(within[best]) / max(float(words[best]), 1.0)
    shares = [
        np.where(page.depth[level] > page.depth[best], page.link_share_within[level], 0)
        for level in page.levels
    ]
    return [
        inside, np.minimum(steps, 8) / 8, whole * float(within[best]) / max(float(within[0]), 1e-6),
        whole * density, np.where(inside, np.max(shares, axis=0), 1),
    ]  # fmt: skip


def _hints_below(page: Page, best: int) -> Ints:
    """Per block the hints on the way up to the best element, which is left out."""
    numbers = np.arange(len(page.parent))
    is_below = (numbers > best) & (numbers < page.box_end[best])
    return gathered(page, np.where(is_below, page.hints, 0))
