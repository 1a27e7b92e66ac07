"""Reads PDF files, which are either the download of a databank or one document."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import BinaryIO

from tasks.read.formats.databanks.signs import is_document_mark
from tasks.read.formats.office import document_outcomes
from tasks.read.formats.paragraphs import (
    DamagedDocumentError,
    DocumentBombError,
    EncryptedDocumentError,
    Paragraph,
)
from tasks.read.formats.paragraphs.page_lines import page_paragraphs
from tasks.read.formats.paragraphs.pdf import PdfPages
from tasks.read.place import Place
from tasks.read.streams import random_access
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

_SAMPLE = 50  # paragraphs that show whether the text can be read
_MOST_UNREADABLE = 0.3  # of their characters
_END_BYTES = 4_096
_OCR = "recognise its text by OCR first"
_AGAIN = "open it in a viewer and print it to a new PDF"


def read_pdf(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the documents of a PDF, including those before a damaged page."""
    file = random_access(stream, place.settings)
    if file is None:
        yield from place.drop(Reason.TOO_LARGE, "a PDF in an archive: unpack it first")
        return
    size = file.seek(0, io.SEEK_END)
    if size > place.settings.pdf_bytes:
        yield from place.drop(Reason.TOO_LARGE, "a PDF larger than read.pdf_bytes", size=size)
        return
    if not _has_end(file, size):
        yield from place.drop(Reason.TRUNCATED, "a PDF without its end: get it again", size=size)
        return
    file.seek(0)
    try:
        pages = PdfPages(file)
    except EncryptedDocumentError:
        yield from place.drop(Reason.ENCRYPTED, "a PDF: save it without its password")
    except DocumentBombError as error:
        yield from place.drop(Reason.BOMB, f"a PDF: {error}")
    except DamagedDocumentError as error:
        yield from place.drop(Reason.CORRUPT, f"a PDF: {error}; {_AGAIN}")
    else:
        yield from _read_pages(pages, place)


def _has_end(file: BinaryIO, size: int) -> bool:
    """Return whether the mark of its end stands near the end of a PDF, as viewers require it.

    Of a file that was cut off, pypdf would read the pages that it finds.
    """
    file.seek(max(size - _END_BYTES, 0))
    return b"%%EOF" in file.read(_END_BYTES)


def _read_pages(pages: PdfPages, place: Place) -> _Outcomes:
    if pages.count > place.settings.pdf_pages:
        detail = f"a PDF of {pages.count:,} pages, more than read.pdf_pages: split it"
        yield from place.drop(Reason.TOO_LARGE, detail)
        return
    paragraphs = page_paragraphs(pages.lines(), is_document_mark)
    first = list(islice(paragraphs, _SAMPLE))
    if not first and pages.fault:
        yield from place.drop(pages.fault, f"a PDF: {pages.detail}; {_AGAIN}")
    elif not first:
        named = "without a text layer" if pages.count else "without pages"
        yield from place.drop(Reason.NO_TEXT, f"a PDF {named}: {_OCR}")
    elif _is_unreadable(first):
        yield from place.drop(Reason.NO_TEXT, f"a PDF whose fonts hide their letters: {_OCR}")
    else:
        for outcome in document_outcomes(chain(first, paragraphs), place, pages):
            yield _with_pages(outcome, pages, place)


def _is_unreadable(paragraphs: list[Paragraph]) -> bool:
    """Return whether a font without a table of its characters gives codes instead of letters."""
    text = "".join("".join(paragraph.text.split()) for paragraph in paragraphs)
    unreadable = sum(unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs") for letter in text)
    return unreadable > _MOST_UNREADABLE * len(text)


def _with_pages(
    outcome: RawDocument | Dropped, pages: PdfPages, place: Place
) -> RawDocument | Dropped:
    """Return an outcome with what is known of the pages.

    The row of a fault says which page it was. A document that is the whole file says how many pages
    have no text: they may be pictures of pages.
    """
    if isinstance(outcome, Dropped):
        if pages.fault is None or outcome.reason != pages.fault.value:
            return outcome
        rest = f", {outcome.detail}" if outcome.detail else ""
        return replace(outcome, detail=f"a PDF: {pages.detail}{rest}; {_AGAIN}")
    if outcome.locator != place.locator or not pages.blank:
        return outcome
    extra = {"pages": pages.count, "pages_without_text": pages.blank}
    return replace(outcome, declared=replace(outcome.declared, extra=extra))
