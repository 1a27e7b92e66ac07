"""What a block is by itself, by its place and by its neighbours."""

from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.process.body.characters import (
    COMMA,
    DIGIT,
    LOWER,
    OTHER,
    QUOTE,
    STOP,
    UNSPACED_LETTER,
    UPPER,
)  # fmt: skip
from tasks.process.body.hints import HINTS
from tasks.process.body.page import LEVELS, Column, Columns, Floats, Ints, Page, rows_of
from tasks.process.body.tags import HEADINGS, KINDS

OWN: Final = (
    "words", "stops", "quotes", "breaks", "few_words", "some_words",
    "characters_a_word", "links_a_word", "commas_a_word",
    "digit_share", "unspaced_share", "other_share", "strong_share", "link_share", "upper_share",
    "ends_stop", "ends_comma", "ends_lower", "ends_upper", "ends_quote",
    "starts_upper", "starts_lower", "starts_digit", "starts_other",
    "after_heading", "words_since_heading", "page_words", "page_blocks",
    *(f"{kind}_{name}" for name in ("size", "words_share", "words_a_block", "link_share")
      for kind in ("path", "style")),
)  # fmt: skip
AROUND: Final = (
    "words_share", "words", "blocks", "words_a_block", "link_share", "pictures_a_block",
    "headings_a_block",
)  # fmt: skip
BESIDE: Final = ("words", "link_share", "ends_stop", "is_heading", "same_path")


EACH_KIND: Final = np.arange(len(KINDS))[:, None]
FEW_WORDS: Final = np.array([[8], [40]])
MOST_A_WORD: Final = np.array([[20], [1], [np.inf]])  # characters, links, commas
ENDS: Final = np.array([[STOP], [COMMA], [LOWER], [UPPER], [QUOTE]])
STARTS: Final = np.array([[UPPER], [LOWER], [DIGIT], [OTHER]])


def _local_names() -> tuple[str, ...]:
    around = (f"{name}_{level}" for name in AROUND for level in range(LEVELS))
    kinds = (f"kind_{name}" for name in KINDS)
    neighbours = (f"{side}_{name}" for side in ("previous", "next") for name in BESIDE)
    hints = (f"{where}_{name}" for where in ("own", "parent", "above") for name in HINTS)
    return (*OWN, *around, *kinds, *neighbours, *hints)


LOCAL: Final = _local_names()


def local_features(page: Page) -> Floats:
    """What a block is by itself, by its place and by its neighbours.

    Returns:
        One row for each of `LOCAL`, one column a block.
    """
    kinds = page.kind == EACH_KIND
    own, parent = (bits(page.hints[level]) for level in page.levels[:2])
    above = bits(page.gathered(page.hints))
    return rows_of([*_own(page), _around(page), kinds, _neighbours(page), own, parent, above])


def bits(numbers: Ints) -> npt.NDArray[np.uint8]:
    """A row for each of `HINTS`."""
    octets = numbers.astype("<i8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, count=len(HINTS), bitorder="little").T


def _own(page: Page) -> Columns:
    chars, words = page.characters, page.words
    counts = chars.counts
    letters = counts[LOWER] + counts[UPPER] + 1
    return [
        np.log1p([words, counts[STOP], counts[QUOTE], page.breaks]),
        np.minimum(words, FEW_WORDS),
        np.minimum(np.array([chars.lengths, page.links, counts[COMMA]]) / words, MOST_A_WORD),
        counts[[DIGIT, UNSPACED_LETTER, OTHER]] / chars.lengths,
        np.array([page.strong / chars.lengths, page.link_share, counts[UPPER] / letters]),
        chars.last == ENDS, chars.first == STARTS, _position(page), _groups(page),
    ]  # fmt: skip


def _position(page: Page) -> Column:
    """Where a block stands towards the headline; where on the page tells of the site only."""
    before = np.cumsum(page.words) - page.words
    titles = np.where(page.kind == HEADINGS[0], np.arange(page.size), -1)
    title = np.maximum.accumulate(titles)
    position = np.empty((4, page.size))
    position[0] = title >= 0
    position[1] = np.log1p(np.where(title >= 0, before - before[title], 0))
    position[2] = np.log1p(before[-1] + page.words[-1])
    position[3] = np.log1p(page.size)
    return position


def _groups(page: Page) -> Column:
    """Blocks that stand in the same kind of place: of the same path, and of the same style."""
    groups = page.groups[:2]
    numbers = groups.ravel()
    values = np.array([page.words, page.linked, page.characters.lengths])
    words, linked, length = (
        np.bincount(numbers, row) for row in np.concatenate([values, values], axis=1)
    )
    size = np.maximum(np.bincount(numbers), 1)
    per_group = [
        np.log1p(size), words / page.words.sum(), np.log1p(words / size),
        linked / np.maximum(length, 1),
    ]  # fmt: skip
    return np.array(per_group)[:, groups].reshape(-1, page.size)


def _around(page: Page) -> Column:
    words, headings = page.words_within, page.headings_within
    blocks = np.maximum(page.end - page.first, 1)
    per_element = np.array([
        words / words[0], *np.log1p([words, blocks, words / blocks]),
        page.link_share_within, np.minimum(page.pictures / blocks, 2), headings / blocks,
    ])  # fmt: skip
    return per_element[:, page.levels].reshape(-1, page.size)


def _neighbours(page: Page) -> Column:
    ends = page.characters.last == STOP
    values = np.array([np.log1p(page.words), page.link_share, ends, page.is_heading])
    same = page.groups[0, 1:] == page.groups[0, :-1]
    beside = np.zeros((2, len(BESIDE), page.size))
    beside[0, :-1, 1:], beside[0, -1, 1:] = values[:, :-1], same
    beside[1, :-1, :-1], beside[1, -1, :-1] = values[:, 1:], same
    return beside.reshape(-1, page.size)
