"""Reads the paragraphs of an OpenDocument text: its body, element by element.

Headers and footers are in another part of the package. Footnotes, comments and deleted passages
stand among the text, and are left out.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from tasks.read.formats.paragraphs import MOST_CHARACTERS, Paragraph, tidy
from tasks.read.formats.paragraphs.packages import IsBomb, free_element, package_part

_MAIN = "content.xml"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DELETED = f"{_TEXT}tracked-changes"
_BLOCKS = (f"{_TEXT}p", f"{_TEXT}h")
_SPACES = {"s": " ", "tab": " ", "line-break": "\n"}
# The names of elements that are no text of their paragraph.
_LEFT_OUT = frozenset({"annotation", "note", "ruby-text", "title", "desc", "tracked-changes"})


def odt_paragraphs(file: BinaryIO, is_bomb: IsBomb) -> Iterator[Paragraph]:
    """Yield the paragraphs of the text, without keeping its whole tree in memory.

    Raises:
        DamagedDocumentError, DocumentBombError, EncryptedDocumentError: See `package_part`.
    """
    with package_part(file, _MAIN, is_bomb) as main:
        depth = deleted = 0
        events = etree.iterparse(
            main,
            events=("start", "end"),
            tag=(*_BLOCKS, _DELETED),
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
        )
        for event, element in events:
            step = 1 if event == "start" else -1
            if element.tag == _DELETED:
                deleted += step
                continue
            depth += step
            # A paragraph within another one is that of a text box, and is read with it.
            if depth == 0 and not deleted:
                yield Paragraph(tidy(_text_of(element)[:MOST_CHARACTERS]))
                free_element(element)


def _text_of(paragraph: etree._Element) -> str:
    pieces: list[str] = []
    walk = etree.iterwalk(paragraph, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        is_block = element.tag in _BLOCKS and element is not paragraph
        if event == "start":
            name = etree.QName(element).localname
            if name in _LEFT_OUT:
                walk.skip_subtree()
                continue
            pieces.append("\n" if is_block else _SPACES.get(name, ""))
            pieces.append(_on_one_line(element.text))
        elif element is not paragraph:
            pieces.append("\n" if is_block else "")
            pieces.append(_on_one_line(element.tail))
    return "".join(pieces)


def _on_one_line(text: str | None) -> str:
    """Replace line ends by spaces: in OpenDocument only an element breaks a line."""
    return text.replace("\r", " ").replace("\n", " ") if text else ""
