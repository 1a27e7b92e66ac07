"""Reads a databank's download: yields its articles, and a ledger row for each missing one."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from tasks.read.formats.databanks.articles import (
    BrokenDocument,
    DeclaredCount,
    DownloadArticle,
    DownloadPart,
    HeadlineOnly,
    article_outcome,
)
from tasks.read.formats.databanks.europresse import INLINE, read_europresse
from tasks.read.formats.databanks.factiva import looks_like_factiva, read_factiva
from tasks.read.formats.databanks.labels import folded_label
from tasks.read.formats.databanks.nexis_advance import looks_like_nexis_advance, read_advance
from tasks.read.formats.databanks.nexis_numbered import looks_like_nexis_numbered, read_numbered
from tasks.read.formats.databanks.proquest import looks_like_proquest, read_proquest
from tasks.read.formats.databanks.signs import Databank
from tasks.read.formats.paragraphs import Paragraph
from tasks.read.formats.paragraphs.html import HtmlParagraphs, html_pieces
from tasks.read.formats.paragraphs.text import text_paragraphs
from tasks.read.place import Place, dropped
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

Parser = Callable[[Iterator[Paragraph], int], Iterator[DownloadPart]]

PARSERS: dict[Databank, Parser] = {
    Databank.NEXIS_NUMBERED: read_numbered,
    Databank.NEXIS_ADVANCE: read_advance,
    Databank.FACTIVA: read_factiva,
    Databank.EUROPRESSE: read_europresse,
    Databank.PROQUEST: read_proquest,
}
# Markup at which a document of a download in HTML begins.
_MARKS: dict[Databank, re.Pattern[bytes]] = {
    Databank.NEXIS_NUMBERED: re.compile(
        rb"<a\s+name=[\"']?DOC_ID_|<!--[^<>-]{0,60}<DOC NUMBER=", re.I
    ),
    Databank.FACTIVA: re.compile(rb"<div[^<>]{0,80}class=[\"']?article \w\wArticle", re.I),
    Databank.PROQUEST: re.compile(rb"<a[^<>]{1,40}name=[\"']?DocID_", re.I),
}
_ARTICLE = re.compile(rb"<article[\s>]", re.IGNORECASE)
_MASTHEAD = re.compile(rb"<span[^<>]{0,80}class=[\"']?DocPublicationName", re.IGNORECASE)
_LOOKS = (
    (Databank.NEXIS_NUMBERED, looks_like_nexis_numbered),
    (Databank.FACTIVA, looks_like_factiva),
    (Databank.NEXIS_ADVANCE, looks_like_nexis_advance),
    (Databank.PROQUEST, looks_like_proquest),
)
_HEADLINES = frozenset({"printheadline"})
# Number of paragraphs that decide whether an office document is a download.
_LOOK_AHEAD = 600
# Maximum size of a document's markup as a multiple of its maximum text.
_MARKUP_SHARE = 4
# Maximum number of rows for missing documents; a forged count must not write millions of rows.
_MOST_MISSING = 10_000


def read_page(stream: io.BufferedReader, place: Place, databank: Databank) -> _Outcomes:
    """Yield the documents of a download in HTML."""
    most = place.settings.document_bytes
    mark = _MARKS.get(databank) or _europresse_mark(stream.peek())
    reader = HtmlParagraphs(INLINE | _HEADLINES)
    pieces = html_pieces(stream, mark, _MARKUP_SHARE * most)
    paragraphs = chain.from_iterable(reader.read(piece) for piece in pieces)
    return part_outcomes(PARSERS[databank](paragraphs, most), place, stream)


def read_text(stream: io.BufferedReader, place: Place, databank: Databank) -> _Outcomes:
    """Yield the documents of a download in plain text."""
    most = place.settings.document_bytes
    return part_outcomes(PARSERS[databank](text_paragraphs(stream), most), place, stream)


def recognise_databank(
    paragraphs: Iterator[Paragraph],
) -> tuple[Databank | None, Iterator[Paragraph]]:
    """Return the databank of an office document, None for no download, and all its paragraphs."""
    first = list(islice(paragraphs, _LOOK_AHEAD))
    databank = next((databank for databank, looks in _LOOKS if looks(first)), None)
    return databank, chain(first, paragraphs)


def _europresse_mark(head: bytes) -> re.Pattern[bytes]:
    """Return the markup before each document, which differs between the two layouts."""
    old = _MASTHEAD.search(head) and not _ARTICLE.search(head)
    return _MASTHEAD if old else _ARTICLE


@dataclass(slots=True)
class _DocumentCount:
    """The documents of a download that were found so far, and those that it declares."""

    found: int = 0
    numbers: set[int] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    absent: list[str] = field(default_factory=list)
    declared: DeclaredCount | None = None

    def number(self, part: DownloadArticle | BrokenDocument) -> int:
        """Count a document and return its number: the declared one, or else its place."""
        self.found += 1
        number = part.number or self.found
        self.numbers.add(number)
        if isinstance(part, DownloadArticle) and part.title:
            self.titles.add(folded_label(part.title))
        return number

    def missing(self) -> list[tuple[int, str]]:
        """Return number and detail of each document that is declared but was not found."""
        rows: list[tuple[int, str]] = []
        if self.declared:
            first, last = self.declared.first, self.declared.last
            numbered = self.found and max(self.numbers) != self.found
            detail = f"the download declares {last - first + 1} documents, {self.found} were found"
            lacking = last - first + 1 - self.found
            if numbered or first > 1:
                # The documents have numbers, so that the missing ones are known exactly.
                gaps = (n for n in range(first, last + 1) if n not in self.numbers)
                rows = [(n, detail) for n in islice(gaps, _MOST_MISSING)]
            elif lacking > 0:
                # Only the count is known. The missing titles are named if they can be told apart.
                titles = [t for t in self.declared.titles if folded_label(t) not in self.titles]
                named = titles if len(titles) == lacking else []
                rows = [
                    (self.found + n + 1, f"{detail}; missing: {named[n]}" if named else detail)
                    for n in range(min(lacking, _MOST_MISSING))
                ]
        next_number = max([self.found, *self.numbers, *(n for n, _ in rows)], default=0) + 1
        return rows + [(next_number + n, detail) for n, detail in enumerate(self.absent)]


def part_outcomes(parts: Iterator[DownloadPart], place: Place, stream: object) -> _Outcomes:
    """Yield the outcomes of a download's parts, then a row for each declared document not found."""
    counted = _DocumentCount()
    for part in parts:
        if isinstance(part, DeclaredCount):
            counted.declared = part
        elif isinstance(part, HeadlineOnly):
            counted.absent.append(part.detail)
        else:
            yield from _outcome(part, place, counted.number(part))
    if fault := fault_of(stream):
        suffix = f"#document={max(counted.numbers, default=0) + 1}"
        yield from place.drop(fault, "and what follows", suffix=suffix)
        return
    for number, detail in counted.missing():
        suffix = f"#document={number}"
        yield from place.drop(Reason.MISSING_DOCUMENT, detail, suffix=suffix)


def _outcome(part: DownloadArticle | BrokenDocument, place: Place, number: int) -> _Outcomes:
    suffix = f"#document={number}"
    if isinstance(part, BrokenDocument):
        reason = Reason.TOO_LARGE if part.too_large else Reason.BROKEN_DOCUMENT
        yield from place.drop(reason, part.detail, suffix=suffix)
        return
    yield from article_outcome(part, place, suffix)


def single_document(place: Place, texts: Sequence[str]) -> _Outcomes:
    """Yield an office file that is no download as one document."""
    position = place.tally.claim()
    if position is None:
        return
    body = "\n\n".join(texts).encode("utf-8", "replace")
    if not body.strip():
        yield dropped(place.locator, position, Reason.EMPTY, "a document without text")
    else:
        yield RawDocument(
            locator=place.locator, position=position, media="text", body=body, charset="utf-8"
        )
