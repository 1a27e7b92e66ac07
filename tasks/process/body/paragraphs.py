"""The choice of the blocks that make the story, and the paragraphs made from them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tasks.process.body.page_arrays import Page
from tasks.process.body.tags import HEADINGS, KIND

# A line of so many words that stands twice in a story is printed twice by the page's template, as
# a pull quote or for small screens. Shorter lines, such as "Yes.", may repeat in an interview.
REPEATED_WORDS = 8
CELL_BORDER = " | "


def choose_blocks(page: Page, chances: npt.NDArray[np.float32], least: float) -> list[int]:
    """Return the numbers of the blocks that make the story, in reading order.

    They are the blocks with a probability of at least `least`, without repetitions of long lines
    and without headings at the end that no text follows.
    """
    likely = np.flatnonzero(chances >= least)
    kept: list[int] = []
    seen: set[str] = set()
    for number, words in zip(likely.tolist(), page.words[likely].tolist(), strict=True):
        text = page.texts[number]
        if words >= REPEATED_WORDS:
            if text in seen:
                continue
            seen.add(text)
        kept.append(number)
    while kept and page.kind[kept[-1]] in HEADINGS:
        kept.pop()
    return kept


def block_paragraphs(page: Page, kept: list[int]) -> tuple[str, ...]:
    """Return the texts of blocks as paragraphs; the cells of one table row make one paragraph."""
    return tuple(CELL_BORDER.join(row) for row in _rows(page, kept))


def _rows(page: Page, kept: list[int]) -> Iterator[list[str]]:
    """Yield the texts of each paragraph: one, or those of the cells of a table row."""
    row: list[str] = []
    last_parent = -1
    for number, kind in zip(kept, page.kind[kept].tolist(), strict=True):
        parent = int(page.parent[page.owner[number]]) if kind == KIND["td"] else -1
        if row and (parent < 0 or parent != last_parent):
            yield row
            row = []
        row.append(page.texts[number])
        last_parent = parent
    if row:
        yield row
