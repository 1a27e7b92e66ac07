"""Turns plain text, HTML, DOCX, ODT, RTF and PDF files into a sequence of paragraphs."""

import re
from dataclasses import dataclass
from typing import Protocol

# Longer paragraphs are cut. No news text has such a paragraph, but a damaged file may.
MOST_CHARACTERS = 5_000_000
_SPACES = re.compile(r"[^\S\n]+")


class DamagedDocumentError(Exception):
    """The main text of an office document or PDF is missing or cannot be read."""


class DocumentBombError(Exception):
    """The main text is far larger after decompression than any real text would be."""


class EncryptedDocumentError(Exception):
    """The document needs a password."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a file of any format.

    Attributes:
        text: text without markup; line breaks within the paragraph are kept.
        roles: class names, ids and tags of the HTML elements around it, in lower case.
        centred: whether it is centred on the page, as mastheads and dates often are.
        strong: whether all of it is bold; False if the format does not show it.
        starts: whether the markup marks the beginning of a document of a download here.
        cut: whether the document was larger than the limit, and its rest was left out.
    """

    text: str
    roles: frozenset[str] = frozenset()
    centred: bool = False
    strong: bool = False
    starts: bool = False
    cut: bool = False

    @property
    def line(self) -> str:
        """Return the text on one line."""
        return " ".join(self.text.split())


class ByteSource(Protocol):
    """A readable stream that ends early if the file is damaged."""

    def read(self, size: int = -1, /) -> bytes: ...

    def readline(self, size: int | None = -1, /) -> bytes: ...


def tidy(text: str) -> str:
    """Return a text with single spaces, without margins and blank lines."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
