"""Chooses the reader of a download, office document, corpus or table, and imports it only then."""

import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from tasks.read.kinds import Kind, Sniffed
from tasks.read.place import Place
from tasks.read.streams import buffered
from tasks.read.transcoding import Transcoding
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]
_Read = Callable[[io.BufferedReader, Place], _Outcomes]


def read_download(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> _Outcomes:
    """Yield the documents of a file of one of the kinds in DOWNLOADS."""
    # The declaration of XML names its encoding.
    if sniffed.encoding and sniffed.kind is not Kind.NEWS_XML:
        stream = buffered(Transcoding(stream, sniffed.encoding))
    return _READERS[sniffed.kind](sniffed)(stream, place)


# Each function imports what it returns: lxml and the tables of labels take 60 ms to load, pypdf
# 80 ms.


def _databank(sniffed: Sniffed) -> _Read:
    from tasks.read.formats.databanks.reader import read_page, read_text

    assert sniffed.databank
    read = read_page if sniffed.kind is Kind.DATABANK_PAGE else read_text
    return partial(read, databank=sniffed.databank)


def _office(sniffed: Sniffed) -> _Read:
    from tasks.read.formats.office import read_docx, read_odt, read_rtf

    return {Kind.DOCX: read_docx, Kind.ODT: read_odt, Kind.RTF: read_rtf}[sniffed.kind]


def _pdf(_: Sniffed) -> _Read:
    from tasks.read.formats.pdf import read_pdf

    return read_pdf


def _corpus(sniffed: Sniffed) -> _Read:
    from tasks.read.formats.news_xml.reader import read_news_xml
    from tasks.read.formats.reuters import read_reuters
    from tasks.read.formats.story import read_story

    readers = {Kind.STORY: read_story, Kind.REUTERS: read_reuters, Kind.NEWS_XML: read_news_xml}
    return readers[sniffed.kind]


def _workbook(_: Sniffed) -> _Read:
    from tasks.read.formats.sheets import read_workbook

    return read_workbook


def _sqlite(_: Sniffed) -> _Read:
    from tasks.read.formats.sqlite_rows import read_sqlite

    return read_sqlite


def _statistics(_: Sniffed) -> _Read:
    from tasks.read.formats.statistics_rows import read_statistics

    return read_statistics


_READERS: Mapping[Kind, Callable[[Sniffed], _Read]] = {
    Kind.DATABANK_PAGE: _databank,
    Kind.DATABANK_TEXT: _databank,
    Kind.DOCX: _office,
    Kind.ODT: _office,
    Kind.RTF: _office,
    Kind.PDF: _pdf,
    Kind.STORY: _corpus,
    Kind.REUTERS: _corpus,
    Kind.NEWS_XML: _corpus,
    Kind.SPREADSHEET: _workbook,
    Kind.SQLITE: _sqlite,
    Kind.STATISTICS: _statistics,
}
DOWNLOADS = frozenset(_READERS)
