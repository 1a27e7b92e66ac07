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
from tasks.process.body.page import LEVELS, Columns, Floats, Ints, Page, stacked
from tasks.process.body.tags import HEADINGS, KINDS

OWN: Final = (
    "words", "few_words", "some_words", "characters_a_word", "link_share", "links_a_word",
    "strong_share", "upper_share", "digit_share", "unspaced_share", "other_share",
    "stops", "commas_a_word", "quotes", "breaks",
    "ends_stop", "ends_comma", "ends_letter", "ends_quote",
    "starts_upper", "starts_lower", "starts_digit", "starts_other",
    "after_heading", "words_since_heading", "page_words", "page_blocks",
    "path_size", "path_words_share", "path_words_a_block", "path_link_share",
    "style_size", "style_words_share", "style_words_a_block", "style_link_share",
)  # fmt: skip
AROUND: Final = (
    "words_share", "words", "blocks", "words_a_block", "link_share", "pictures_a_block",
    "headings_a_block",
)  # fmt: skip
BESIDE: Final = ("words", "link_share", "ends_stop", "is_heading", "same_path")


def _local_names() -> tuple[str, ...]:
    around = (f"{name}_{level}" for level in range(LEVELS) for name in AROUND)
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
    kinds = page.kind == np.arange(len(KINDS))[:, None]
    hints = [bits(page.hints[level]) for level in page.levels[:2]]
    above = bits(page.gathered(page.hints))
    numbers = stacked([*_own(page), *_around(page)])
    return np.concatenate(
        [numbers, kinds, stacked(_neighbours(page)), *hints, above], dtype=np.float32
    )


def bits(numbers: Ints) -> npt.NDArray[np.uint8]:
    """A row for each of `HINTS`."""
    octets = numbers.astype("<i8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, count=len(HINTS), bitorder="little").T


def _own(page: Page) -> Columns:
    counts, words, length = page.characters.counts, page.words, page.characters.lengths
    letters = counts[:, LOWER] + counts[:, UPPER] + 1
    shares = [counts[:, kind] / length for kind in (DIGIT, UNSPACED_LETTER, OTHER)]
    first, last = page.characters.first, page.characters.last
    ends = [last == STOP, last == COMMA, (last == LOWER) | (last == UPPER), last == QUOTE]
    starts = [first == UPPER, first == LOWER, first == DIGIT, first == OTHER]
    return [
        np.log1p(words), np.minimum(words, 8) / 8, np.minimum(words, 40) / 40,
        np.minimum(length / words, 20) / 10, page.link_share,
        np.minimum(page.links / words, 1), page.strong / length, counts[:, UPPER] / letters,
        *shares, np.log1p(counts[:, STOP]), counts[:, COMMA] / words,
        np.log1p(counts[:, QUOTE]), np.log1p(page.breaks), *ends, *starts,
        *_position(page), *_group(page, page.path_group), *_group(page, page.style_group),
    ]  # fmt: skip


def _position(page: Page) -> Columns:
    """Where a block stands towards the headline; where on the page tells of the site only."""
    words = page.words
    running = np.cumsum(words)
    titles = np.where(page.kind == HEADINGS[0], np.arange(page.size), -1)
    title = np.maximum.accumulate(titles)
    before = running - words
    since = np.where(title >= 0, before - before[title], 0)
    whole = np.ones(page.size)
    size = (np.log1p(running[-1]), np.log1p(page.size))
    return [title >= 0, np.log1p(since), *(whole * value for value in size)]


def _group(page: Page, number: Ints) -> Columns:
    """Blocks that stand in the same kind of place."""
    size = np.maximum(np.bincount(number), 1)
    words = np.bincount(number, page.words)
    linked = np.bincount(number, page.linked)
    length = np.maximum(np.bincount(number, page.characters.lengths), 1)
    per_group = [np.log1p(size), words / words.sum(), np.log1p(words / size), linked / length]
    return [values[number] for values in per_group]


def _around(page: Page) -> Columns:
    words, headings = page.words_within, page.headings_within
    blocks = np.maximum(page.end - page.first, 1)
    per_element = stacked([
        words / words[0], np.log1p(words), np.log1p(blocks), np.log1p(words / blocks),
        page.link_share_within, np.minimum(page.pictures / blocks, 2), headings / blocks,
    ])  # fmt: skip
    by_level = per_element[:, page.levels].swapaxes(0, 1)
    return list(by_level.reshape(-1, page.size))


def _neighbours(page: Page) -> Columns:
    ends = page.characters.last == STOP
    values = stacked([np.log1p(page.words), page.link_share, ends, page.is_heading])
    same = page.path_group[1:] == page.path_group[:-1]
    previous, following = np.zeros((2, len(BESIDE), page.size))
    previous[:-1, 1:], previous[-1, 1:] = values[:, :-1], same
    following[:-1, :-1], following[-1, :-1] = values[:, 1:], same
    return [*previous, *following]
