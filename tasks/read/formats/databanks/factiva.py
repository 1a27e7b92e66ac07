"""Reads downloads of Factiva in HTML, RTF or text.

A line with the accession number ends each article. There are two displays. With indexing, a code
precedes each field: HD the headline, PD the date, LP and TD the text. Without indexing, the fields
are lines in a fixed order: section, headline, author, number of words, date, source, source code,
edition, page, language, copyright, text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from tasks.read.formats.databanks.articles import (
    BrokenDocument,
    DownloadArticle,
    DownloadPart,
    HeadlineOnly,
)
from tasks.read.formats.databanks.dates import is_date, read_date
from tasks.read.formats.databanks.factiva_codes import read_coded
from tasks.read.formats.databanks.fields import is_page_number, split_authors, unwrapped
from tasks.read.formats.databanks.labels import folded_label, language_code, read_length
from tasks.read.formats.databanks.segments import Segment, segments, segments_by_end
from tasks.read.formats.paragraphs import Paragraph

# An accession number: the code of the source, padded to eight characters, the day, and nine letters
# and digits.
_ACCESSION = re.compile(
    r"(?:AN\s+)?(?:[^\W\d_]{2,14}[\s:]+)?([A-Z][A-Z0-9]{7}(?:19|20)\d{6}[a-z0-9]{9})"
)
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©|\(copyright\)|alle rechte|droits)", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"(?:page \d+ of \d+\s*)?©\s*\d{4}\s+(?:factiva|dow jones)", re.IGNORECASE
)
_SOURCE_CODE = re.compile(r"[A-Z0-9]{2,8}")
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?(?:\s?(?:GMT|UTC))?")
_PAGE = re.compile(r"[A-Z]{0,3}[-.]?\d{1,4}[A-Z]?(?:[-–,]\s?[A-Z]?\d{1,4})?")
_COUNTER = re.compile(r"(\d{1,3})\)\s+")
_BODY_ROLE, _HEAD_ROLE, _AUTHOR_ROLE = "articleparagraph", "hd", "author"
_MOST_HEADER = 14
_SHORT_LINE = 90


def is_accession(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is an accession number, which ends each article."""
    return len(paragraph.text) < 60 and _ACCESSION.fullmatch(paragraph.line) is not None


