"""Splits plain text into paragraphs at blank lines and page breaks."""

import re
from collections.abc import Iterator

from tasks.read.formats.paragraphs import MOST_CHARACTERS, ByteSource, Paragraph, tidy

_LINE_BYTES = 1_000_000
_BOM = b"\xef\xbb\xbf"
# Downloads centre mastheads, dates and marks in 80 columns. The indent of a paragraph is smaller.
_MARGIN = re.compile(r"(?: {8,}|\t{2,})")


def text_paragraphs(stream: ByteSource) -> Iterator[Paragraph]:
    """Yield the paragraphs of a text; lines that are not UTF-8 are read as Windows-1252."""
    lines: list[str] = []
    size = 0
    for line in _lines(stream):
        blank = not line.strip()
        if (blank or size > MOST_CHARACTERS) and lines:
            yield _paragraph(lines)
            lines, size = [], 0
        if not blank:
            lines.append(line)
            size += len(line)
    if lines:
        yield _paragraph(lines)


def text_of_bytes(data: bytes) -> str:
    """Decode bytes as UTF-8, or else as Windows-1252, which older programs write undeclared."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _lines(stream: ByteSource) -> Iterator[str]:
    """Yield the lines of a text, and a blank line for each page break."""
    first = True
    while raw := stream.readline(_LINE_BYTES):
        text = text_of_bytes(raw.removeprefix(_BOM) if first else raw).replace("\x00", "")
        first = False
        # A lone carriage return ends a line in files of old Macs.
        yield from re.split(r"\r\n|\r|\n", text.replace("\f", "\n\n").rstrip("\r\n"))


def _paragraph(lines: list[str]) -> Paragraph:
    centred = all(_MARGIN.match(line) for line in lines)
    return Paragraph(tidy("\n".join(lines)), centred=centred)
