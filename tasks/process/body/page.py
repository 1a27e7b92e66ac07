"""The arrays of one page that the features of its blocks are made from.

There are hundreds of blocks and a call of numpy costs a microsecond: whole arrays, no loops. Sums
over what an element holds are differences of running sums, for its blocks are neighbours.
"""

from collections.abc import Sequence
from itertools import starmap
from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.process.body.blocks import Outline
from tasks.process.body.characters import COMMA, STOP, Characters
from tasks.process.body.hints import AGAINST
from tasks.process.body.tags import HEADINGS, KINDS

Floats = npt.NDArray[np.floating[Any]]
Column = npt.NDArray[Any]
Columns = list[Column]
Ints = npt.NDArray[np.int64]
MOST: Final = 0.45  # of the good text makes an element the story's own
SOME: Final = 0.2
LEVELS: Final = 4  # the owner, its parent, ...: as far as a block looks for company
DOUBLINGS: Final = 6  # 64 elements; what lies further up tells of the page, not of the block
IS_HEADING: Final = np.isin(np.arange(len(KINDS)), HEADINGS)


class Page:
    """Arrays of one page that all its features are made from.

    Attributes:
        groups: per block three numbers, that of the blocks of the same path of tags, that of those
            of the same style, and that of those below the same heading; no two kinds share one.
        levels: per level and block the elements that hold it: its owner, that one's parent, ...
        jumps: per element the one above it by 1, 2, 4, ... levels, as far as hints are gathered.
    """

    def __init__(self, outline: Outline) -> None:
        self.characters = Characters(outline.texts)
        self.texts = outline.texts
        self.size = len(outline.texts)
        blocks = _columns(outline.blocks)
        self.owner, counts = blocks[0], blocks[1:].astype(np.float32)
        # Counted before runs of spaces were made one, so they can be longer than the text.
        np.minimum(counts[:2], self.characters.lengths, out=counts[:2])
        self.linked, self.strong, self.links, self.breaks = counts
        self.parent, kind, self.hints, path, look, self.depth, self.first, pictures = _columns(
            outline.boxes
        )
        self.end, pictures_end, self.box_end = _columns(outline.ends)
        self.pictures = pictures_end - pictures
        self.kind = kind[self.owner]
        self.words = self.characters.words()
        self.link_share = self.linked / self.characters.lengths
        self.is_heading = IS_HEADING[self.kind]
        groups = np.array([path[self.owner], look[self.owner], np.cumsum(self.is_heading)])
        self.groups: Ints = groups + (groups.max() + 1) * np.arange(len(groups))[:, None]
        self.levels, self.jumps = self._levels(), self._jumps()
        self.rough = self._rough_goodness()
        self.words_within, self.headings_within, linked, lengths, good, titles = self.within([
            self.words, self.is_heading, self.linked, self.characters.lengths,
            self.rough * self.words, self.kind == HEADINGS[0],
        ])  # fmt: skip
        self.link_share_within = linked / np.maximum(lengths, 1)
        self.hints = np.where(_holds_the_story(good, titles), self.hints & ~AGAINST, self.hints)

    def _rough_goodness(self) -> Floats:
        """How much like a story's paragraph each block is, 0 to 1, before anything is learned."""
        counts = self.characters.counts
        length = np.minimum(self.words / 25, 1)
        sentence = np.minimum(counts[STOP] + counts[COMMA], 2) / 2
        goodness: Floats = length * sentence * np.maximum(1 - 2 * self.link_share, 0)
        return goodness

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

    def within(self, values: Columns) -> Floats:
        """Per value and element the sum of what its blocks have."""
        running = np.zeros((len(values), self.size + 1))
        np.cumsum(values, axis=1, out=running[:, 1:])
        sums: Floats = (running[:, self.end] - running[:, self.first]).astype(np.float32)
        return sums

    def gathered(self, hints: Ints) -> Ints:
        """Per block these hints of all elements that it stands in."""
        for jump in self.jumps:  # by doubling the reach each time
            hints = hints | hints[jump]
        found: Ints = hints[self.owner]
        return found


def _holds_the_story(good: Floats, titles: Floats) -> npt.NDArray[np.bool_]:
    """Per element whether it has a first-level heading and text, or most of the text.

    Such an element is no sidebar, whatever it is called.
    """
    is_own: npt.NDArray[np.bool_] = (good >= MOST * good[0]) | (
        (titles > 0) & (good >= SOME * good[0])
    )
    return is_own


def rows_of(parts: Columns) -> Floats:
    """Features, each part some rows, as one array."""
    return np.concatenate(parts, dtype=np.float32, casting="unsafe")


def _columns(rows: Sequence[tuple[int, ...]]) -> Ints:
    width = len(rows[0])
    packed = b"".join(starmap(Struct(f"{width}q").pack, rows))  # half of what fromiter takes
    return np.ascontiguousarray(np.frombuffer(packed, np.int64).reshape(-1, width).T)
