"""Features of a block's context, computed from a provisional score of every block on the page.

The model has two stages. Each stage scores blocks from their own features (`block_features`) and
from these context features, which are recomputed with better scores before the second stage: a
short line between two paragraphs of the story is probably part of it, the same line between two
teasers is not.
"""

from typing import Final

import numpy as np

from tasks.process.body.block_features import hint_rows
from tasks.process.body.hints import HINTS
from tasks.process.body.page_arrays import LEVELS, BlockColumn, Floats, Ints, Page, rows_of

# VOTE_DECAY ** 60 is about 5e-14; the bound keeps the division by the decay finite on pages that
# are thousands of elements deep.
_DEEPEST: Final = 60
VOTE_DECAY: Final = 0.6  # factor of a block's vote for an ancestor, per level up
WINDOWS: Final = np.array([[2], [6]])  # blocks before and after, for each context window

# The names of the rows, in the order in which `ContextFeatures.compute` stacks them. "Scored words"
# are words weighed by the scores of their blocks. A "share" is a part of the page's scored words, a
# "density" the part of the words of an element or group that is scored.
CONTEXT_FEATURES: Final = (
    # The scores of the block and its two neighbours; how much of the story lies before and after.
    "score", "score_before", "score_after", "share_before", "share_after",
    # Do the other blocks in the same kind of place, or below the same heading, belong to the story?
    "path_density", "style_density", "section_density",
    # Scores of the nearest blocks that are not headings: a heading belongs to the text around it.
    "previous_text", "next_text",
    *(f"window_{reach}" for reach in WINDOWS.flat),
    # The block's element and its ancestors: how much of the story they hold, and how little else.
    *(f"share_{level}" for level in range(LEVELS)),
    *(f"density_{level}" for level in range(LEVELS)),
    *(f"votes_{level}" for level in range(LEVELS)),
    # The block's place relative to the element that most likely holds the story.
    "in_best", "steps_to_best", "best_share", "best_density", "link_share_below_best",
    *(f"below_best_{name}" for name in HINTS),
)  # fmt: skip


class ContextFeatures:
    """The context features of one page, with everything that no score changes computed once."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._group_numbers = page.groups.ravel()
        self._words_of_group = np.maximum(self._sums_of_groups(page.words), 1e-6)
        self._nearest_texts = _nearest_texts(page)
        self._window = _windows(page.size)
        self._words_of_window = self._sums_of_windows(_running_sums(page.words))
        self._decay = VOTE_DECAY ** np.minimum(page.depth, _DEEPEST)

    def compute(self, scores: Floats) -> Floats:
        """Return the features of each block's context, given a provisional score per block.

        Args:
            scores: one per block, 0 to 1: how likely it is part of the story.

        Returns:
            One row for each of `CONTEXT_FEATURES`, one column per block.
        """
        page = self._page
        scored_words = scores * page.words
        # A block votes for each of its ancestors with its scored words times VOTE_DECAY per level.
        # Weighing by the depth of its owner, summing, and dividing by the depth of the ancestor
        # gives exactly that, without a loop over levels. The winner is the deepest element that
        # still holds most of the story.
        within, votes = page.sums_within([scored_words, scored_words * self._decay[page.owner]])
        votes = votes / self._decay
        best = int(votes.argmax())
        total = max(float(within[0]), 1e-6)
        density = within / np.maximum(page.words_within, 1)
        per_element = np.array([within / total, density, votes / max(float(votes[best]), 1e-6)])
        running = _running_sums(scored_words)
        share = running / total
        return rows_of([
            np.array([scores, *_neighbour_scores(scores), share[:-1], 1 - share[1:]]),
            self._sums_of_groups(scored_words) / self._words_of_group,
            scores[self._nearest_texts],
            self._sums_of_windows(running) / self._words_of_window,
            per_element[:, page.levels].reshape(-1, page.size),
            self._relative_to_best(best, float(within[best]) / total, float(density[best])),
            self._hints_below(best),
        ])  # fmt: skip

    def _sums_of_groups(self, values: Floats) -> Floats:
        """Return, per kind of group and block, the sum over the blocks of the block's group."""
        sums: BlockColumn = np.bincount(
            self._group_numbers, weights=np.concatenate([values] * len(self._page.groups))
        )
        per_block: Floats = sums[self._page.groups]
        return per_block

    def _sums_of_windows(self, running: Floats) -> Floats:
        """Return, per window and block, the sum over the window, given running sums."""
        first, end = self._window
        per_block: Floats = running[end] - running[first]
        return per_block

    def _relative_to_best(self, best: int, share: float, density: float) -> BlockColumn:
        """Return where each block stands relative to the element with the most votes.

        The last row is the highest share of linked characters among the block's ancestors below
        the best element: a list of links within the story's element is usually a box of teasers.
        """
        page = self._page
        is_inside = np.zeros(page.size, np.bool_)
        is_inside[page.first[best] : page.end[best]] = True
        steps = np.minimum(page.depth[page.owner] - page.depth[best], 8)
        below = np.where(page.depth > page.depth[best], page.link_share_within, 0)
        rows = np.empty((5, page.size))
        rows[0] = is_inside
        rows[1] = np.where(is_inside, steps, -1)
        rows[2], rows[3] = share, density
        rows[4] = np.where(is_inside, below[page.levels].max(axis=0), 1)
        return rows

    def _hints_below(self, best: int) -> BlockColumn:
        """Return the hints of each block's ancestors up to the best element, which is left out.

        The best element is the story's, whatever its class says; hints below it mark the boxes
        within the story, such as newsletter forms and related links.
        """
        page = self._page
        numbers = np.arange(len(page.parent))
        is_below = (numbers > best) & (numbers < page.box_end[best])
        return hint_rows(page.gather_hints(np.where(is_below, page.hints, 0)))


def _nearest_texts(page: Page) -> Ints:
    """Return the numbers of the nearest blocks before and after each block that are no headings."""
    numbers = np.arange(page.size)
    before = np.maximum.accumulate(np.where(page.is_heading, 0, numbers))
    reverse = np.where(page.is_heading, page.size - 1, numbers)[::-1]
    nearest = np.array([before, np.minimum.accumulate(reverse)[::-1]])
    # A block is no neighbour of itself: shift by one in each direction.
    nearest[0, 1:], nearest[1, :-1] = nearest[0, :-1].copy(), nearest[1, 1:].copy()
    return nearest


def _windows(size: int) -> tuple[Ints, Ints]:
    """Return, per window and block, its first block and the end (exclusive)."""
    numbers = np.arange(size)
    return np.maximum(numbers - WINDOWS, 0), np.minimum(numbers + WINDOWS + 1, size)


def _running_sums(values: Floats) -> Floats:
    """Return the sums of the first 0, 1, 2, ... values."""
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums


def _neighbour_scores(scores: Floats) -> Floats:
    """Return the scores of the previous and the next block; 0 at the ends of the page."""
    neighbours = np.zeros((2, len(scores)), scores.dtype)
    neighbours[0, 1:], neighbours[1, :-1] = scores[:-1], scores[1:]
    return neighbours
