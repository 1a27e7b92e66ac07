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
from tasks.process.body.page import LEVELS, Columns, Floats, Ints, Page
from tasks.process.body.tags import HEADINGS, KINDS

DOUBLINGS: Final = 6  # 64 elements; what lies further up tells of the page, not of the block

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
    """What a block is by itself, by its place and by its neighbours: columns `LOCAL`."""
    columns = [*_own(page), *_around(page)]
    kinds = page.kind[:, None] == np.arange(len(KINDS))
    names = [
        bits(page.hints[page.owner]),
        bits(page.hints[page.parent[page.owner]]),
        bits(gathered(page, page.hints)),
    ]
    return np.hstack([np.stack(columns, axis=1), kinds, _neighbours(page), *names]).astype(
        np.float32
    )


def bits(numbers: Ints) -> npt.NDArray[np.bool_]:
    return (numbers[:, None] >> np.arange(len(HINTS)) & 1).astype(np.bool_)


def gathered(page: Page, hints: Ints) -> Ints:
    """Per block these hints of all elements that it stands in, by doubling the reach each time."""
    union, jump = hints, page.parent
    for _ in range(min(DOUBLINGS, int(page.depth.max()).bit_length())):
        union = union | union[jump]
        jump = jump[jump]
    found: Ints = union[page.owner]
    return found


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
    size = np.bincount(number)
    words = np.bincount(number, page.words)
    linked = np.bincount(number, page.linked)
    length = np.bincount(number, page.characters.lengths)
    per_group = [np.log1p(size), words / words.sum(), np.log1p(words / size), linked / length]
    return [values[number] for values in per_group]


def _around(page: Page) -> Columns:
    words, linked = page.within(page.words), page.within(page.linked)
    length = page.within(page.characters.lengths.astype(np.float32))
    headings = page.within(page.is_heading.astype(np.float32))
    blocks = np.maximum(page.end - page.first, 1)
    per_element = [
        words / words[0], np.log1p(words), np.log1p(blocks), np.log1p(words / blocks),
        linked / np.maximum(length, 1), np.minimum(page.pictures / blocks, 2), headings / blocks,
    ]  # fmt: skip
    return [values[level] for level in page.levels for values in per_element]


def _neighbours(page: Page) -> Floats:
    ends = page.characters.last == STOP
    values = np.stack([np.log1p(page.words), page.link_share, ends, page.is_heading], axis=1)
    same = (page.path_group[1:] == page.path_group[:-1])[:, None]
    nothing = np.zeros((1, 1))
    edge = np.zeros((1, values.shape[1]))
    previous = [np.vstack([edge, values[:-1]]), np.vstack([nothing, same])]
    following = [np.vstack([values[1:], edge]), np.vstack([same, nothing])]
    return np.hstack([*previous, *following])