def looks_like_factiva(paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether the first paragraphs of a file are those of a download of Factiva."""
    return any(is_accession(p) for p in paragraphs)


def read_factiva(paragraphs: Iterator[Paragraph], most: int) -> Iterator[DownloadPart]:
    """Yield the articles of a download, and the headlines whose text it lacks.

    The download declares the number of search results, but not how many of them it contains.
    """
    first = next(paragraphs, None)
    if first is None:
        return
    rest = _prepend(first, paragraphs)
    by_markup = bool(first.roles)
    cut = (
        segments(rest, lambda paragraph: paragraph.starts, most)
        if by_markup
        else segments_by_end(_lines(rest), is_accession, most)
    )
    number = 0
    for segment in cut:
        if by_markup and segment.head is None:
            yield from _headlines(segment.paragraphs)
        elif segment.cut:
            number += 1
            yield BrokenDocument("one article", too_large=True)
        elif by_markup or segment.tail or _has_header(segment.paragraphs):
            number += 1
            yield _read_article(segment, number)
            yield from _headlines(segment.paragraphs)


def _prepend(first: Paragraph, rest: Iterator[Paragraph]) -> Iterator[Paragraph]:
    yield first
    yield from rest


def _lines(paragraphs: Iterator[Paragraph]) -> Iterator[Paragraph]:
    """Split paragraphs into lines, because no blank lines separate the fields in plain text."""
    for paragraph in paragraphs:
        for line in paragraph.text.split("\n"):
            yield replace(paragraph, text=line)


def _headlines(paragraphs: Sequence[Paragraph]) -> Iterator[HeadlineOnly]:
    for paragraph in paragraphs:
        if "printheadline" in paragraph.roles:
            yield HeadlineOnly(f"only its headline is in the download: {paragraph.line}"[:300])


def _has_header(paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether paragraphs belong to an article: a date follows a number of words."""
    lines = [p.line for p in paragraphs]
    return read_coded(paragraphs) is not None or any(
        read_length(line) and is_date(after) for line, after in pairwise(lines)
    )


def _read_article(segment: Segment, number: int) -> DownloadPart:
    """Return the article of a segment, read from its codes or else from the order of its lines."""
    paragraphs, accession = _until_accession(segment)
    if not paragraphs:
        return BrokenDocument("an article without text", number=None)
    coded = read_coded(paragraphs)
    article = coded or _read_plain(paragraphs)
    title = article.title or ""
    counter = _COUNTER.match(title)
    if counter and int(counter[1]) == number:  # some export programs number the headlines
        title = title[counter.end() :]
    extra = {**article.extra, **({"document_id": accession} if accession else {})}
    return DownloadArticle(
        title=title or None,
        paragraphs=article.paragraphs,
        authors=article.authors,
        published=article.published,
        publication=article.publication,
        section=article.section,
        language=article.language,
        keywords=article.keywords,
        extra=extra,
    )


def _until_accession(segment: Segment) -> tuple[list[Paragraph], str | None]:
    """Return the paragraphs of an article before its accession number, and that number."""
    lines = [*([segment.head] if segment.head else []), *segment.paragraphs]
    kept: list[Paragraph] = []
    for paragraph in [*lines, *([segment.tail] if segment.tail else [])]:
        if is_accession(paragraph):
            match = _ACCESSION.fullmatch(paragraph.line)
            return kept, match[1] if match else None
        if (
            paragraph.text
            and not _BOILERPLATE.match(paragraph.line)
            and not is_page_number(paragraph.line)
        ):
            kept.append(paragraph)
    return kept, None


def _read_plain(paragraphs: Sequence[Paragraph]) -> DownloadArticle:
    """Read an article without field codes; the number of words is the anchor of its header."""
    at = next((n for n, p in enumerate(paragraphs[:40]) if _is_length(paragraphs, n)), None)
    if at is None:
        return _without_length(paragraphs)
    above = _read_above(paragraphs[:at])
    header_end = _end_of_header(paragraphs, at)
    below = _read_below([p.line for p in paragraphs[at + 1 : header_end]])
    texts, captions, publisher = _split_body(paragraphs[header_end:], below)
    extra: dict[str, Any] = {
        **above[3],
        **below["extra"],
        "length": read_length(paragraphs[at].line),
    }
    extra |= {"caption": captions} if captions else {}
    extra |= {"publisher": publisher} if publisher else {}
    return DownloadArticle(
        title=above[0],
        paragraphs=unwrapped(texts),
        authors=above[1],
        published=below["published"],
        publication=below["publication"],
        section=above[2],
        language=below["language"],
        extra=extra,
    )


def _is_length(paragraphs: Sequence[Paragraph], at: int) -> bool:
    return read_length(paragraphs[at].line) is not None and _BODY_ROLE not in paragraphs[at].roles


def _without_length(paragraphs: Sequence[Paragraph]) -> DownloadArticle:
    """Read an article whose header has no number of words."""
    heads = [p.line for p in paragraphs if _HEAD_ROLE in p.roles]
    body = [p.text for p in paragraphs if _BODY_ROLE in p.roles]
    day = next(
        (found for p in paragraphs[:12] if is_date(p.line) and (found := read_date(p.line))), None
    )
    texts = body or [p.text for p in paragraphs[1:]]
    return DownloadArticle(
        title=" ".join(heads) or paragraphs[0].line,
        paragraphs=unwrapped(texts),
        published=day[0] if day else None,
    )


def _read_above(
    lines: Sequence[Paragraph],
) -> tuple[str | None, tuple[str, ...], str | None, dict[str, str]]:
    """Return title, authors, section and credit, which precede the number of words."""
    heads = [n for n, p in enumerate(lines) if _HEAD_ROLE in p.roles or p.strong]
    authors = [p.line for p in lines if _AUTHOR_ROLE in p.roles]
    if not heads:
        heads = [1] if _has_section(lines) else [0] if lines else []
    if not heads:
        return None, (), None, {}
    title = " ".join(lines[n].line for n in heads)
    section = "; ".join(p.line for p in lines[: heads[0]]) or None
    rest = [p.line for p in lines[heads[-1] + 1 :] if p.line not in authors]
    if not authors and rest:
        authors = [rest.pop(0)]
    names = tuple(name for line in authors for name in split_authors(line))
    return title, names, section, {"credit": "; ".join(rest)} if rest else {}


def _has_section(lines: Sequence[Paragraph]) -> bool:
    """Return whether the first line is a section: it is short, and a longer line follows.

    This is used only if no markup shows which line is the headline.
    """
    if len(lines) < 2:
        return False
    first, second = lines[0].line, lines[1].line
    byline = re.match(r"(?:by|von|par|por|di|door)\b", second, re.IGNORECASE)
    return not byline and len(first.split()) <= 4 and len(second.split()) > len(first.split())


def _end_of_header(paragraphs: Sequence[Paragraph], at: int) -> int:
    """Return the place at which the text begins: after the copyright, or at the first long line."""
    for place in range(at + 1, min(at + _MOST_HEADER, len(paragraphs))):
        paragraph = paragraphs[place]
        if _BODY_ROLE in paragraph.roles:
            return place
        if _COPYRIGHT.match(paragraph.line):
            return place + 1
        if len(paragraph.line) > _SHORT_LINE:
            return place
    return min(at + _MOST_HEADER, len(paragraphs))


def _read_below(lines: Sequence[str]) -> dict[str, Any]:
    """Return date, source, language and other fields, which follow the number of words."""
    extra: dict[str, str] = {}
    rest = list(lines)
    day = read_date(rest[0]) if rest else None
    published = day[0] if day else None
    if day:
        rest.pop(0)
    if rest and _COPYRIGHT.match(rest[-1]):
        extra["copyright"] = rest.pop()
    # Without the copyright, the language is the last line.
    language = rest.pop() if rest and folded_label(rest[-1]) and len(rest) > 1 else None
    names: list[str] = []
    for line in rest:
        if _TIME.fullmatch(line):
            extra["time"] = line
        elif names and "source_code" not in extra and _SOURCE_CODE.fullmatch(line):
            extra["source_code"] = line
        elif "source_code" in extra and _PAGE.fullmatch(line):
            extra["page"] = line
        elif "source_code" in extra:
            extra["edition"] = "; ".join(filter(None, (extra.get("edition"), line)))
        else:
            names.append(line)
    return {
        "published": published,
        "publication": " ".join(names) or None,
        "language": language_code(language),
        "extra": extra,
    }


def _split_body(
    paragraphs: Sequence[Paragraph], below: dict[str, Any]
) -> tuple[list[str], str, str | None]:
    """Return the paragraphs of the text, the captions below it, and the publisher."""
    if not any(_BODY_ROLE in p.roles for p in paragraphs):
        texts = [p.text for p in paragraphs]
        publisher = texts[-1] if texts and _is_publisher(texts, below) else None
        return (texts[:-1] if publisher else texts), "", publisher
    last = max(n for n, p in enumerate(paragraphs) if _BODY_ROLE in p.roles)
    below_text = [p.line for p in paragraphs[last + 1 :]]
    publisher = below_text.pop() if below_text else None
    return [p.text for p in paragraphs[: last + 1]], " ".join(below_text), publisher


def _is_publisher(texts: Sequence[str], below: dict[str, Any]) -> bool:
    """Return whether the last line names the publisher, whose name is also in the header."""
    last = folded_label(texts[-1])
    known = folded_label(f"{below['extra'].get('copyright', '')} {below['publication'] or ''}")
    words = [word for word in last.split() if len(word) > 3 and word.isalpha()]
    shares = sum(word in known for word in words) * 2 >= len(words)
    return len(texts) > 1 and 0 < len(words) <= 8 and texts[-1][-1:] not in ".!?" and shares
