"""The places on a page where the paragraphs of its article stand.

The text is made by one of several extractors and cleaned afterwards, and keeps no trace of the
elements that it came from. So each paragraph is looked for among the blocks of the page's outline,
by its text. What is in other blocks, such as menus and boxes of related stories, is no part of the
story.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.process.body.blocks import PageOutline
from tasks.process.body.paragraphs import CELL_BORDER
from tasks.process.clean.artefacts import repair_artefacts


@dataclass(frozen=True, slots=True)
class StoryBlock:
    """A block of the outline that is a paragraph of the article, or a cell of one.

    Attributes:
        number: the number of the block.
        paragraph: the number of the paragraph, from 1.
    """

    number: int
    paragraph: int


def story_blocks(outline: PageOutline, paragraphs: Sequence[str]) -> tuple[StoryBlock, ...]:
    """Return the blocks that the paragraphs of an article were made from, in reading order.

    A text that stands on the page several times counts as often as the article has it.
    """
    wanted: dict[str, list[int]] = {}
    for number, paragraph in enumerate(paragraphs, 1):
        wanted.setdefault(paragraph, []).append(number)
        if CELL_BORDER in paragraph:
            for cell in paragraph.split(CELL_BORDER):
                wanted.setdefault(cell, []).append(number)
    found = [
        StoryBlock(number, wanted[text].pop(0))
        for number, text in enumerate(outline.texts)
        if wanted.get(text)
    ]
    if len({one.paragraph for one in found}) < len(paragraphs):
        found += _differently_written(outline, paragraphs, found)
        found.sort(key=lambda one: one.number)
    return tuple(found)


def _differently_written(
    outline: PageOutline, paragraphs: Sequence[str], found: Iterable[StoryBlock]
) -> list[StoryBlock]:
    """Return further blocks, which differ from their paragraphs in spaces or repaired artefacts."""
    numbers = {one.number for one in found}
    known = {one.paragraph for one in found}
    wanted = {
        _squeezed(text): number for number, text in enumerate(paragraphs, 1) if number not in known
    }
    return [
        StoryBlock(number, wanted.pop(key))
        for number, text in enumerate(outline.texts)
        if number not in numbers and (key := _squeezed(text)) in wanted
    ]


def _squeezed(text: str) -> str:
    return "".join(repair_artefacts(text).split())
