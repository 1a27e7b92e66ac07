"""Splits HTML into paragraphs, one document of a download at a time to bound the memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree, html

from tasks.read.formats.paragraphs import ByteSource, Paragraph, tidy
from tasks.read.formats.paragraphs.text import text_of_bytes

_CHUNK = 262_144
# Longest markup that marks the beginning of a document. So many bytes are kept between chunks,
# because a mark may lie across two of them.
_OVERLAP = 1_000
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]+)", re.IGNORECASE)
_CENTRED_CLASS = re.compile(
    rb"\.([\w-]{1,80})\s{0,9}\{[^{}]{0,400}text-align:\s{0,9}center", re.IGNORECASE
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt figcaption footer form h1 "
    "h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr "
    "ul".split()
)
_HIDDEN = frozenset({"script", "style", "title", "noscript", "select", "option", "input", "button"})
_BREAKS = re.compile(r"\n{2,}")
_MOST_ROLES = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one document of a download, or the bytes before the first document.

    Attributes:
        starts: whether it begins with the mark of a document.
        cut: whether it was larger than the limit, and its rest was left out.
    """

    data: bytes
    starts: bool
    cut: bool = False


def html_pieces(stream: ByteSource, mark: re.Pattern[bytes], most: int) -> Iterator[Piece]:
    """Yield the pieces of a stream, which is split before each match of a mark.

    Args:
        most: maximum size of a piece in bytes; the rest of a larger piece is skipped.
    """
    waiting, starts, cut = b"", False, False
    while chunk := stream.read(_CHUNK):
        waiting += chunk
        while match := mark.search(waiting, 1 if starts else 0):
            yield Piece(waiting[: match.start()], starts, cut)
            waiting, starts, cut = waiting[match.start() :], True, False
        if len(waiting) > most + _OVERLAP:
            cut = True
            waiting = waiting[:most] + waiting[-_OVERLAP:]
    yield Piece(waiting, starts, cut)


class HtmlParagraphs:
    """A parser for the pieces of one file.

    Only the first piece has the charset and the style sheet; both are kept for the later ones.

    Args:
        inline: class names of inline elements that are separate paragraphs.
    """

    def __init__(self, inline: frozenset[str] = frozenset()) -> None:
        self._inline = inline
        self._charset: str | None = None
        self._centred: frozenset[str] = frozenset()

    def read(self, piece: Piece) -> Iterator[Paragraph]:
        """Yield the paragraphs of a piece."""
        self._learn(piece.data)
        tree = self._parse(piece.data)
        starts = piece.starts
        if tree is not None:
            for paragraph in self._walk(tree):
                yield replace(paragraph, starts=starts)
                starts = False
        if starts or piece.cut:
            yield Paragraph("", starts=starts, cut=piece.cut)

    def _learn(self, data: bytes) -> None:
        if self._charset is None and (found := _CHARSET.search(data)):
            self._charset = found[1].decode("ascii", "replace")
        if not self._centred and b"text-align" in data:
            names = (name.decode("ascii", "replace") for name in _CENTRED_CLASS.findall(data))
            self._centred = frozenset(name.lower() for name in names)

    def _parse(self, data: bytes) -> etree._Element | None:
        text = self._decoded(data).replace("\x00", "")
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        try:
            return html.document_fromstring(f"<div>{text}".encode("utf-8", "replace"), parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return None

    def _decoded(self, data: bytes) -> str:
        """Decode as UTF-8, else as declared; Latin-1 is Windows-1252, as browsers read it."""
        declared = (self._charset or "").lower()
        if declared in {"", "utf-8", "utf8", "iso-8859-1", "latin-1"}:
            return text_of_bytes(data)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        try:
            return data.decode(declared, "replace")
        except LookupError:
            return text_of_bytes(data)

    def _walk(self, tree: etree._Element) -> Iterator[Paragraph]:
        """Yield the text between the borders of block elements.

        It does not recurse, because damaged pages nest elements thousands of levels deep.
        """
        buffer: list[str] = []
        contexts: list[tuple[frozenset[str], bool]] = [(frozenset(), False)]
        hidden_depth = 0
        for event, element in etree.iterwalk(tree, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            names = _names(element)
            is_block = tag in _BLOCKS or bool(names & self._inline)
            if is_block:
                yield from _take_paragraphs(buffer, contexts[-1])
            if event == "start":
                hidden_depth += tag in _HIDDEN
                if is_block:
                    contexts.append(self._within(contexts[-1], element, names))
                buffer.append("\n" if tag == "br" else "")
                buffer.append("" if hidden_depth else _without_line_ends(element.text))
            else:
                hidden_depth -= tag in _HIDDEN
                if is_block and len(contexts) > 1:
                    contexts.pop()
                buffer.append("" if hidden_depth else _without_line_ends(element.tail))
        yield from _take_paragraphs(buffer, contexts[-1])

    def _within(
        self, outer: tuple[frozenset[str], bool], element: etree._Element, names: frozenset[str]
    ) -> tuple[frozenset[str], bool]:
        style = (element.get("style") or "") + (element.get("align") or "")
        centred = element.tag == "center" or "center" in style or bool(names & self._centred)
        roles = outer[0] | names | {str(element.tag)}
        return (roles if len(roles) < _MOST_ROLES else outer[0], outer[1] or centred)


def _names(element: etree._Element) -> frozenset[str]:
    """Return the class names and the id of an element in lower case."""
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return frozenset(named.lower().split()) if named != " " else frozenset()


def _without_line_ends(text: str | None) -> str:
    """Replace line ends by spaces: in HTML only `<br>` breaks a line."""
    return text.replace("\r", " ").replace("\n", " ") if text else ""


def _take_paragraphs(
    buffer: list[str], context: tuple[frozenset[str], bool]
) -> Iterator[Paragraph]:
    """Yield the paragraphs of the buffered text and empty the buffer."""
    text = "".join(buffer)
    buffer.clear()
    spaced = "\n".join(line.strip() for line in text.split("\n"))
    for part in _BREAKS.split(spaced):
        if tidied := tidy(part):
            yield Paragraph(tidied, *context)
