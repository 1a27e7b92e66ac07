"""Splits paragraphs into the documents of a download, with one document in memory at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tasks.read.formats.paragraphs import Paragraph


@dataclass(slots=True)
class Segment:
    """The paragraphs of one document, or those before the first document.

    Attributes:
        head: paragraph that marks the beginning; None before the first document.
        tail: paragraph that marks the end, if the layout has end marks.
        size: characters of its paragraphs.
        cut: whether it exceeds the maximum size of a document; it then has no paragraphs.
    """

    head: Paragraph | None = None
    tail: Paragraph | None = None
    paragraphs: list[Paragraph] = field(default_factory=list)
    size: int = 0
    cut: bool = False

    def add(self, paragraph: Paragraph, most: int) -> None:
        """Add a paragraph; drop all paragraphs once the segment exceeds `most` characters."""
        self.size += len(paragraph.text) + 1
        # The paragraphs are dropped at once: one endless document must not fill the memory.
        if self.size > most or paragraph.cut:
            self.cut = True
            self.paragraphs.clear()
        if not self.cut:
            self.paragraphs.append(paragraph)


def segments(
    paragraphs: Iterator[Paragraph], begins: Callable[[Paragraph], bool], most: int
) -> Iterator[Segment]:
    """Split before each paragraph that begins a document; it becomes the head of the segment.

    Args:
        most: maximum size of a document in characters.
    """
    segment = Segment()
    for paragraph in paragraphs:
        if begins(paragraph):
            yield segment
            segment = Segment(head=paragraph, cut=paragraph.cut)
        else:
            segment.add(paragraph, most)
    yield segment


def segments_by_end(
    paragraphs: Iterator[Paragraph], ends: Callable[[Paragraph], bool], most: int
) -> Iterator[Segment]:
    """Split after each paragraph that ends a document; the last segment has no end mark."""
    segment = Segment()
    for paragraph in paragraphs:
        if ends(paragraph):
            segment.tail = paragraph
            yield segment
            segment = Segment()
        else:
            segment.add(paragraph, most)
    yield segment
