"""The arrays of one page that the features of its blocks are computed from.

A page has hundreds of blocks, and a numpy call costs about a microsecond whatever the length. So
everything is computed on whole arrays, without loops over blocks. The blocks within an element are
consecutive, so a sum over an element is the difference of two running sums.
"""

from collections.abc import Sequence
from itertools import starmap
from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.process.body.blocks import PageOutline
from tasks.process.body.characters import COMMA, STOP, Characters
from tasks.process.body.hints import NEGATIVE_HINTS
from tasks.process.body.tags import HEADINGS, KINDS

Floats = npt.NDArray[np.floating[Any]]
BlockColumn = npt.NDArray[Any]
BlockColumns = list[BlockColumn]
Ints = npt.NDArray[np.int64]
# Shares of the page's good text above which an element counts as the story's own: without a
# first-level heading in it, and with one.
_MOST: Final = 0.45
SOME: Final = 0.2
LEVELS: Final = 4  # the owner of a block and its next three ancestors have features of their own
# Hints are gathered from 2**6 ancestors. Elements further up describe the page, not the block.
DOUBLINGS: Final = 6
IS_HEADING: Final = np.isin(np.arange(len(KINDS)), HEADINGS)


class Page:
    """Arrays of one page, per block or per element.

    An element here is a box of the outline; box 0 is the body. The features read these attributes:

    Attributes:
        owner: per block its innermost element.
        linked, strong, links, breaks: per block its linked characters, its bold characters, its
            links and its line breaks.
        kind: per block the kind of its owner, an index into `tags.KINDS`.
        words, link_share, is_heading: per block.
        rough_scores: per block a first guess from 0 to 1, before the model is asked.
        groups: three rows, per block the number of its group: the blocks with the same path of
            tags, with the same style, and below the same heading. Numbers of different rows differ.
        levels: row n holds, per block, its ancestor n levels above its owner; row 0 is the owner.
        parent, hints, depth: per element.
        first, end: per element its first block, and the end of its blocks (exclusive).
        box_end: per element the end of the elements within it (exclusive).
        pictures, words_within, headings_within, link_share_within: per element.
        jumps: row n holds, per element, its ancestor 2**n levels up.
    """

    def __init__(self, outline: PageOutline) -> None:
        self.characters = Characters(outline.texts)
        self.texts = outline.texts
        self.size = len(outline.texts)
        blocks = _columns(outline.blocks)
        self.owner, counts = blocks[0], blocks[1:].astype(np.float32)
        # They were counted before runs of spaces were collapsed, so they can exceed the text.
        np.minimum(counts[:2], self.characters.lengths, out=counts[:2])
        self.linked, self.strong, self.links, self.breaks = counts
        self.parent, kind, self.hints, path, style, self.depth, self.first, pictures = _columns(
            outline.boxes
        )
        self.end, pictures_end, self.box_end = _columns(outline.ends)
        self.pictures = pictures_end - pictures
        self.kind = kind[self.owner]
        self.words = self.characters.words()
        self.link_share = self.linked / self.characters.lengths
        self.is_heading = IS_HEADING[self.kind]
        groups = np.array([path[self.owner], style[self.owner], np.cumsum(self.is_heading)])
        # Shift each row, so that the sums of all groups can be made by one bincount.
        self.groups: Ints = groups + (groups.max() + 1) * np.arange(len(groups))[:, None]
        self.levels, self.jumps = self._levels(), self._jumps()
        self.rough_scores = self._rough_scores()
        self.words_within, self.headings_within, linked, lengths, good, titles = self.sums_within([
            self.words, self.is_heading, self.linked, self.characters.lengths,
            self.rough_scores * self.words, self.kind == HEADINGS[0],
        ])  # fmt: skip
        self.link_share_within = linked / np.maximum(lengths, 1)
        # The element of the story is often named "sidebar-left-layout" or the like.
        is_story = _holds_story(good, titles)
        self.hints = np.where(is_story, self.hints & ~NEGATIVE_HINTS, self.hints)

    def _rough_scores(self) -> Floats:
        """Return how much each block looks like a paragraph of a story, 0 to 1.

        A paragraph has 25 words or more, at least two full stops or commas, and few links. The
        scores start the first stage of the model; nothing in them is learned.
        """
        counts = self.characters.counts
        length = np.minimum(self.words / 25, 1)
        sentence = np.minimum(counts[STOP] + counts[COMMA], 2) / 2
        scores: Floats = length * sentence * np.maximum(1 - 2 * self.link_share, 0)
        return scores

    def _levels(self) -> Ints:
        levels = [self.owner]
        for _ in range(LEVELS - 1):
            levels.append(self.parent[levels[-1]])
        return np.array(levels)

    def _jumps(self) -> list[Ints]:
        jumps = [self.parent]
        for _ in range(min(DOUBLINGS, int(self.depth.max()).bit_length()) - 1):
            jumps.append(jumps[-1][jumps[-1]])
        return jumps

    def sums_within(self, values: BlockColumns) -> Floats:
        """Return, per row of values and per element, the sum over the blocks within the element."""
        running = np.zeros((len(values), self.size + 1))
        np.cumsum(values, axis=1, out=running[:, 1:])
        sums: Floats = (running[:, self.end] - running[:, self.first]).astype(np.float32)
        return sums

    def gather_hints(self, hints: Ints) -> Ints:
        """Return, per block, the union of the hints of its owner and the owner's ancestors.

        Each round takes in the hints of the element that the previous rounds did not yet reach, so
        n rounds cover 2**n levels.
        """
        for jump in self.jumps:
            hints = hints | hints[jump]
        gathered: Ints = hints[self.owner]
        return gathered


def _holds_story(good: Floats, titles: Floats) -> npt.NDArray[np.bool_]:
    """Return, per element, whether it holds most of the good text, or some and a headline.

    Such an element is no sidebar, whatever its class is called.

    Args:
        good: words of each element, weighed by their rough scores; element 0 is the whole page.
        titles: first-level headings of each element.
    """
    is_story: npt.NDArray[np.bool_] = (good >= _MOST * good[0]) | (
        (titles > 0) & (good >= SOME * good[0])
    )
    return is_story


def rows_of(parts: BlockColumns) -> Floats:
    """Return features that come in several parts as one array of float32."""
    return np.concatenate(parts, dtype=np.float32, casting="unsafe")


def _columns(rows: Sequence[tuple[int, ...]]) -> Ints:
    """Return tuples of equal length as an array with one row per field of the tuples."""
    width = len(rows[0])
    packed = b"".join(starmap(Struct(f"{width}q").pack, rows))  # half of the time of np.fromiter
    return np.ascontiguousarray(np.frombuffer(packed, np.int64).reshape(-1, width).T)
