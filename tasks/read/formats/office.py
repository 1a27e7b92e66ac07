"""Reads DOCX, ODT and RTF files, which are either the download of a databank or one document."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from tasks.read.formats.databanks.reader import (
    PARSERS,
    part_outcomes,
    recognise_databank,
    single_document,
)
from tasks.read.formats.paragraphs import (
    DamagedDocumentError,
    DocumentBombError,
    EncryptedDocumentError,
    Paragraph,
)
from tasks.read.formats.paragraphs.docx import docx_paragraphs
from tasks.read.formats.paragraphs.odt import odt_paragraphs
from tasks.read.formats.paragraphs.packages import IsBomb
from tasks.read.formats.paragraphs.rtf import rtf_paragraphs
from tasks.read.place import Place
from tasks.read.streams import fault_of, random_access, too_expanded
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]


def read_docx(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the documents of a DOCX file, including those before a damaged place."""
    return _read_package(stream, place, "a DOCX file", docx_paragraphs)


def read_odt(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the documents of an OpenDocument text, including those before a damaged place."""
    return _read_package(stream, place, "an OpenDocument text", odt_paragraphs)


def _read_package(
    stream: io.BufferedReader,
    place: Place,
    named: str,
    read: Callable[[BinaryIO, IsBomb], Iterator[Paragraph]],
) -> _Outcomes:
    file = random_access(stream, place.settings)
    if file is None:
        yield from place.drop(Reason.TOO_LARGE, f"{named} in an archive: unpack it first")
        return
    try:
        yield from document_outcomes(read(file, partial(_is_bomb, place)), place, stream)
    except EncryptedDocumentError:
        yield from place.drop(Reason.ENCRYPTED, f"{named}: save it without its password")
    except DocumentBombError:
        yield from place.drop(Reason.BOMB, f"the text of {named}")
    except DamagedDocumentError as error:
        yield from place.drop(Reason.CORRUPT, f"{named}: {error}", suffix="#document=damaged")


def _is_bomb(place: Place, size: int, packed: int) -> bool:
    return too_expanded(size, packed, place.settings)


def read_rtf(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield the documents of an RTF file."""
    return document_outcomes(rtf_paragraphs(stream), place, stream)


def document_outcomes(paragraphs: Iterator[Paragraph], place: Place, stream: object) -> _Outcomes:
    """Yield the articles of a download, or all paragraphs as one document.

    Args:
        stream: what the paragraphs come from; its fault is that of the file.
    """
    databank, paragraphs = recognise_databank(paragraphs)
    if databank:
        yield from part_outcomes(
            PARSERS[databank](paragraphs, place.settings.document_bytes), place, stream
        )
        return
    most = place.settings.document_bytes
    texts: list[str] = []
    size = 0
    for paragraph in paragraphs:
        size += len(paragraph.text) + 2
        if size > most:
            yield from place.drop(Reason.TOO_LARGE, "the text of an office document")
            return
        texts.append(paragraph.text)
    if fault := fault_of(stream):
        yield from place.drop(fault)
    else:
        yield from single_document(place, [text for text in texts if text])
