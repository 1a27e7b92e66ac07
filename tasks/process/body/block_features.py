"""Features of a block that need no score: its text, its place, its neighbours and its elements.

They are measures that work in any language: lengths, punctuation, shares of kinds of characters,
links, and the words in class names. No word of the text itself is looked at. Counts enter as
log(1 + n), because the difference between 5 and 10 words matters more than between 105 and 110.
"""

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
from tasks.process.body.page_arrays import (
    LEVELS,
    BlockColumn,
    BlockColumns,
    Floats,
    Ints,
    Page,
    rows_of,
)
from tasks.process.body.tags import HEADINGS, KINDS

# Of the block itself.
OWN_FEATURES: Final = (
    # Length and punctuation: paragraphs are long and have full stops, menu entries have neither.
    # "few_words" and "some_words" are the word count cut off at 8 and 40, where it tells most.
    "words", "stops", "quotes", "breaks", "few_words", "some_words",
    # Links and commas per word: prose has commas; lists of links have a link for every few words.
    "characters_a_word", "links_a_word", "commas_a_word",
    # Shares of characters: digits and symbols mark prices, dates and tables; a high share of
    # capitals marks labels; linked and bold text marks menus, teasers and subheads.
    "digit_share", "unspaced_share", "other_share", "strong_share", "link_share", "upper_share",
    # The last and first character: a sentence ends with a full stop, a label with a letter.
    "ends_stop", "ends_comma", "ends_lower", "ends_upper", "ends_quote",
    "starts_upper", "starts_lower", "starts_digit", "starts_other",
    # The place: hardly any text before the headline is the story. The page's size puts the other
    # counts in proportion.
    "after_heading", "words_since_heading", "page_words", "page_blocks",
    # The group of blocks in the same kind of place (same path of tags, same style): paragraphs of a
    # story share their place and hold many words, teasers share theirs and hold many links.
    *(f"{kind}_{name}" for name in ("size", "words_share", "words_a_block", "link_share")
      for kind in ("path", "style")),
)  # fmt: skip
# Of the element that owns the block and of its ancestors, level by level. The element of a story
# holds much text in long blocks with few links; that of a menu, a gallery or a list of teasers has
# short blocks, many links, a picture or a heading for every block or two.
ELEMENT_FEATURES: Final = (
    "words_share", "words", "blocks", "words_a_block", "link_share", "pictures_a_block",
    "headings_a_block",
)  # fmt: skip
# Of the previous and the next block: text stands beside text.
_NEIGHBOUR_FEATURES: Final = ("words", "link_share", "ends_stop", "is_heading", "same_path")

EACH_KIND: Final = np.arange(len(KINDS))[:, None]
_FEW_WORDS: Final = np.array([[8], [40]])
# Bounds of characters, links and commas per word; commas have none. Without them, an odd block such
# as a URL of 500 characters dominates the standard deviation by which training scales features.
MOST_A_WORD: Final = np.array([[20], [1], [np.inf]])
ENDS: Final = np.array([[STOP], [COMMA], [LOWER], [UPPER], [QUOTE]])
_STARTS: Final = np.array([[UPPER], [LOWER], [DIGIT], [OTHER]])


def _local_names() -> tuple[str, ...]:
    """Return the names of all features in the order in which `local_features` stacks them."""
    elements = (f"{name}_{level}" for name in ELEMENT_FEATURES for level in range(LEVELS))
    kinds = (f"kind_{name}" for name in KINDS)
    neighbours = (f"{side}_{name}" for side in ("previous", "next") for name in _NEIGHBOUR_FEATURES)
    # Words in names of classes and ids: of the owner, of its parent, and of all ancestors together.
    hints = (f"{where}_{name}" for where in ("own", "parent", "above") for name in HINTS)
    return (*OWN_FEATURES, *elements, *kinds, *neighbours, *hints)


LOCAL_FEATURES: Final = _local_names()


def local_features(page: Page) -> Floats:
    """Return the features of each block that do not depend on any score.

    Returns:
        One row for each of `LOCAL_FEATURES`, one column per block.
    """
    kinds = page.kind == EACH_KIND
    own, parent = (hint_rows(page.hints[level]) for level in page.levels[:2])
    above = hint_rows(page.gather_hints(page.hints))
    return rows_of([
        *_own(page), _elements(page), kinds, _neighbours(page), own, parent, above,
    ])  # fmt: skip


def hint_rows(numbers: Ints) -> npt.NDArray[np.uint8]:
    """Return the bits of numbers as 0 and 1, one row for each of `HINTS`, one column per number."""
    octets = numbers.astype("<i8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, count=len(HINTS), bitorder="little").T


def _own(page: Page) -> BlockColumns:
    """Return the rows of `OWN_FEATURES`, in several parts."""
    chars, words = page.characters, page.words
    counts = chars.counts
    letters = counts[LOWER] + counts[UPPER] + 1
    return [
        np.log1p([words, counts[STOP], counts[QUOTE], page.breaks]),
        np.minimum(words, _FEW_WORDS),
        np.minimum(np.array([chars.lengths, page.links, counts[COMMA]]) / words, MOST_A_WORD),
        counts[[DIGIT, UNSPACED_LETTER, OTHER]] / chars.lengths,
        np.array([page.strong / chars.lengths, page.link_share, counts[UPPER] / letters]),
        chars.last == ENDS, chars.first == _STARTS, _position(page), _groups(page),
    ]  # fmt: skip


def _position(page: Page) -> BlockColumn:
    """Return whether a first-level heading stands before a block, how far, and the page's size.

    The position is relative to the headline. The absolute position on the page would tell how long
    the site's menu is, and nothing about the block.
    """
    words_before = np.cumsum(page.words) - page.words
    headings = np.where(page.kind == HEADINGS[0], np.arange(page.size), -1)
    last_heading = np.maximum.accumulate(headings)
    distance = words_before - words_before[last_heading]
    position = np.empty((4, page.size))
    position[0] = last_heading >= 0
    position[1] = np.log1p(np.where(last_heading >= 0, distance, 0))
    position[2] = np.log1p(words_before[-1] + page.words[-1])
    position[3] = np.log1p(page.size)
    return position


def _groups(page: Page) -> BlockColumn:
    """Return size, words and links of each block's groups: the same path, and the same style."""
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


def _elements(page: Page) -> BlockColumn:
    """Return the rows of `ELEMENT_FEATURES` for the owner of each block and its ancestors."""
    words, headings = page.words_within, page.headings_within
    blocks = np.maximum(page.end - page.first, 1)
    per_element = np.array([
        words / words[0], *np.log1p([words, blocks, words / blocks]),
        page.link_share_within, np.minimum(page.pictures / blocks, 2), headings / blocks,
    ])  # fmt: skip
    return per_element[:, page.levels].reshape(-1, page.size)


def _neighbours(page: Page) -> BlockColumn:
    """Return the rows of `_NEIGHBOUR_FEATURES` for the previous and the next block.

    They are 0 where the page begins or ends.
    """
    ends_stop = page.characters.last == STOP
    values = np.array([np.log1p(page.words), page.link_share, ends_stop, page.is_heading])
    is_same_path = page.groups[0, 1:] == page.groups[0, :-1]
    rows = np.zeros((2, len(_NEIGHBOUR_FEATURES), page.size))
    rows[0, :-1, 1:], rows[0, -1, 1:] = values[:, :-1], is_same_path
    rows[1, :-1, :-1], rows[1, -1, :-1] = values[:, 1:], is_same_path
    return rows.reshape(-1, page.size)
