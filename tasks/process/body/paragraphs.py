"""The paragraphs of a text from the blocks that were chosen for it."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tasks.process.body.page import Page
from tasks.process.body.tags import HEADINGS, KIND

REPEATED_WORDS = 8  # a line of so many that stands twice in a story is printed twice by mistake
CELL_BORDER = " | "


def chosen_blocks(page: Page, chances: npt.NDArray[np.float32], least: float) -> list[int]:
    """The blocks of the story: likely enough, not said before, no heading without a text."""
    likely = np.flatnonzero(chances >= least)
    kept: list[int] = []
    said: set[str] = set()
    for number, words in zip(likely.tolist(), page.words[likely].tolist(), strict=True):
        text = page.texts[number]
        if words >= REPEATED_WORDS:
            if text in said:
                continue
            said.add(text)
        kept.append(number)
    while kept and page.kind[kept[-1]] in HEADINGS:
        kept.pop()
    return kept


def paragraphs(page: Page, kept: list[int]) -> tuple[str, ...]:
    """Their texts in reading order; the cells of one row make one paragraph."""
    return tuple(CELL_BORDER.join(row) for row in _rows(page, kept))


def _rows(page: Page, kept: list[int]) -> Iterator[list[str]]:
    row: list[str] = []
    last = -1
    for number, kind in zip(kept, page.kind[kept].tolist(), strict=True):
        of = int(page.parent[page.owner[number]]) if kind == KIND["td"] else -1
        if row and (of < 0 or of != last):
            yield row
            row = []
        row.append(page.texts[number])
        last = of
    if row:
        yield row
