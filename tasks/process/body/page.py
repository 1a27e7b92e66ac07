"""The arrays of one page that the features of its blocks are made from.

There are hundreds of blocks and a call of numpy costs a microsecond: whole arrays, no loops. Sums
over what an element holds are differences of running sums, for its blocks are neighbours.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.process.body.blocks import Outline
from tasks.process.body.characters import COMMA, STOP, Characters
from tasks.process.body.hints import AGAINST
from tasks.process.body.tags import HEADINGS

Floats = npt.NDArray[np.floating[Any]]
Columns = list[npt.NDArray[Any]]
Ints = npt.NDArray[np.int64]
MOST: Final = 0.45  # of the good text makes an element the story's own
SOME: Final = 0.2
LEVELS: Final = 4  # the owner, its parent, ...: as far as a block looks for company


class Page:
    """Arrays of one page that all its features are made from."""

    def __init__(self, outline: Outline) -> None:
        self.characters = Characters(outline.texts)
        self.texts = outline.texts
        self.size = len(outline.texts)
        self.owner, *counts = np.array(outline.blocks, np.int64).T
        self.linked, self.strong, self.links, self.breaks = np.array(counts, np.float32)
        # Counted before runs of spaces were made one, so they can be longer than the text.
        self.linked = np.minimum(self.linked, self.characters.lengths)
        self.strong = np.minimum(self.strong, self.characters.lengths)
        self.parent, kind, self.hints, path, look, self.depth, self.first, pictures = np.array(
            outline.boxes, np.int64
        ).T
        self.end, pictures_end, self.box_end = np.array(outline.ends, np.int64).T
        self.pictures = pictures_end - pictures
        self.kind = kind[self.owner]
        self.path_group = _numbered(path[self.owner])
        self.style_group = _numbered(look[self.owner])
        self.words = self.characters.words()
        self.link_share = self.linked / self.characters.lengths
        self.is_heading = np.isin(self.kind, HEADINGS)
        self.levels = self._levels()
        lengths = self.within(self.characters.lengths.astype(np.float32))
        self.link_share_within = self.within(self.linked) / np.maximum(lengths, 1)
        self.rough = self._rough_goodness()
        self.hints = np.where(self._holds_the_story(), self.hints & ~AGAINST, self.hints)

    def _rough_goodness(self) -> Floats:
        """How much like a story's paragraph each block is, 0 to 1, before anything is learned."""
        counts = self.characters.counts
        length = np.minimum(self.words / 25, 1)
        sentence = np.minimum(counts[:, STOP] + counts[:, COMMA], 2) / 2
        goodness: Floats = length * sentence * np.maximum(1 - 2 * self.link_share, 0)
        return goodness

    def _holds_the_story(self) -> npt.NDArray[np.bool_]:
        """Per element whether it has a first-level heading and text, or most of the text.

        Such an element is no sidebar, whatever it is called.
        """
        good = self.within(self.rough * self.words)
        titles = self.within((self.kind == HEADINGS[0]).astype(np.float32))
        is_own: npt.NDArray[np.bool_] = (good >= MOST * good[0]) | (
            (titles > 0) & (good >= SOME * good[0])
        )
        return is_own

    def _levels(self) -> list[Ints]:
        """Per level the elements that hold each block: its owner, that one's parent, ..."""
        levels = [self.owner]
        for _ in range(LEVELS - 1):
            levels.append(self.parent[levels[-1]])
        return levels

    def within(self, values: Floats) -> Floats:
        """Per element the sum of what its blocks have."""
        running = np.zeros(self.size + 1)
        np.cumsum(values, out=running[1:])
        sums: Floats = (running[self.end] - running[self.first]).astype(np.float32)
        return sums


def _numbered(group: Ints) -> Ints:
    """The same groups, numbered without gaps."""
    numbers: Ints = np.unique(group, return_inverse=True)[1]
    return numbers
