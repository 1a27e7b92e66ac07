"""Reads the paragraphs of a DOCX file: its main text, element by element.

Headers, footers, footnotes and comments are separate parts of the package and are not read.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from tasks.read.formats.paragraphs import MOST_CHARACTERS, Paragraph, tidy
from tasks.read.formats.paragraphs.packages import IsBomb, free_element, package_part

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The namespace of ISO/IEC 29500 Strict, which Word writes on request.
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_MAIN = "word/document.xml"
_DOCUMENT_MARK = "bookmark_"


def docx_paragraphs(file: BinaryIO, is_bomb: IsBomb) -> Iterator[Paragraph]:
    """Yield the paragraphs of the main text, without keeping its whole tree in memory.

    Raises:
        DamagedDocumentError, DocumentBombError: See `package_part`.
    """
    with package_part(file, _MAIN, is_bomb) as main:
        yield from _paragraphs(main)


def _paragraphs(main: object) -> Iterator[Paragraph]:
    tags = [f"{space}p" for space in (_WORD, _STRICT)]
    events = etree.iterparse(
        main, events=("end",), tag=tags, resolve_entities=False, no_network=True, huge_tree=False
    )
    for _, element in events:
        yield _paragraph(element)
        free_element(element)


def _paragraph(element: etree._Element) -> Paragraph:
    """Return the paragraph of a `w:p` element."""
    pieces: list[str] = []
    centred = starts = False
    for child in element.iter():
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "t":
            pieces.append(child.text or "")
        elif name in {"br", "cr"}:
            pieces.append("\n")
        elif name == "tab":
            pieces.append(" ")
        elif name == "jc":
            centred = _value(child) == "center"
        elif name == "bookmarkStart":
            starts = starts or _value(child, "name").lower().startswith(_DOCUMENT_MARK)
    return Paragraph(tidy("".join(pieces)[:MOST_CHARACTERS]), centred=centred, starts=starts)


def _value(element: etree._Element, attribute: str = "val") -> str:
    space = element.tag.rpartition("}")[0] + "}"
    return str(element.get(space + attribute) or "")
