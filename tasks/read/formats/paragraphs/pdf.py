"""Reads the lines of a PDF's pages by pypdf, within limits of pages and of decompression.

pypdf follows the references of a file, whatever it makes of them. It has limits of its own for the
depth and size of trees; those for streams are lowered to what a page of text needs.
"""

import logging
import struct
import zlib
from collections.abc import Iterator
from math import isfinite
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader, apply_configuration, mult
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

from tasks.read.formats.paragraphs import (
    DamagedDocumentError,
    DocumentBombError,
    EncryptedDocumentError,
)
from tasks.read.formats.paragraphs.page_lines import PageLine
from tasks.reasons import Reason

# pypdf warns of each oddity of a file, of some files thousands of times.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

# Bytes of a decompressed stream, and operators and operands of a page. A page of text has 100 kB
# and 5,000 of them, one that places each letter 90,000; reading 200,000 takes seconds.
_MOST_STREAM_BYTES = 20_000_000
_MOST_OPERANDS = 200_000
# Objects that pypdf keeps: fonts are needed on each page, but the streams of all pages would fill
# the memory.
_MOST_KEPT_OBJECTS = 500
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\x00": ""}
)
# Exceptions of pypdf for damaged bytes: its own, and those of Python that it lets through.
_DAMAGE = (
    PyPdfError,
    DependencyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class PdfPages:
    """The pages of a PDF file.

    Attributes:
        count: how many there are.
        blank: how many of those that were read have no text.
        fault: why reading ended before the last page; None if it did not.
        detail: the page, and what is wrong with it.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the list of pages.

        Raises:
            DamagedDocumentError: The file is no PDF, or its pages cannot be found.
            DocumentBombError: The file exceeds the limits of decompression or nesting.
            EncryptedDocumentError: It needs a password.
        """
        self.blank = 0
        self.fault: Reason | None = None
        self.detail = ""
        try:
            with _limits():
                self._reader = PdfReader(file)
                self.count = len(self._reader.pages)
        except _DAMAGE as error:
            raise _fault(error) from error

    def lines(self) -> Iterator[list[PageLine]]:
        """Yield the lines of each page, in the order in which the page writes them.

        The lines end before a page that cannot be read.
        """
        for number in range(self.count):
            try:
                with _limits():
                    lines = _lines_of(self._reader.pages[number])
            except _DAMAGE as error:
                fault = _fault(error)
                self.fault = _REASONS[type(fault)]
                self.detail = f"page {number + 1} of {self.count}: {fault}"
                return
            if len(self._reader.resolved_objects) > _MOST_KEPT_OBJECTS:
                self._reader.resolved_objects.clear()
            self.blank += not lines
            yield lines


def _limits() -> Any:
    """Return a context with the limits. It must not be left open while a generator waits."""
    return apply_configuration(
        zlib_maximum_output_length=_MOST_STREAM_BYTES,
        lzw_maximum_output_length=_MOST_STREAM_BYTES,
        run_length_maximum_output_length=_MOST_STREAM_BYTES,
        brotli_maximum_output_length=_MOST_STREAM_BYTES,
        array_based_stream_maximum_output_length=_MOST_STREAM_BYTES,
        stream_parsing_work_maximum_count=_MOST_OPERANDS,
        # pypdf would skip damaged bytes of a stream, and with them text, without a word.
        zlib_maximum_recovery_input_length=0,
        jbig2dec_binary=None,
    )


def _fault(error: Exception) -> Exception:
    if isinstance(error.__cause__, zlib.error):
        return DamagedDocumentError(str(error.__cause__))
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, FileNotDecryptedError | DependencyError):
        return EncryptedDocumentError(detail)
    if isinstance(error, LimitReachedError):
        return DocumentBombError(detail)
    return DamagedDocumentError(detail)


_REASONS: dict[type[Exception], Reason] = {
    DamagedDocumentError: Reason.CORRUPT,
    DocumentBombError: Reason.BOMB,
    EncryptedDocumentError: Reason.ENCRYPTED,
}


class _LineCollector:
    """Receives the pieces of text of a page from pypdf, and puts them together as lines."""

    def __init__(self) -> None:
        self.lines: list[PageLine] = []
        self._pieces: list[str] = []
        self._start: tuple[float, float, float] | None = None
        self._bold: list[bool] = []

    def add(self, text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        """Add a piece, whose last character is a line end where the line is complete."""
        before, *after = text.split("\n")
        self._append(before, mult(text_matrix, matrix), font, size)
        for piece in after:
            self.end_line()
            self._append(piece, mult(text_matrix, matrix), font, size)

    def end_line(self) -> None:
        """Add the line of all pieces since the last one."""
        text = "".join(self._pieces).translate(_LIGATURES)
        if text.strip() and self._start:
            bold = self._bold
            self.lines.append(
                PageLine(text.strip(), *self._start, bold=all(bold), bold_start=bold[0])
            )
        self._pieces, self._start, self._bold = [], None, []

    def _append(self, text: str, matrix: list[float], font: Any, size: float) -> None:
        self._pieces.append(text)
        if text.strip():
            self._bold.append(_is_bold(font))
            if self._start is None:
                self._start = _place(matrix, size)


def _place(matrix: list[float], size: float) -> tuple[float, float, float]:
    """Return where a piece begins, and the height of its font; a hostile page may have none."""
    x, y, height = matrix[4], matrix[5], abs(size) * max(abs(matrix[3]), abs(matrix[1]))
    is_sound = all(map(isfinite, (x, y, height))) and height > 0
    return (x, y, height) if is_sound else (0.0, 0.0, 1.0)


def _lines_of(page: PageObject) -> list[PageLine]:
    collector = _LineCollector()
    page.extract_text(visitor_text=collector.add)
    collector.end_line()
    return collector.lines


def _is_bold(font: Any) -> bool:
    name = str(font.get("/BaseFont", "")) if font else ""
    return any(weight in name for weight in ("Bold", "Black", "Heavy", "Semibold"))
