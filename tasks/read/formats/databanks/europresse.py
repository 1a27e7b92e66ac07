"""Reads downloads of Europresse in HTML.

Since about 2016 each document is an `article` element whose parts have class names. Before, it was
a table with the same class names for masthead and headline, followed by text without class names.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tasks.read.formats.databanks.articles import BrokenDocument, DownloadArticle, DownloadPart
from tasks.read.formats.databanks.dates import read_date
from tasks.read.formats.databanks.fields import split_authors, split_page, unwrapped
from tasks.read.formats.databanks.labels import WEEKDAYS, WORD_UNITS, folded_label, read_length
from tasks.read.formats.databanks.segments import Segment, segments
from tasks.read.formats.paragraphs import Paragraph

# Class names of inline elements that are separate paragraphs.
INLINE = frozenset({"docpublicationname", "docheader", "titrearticlevisu", "docauthors"})
_PUBLICATION = frozenset({"docpublicationname", "rdp__docpublicationname"})
_HEADER = frozenset({"docheader", "rdp__docheader"})
_TITLE = frozenset({"titrearticlevisu", "rdp__articletitle", "titrearticle", "grandtitre"})
_SUBTITLES = {
    "rdp__subtitle": "subtitle", "soustitrearticlevisu": "subtitle", "rdp__surtitle": "surtitle",
    "surtitrearticlevisu": "surtitle",
}  # fmt: skip
_AUTHORS = frozenset({"docauthors", "sm-margin-bottomnews", "rdp__authors"})
_TEXT = frozenset({"dococurrcontainer", "doctext", "rdp__doctext"})
_BELOW = frozenset({"footer", "aside", "apd-wrapper", "public-lblnodoc", "txtcertificat", "nav"})
_IDENTIFIER = re.compile(r"((?:news|bio|rep|doc|web|social|tv|radio)[·•]\d{8}[·•][\w·•.\-]+)")
_BOILERPLATE = re.compile(
    r"(?:©\s*\d{4}|\(c\)\s*\d{4}|copyright|numéro de document|document number|"
    r"número de documento|certificat|this certificate|ce certificat|le présent document|"
    r"the present document|this document is protected|date d'émission|date issued|"
    r"aussi paru dans|also published in|tous droits réservés|all rights reserved|"
    r"this material is protected|ce document est)",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)\s*\d{4}|copyright|.*(?:droits réservés|rights reserved))", re.I
)
_WORDS = re.compile(
    rf"(\d[\d\s.,]{{0,12}}\s(?:{'|'.join(sorted(WORD_UNITS))}))(?!\w)", re.IGNORECASE
)
_ISSUE = re.compile(r",?\s{1,3}((?:n[o°º]|nr|vol|issue)\b\.?.*|#\s?\d.*)", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}[:h]\d\d(?::\d\d)?(?:\s*(?:UTC|GMT|[A-Z]{3,4}))?(?:\s*[+-]\d{4})?")
_MOST_AUTHOR_WORDS = 6


def read_europresse(paragraphs: Iterator[Paragraph], most: int) -> Iterator[DownloadPart]:
    """Yield the articles of a download; Europresse declares no number of documents."""
    for segment in segments(paragraphs, lambda paragraph: paragraph.starts, most):
        if segment.head is None:
            continue
        if segment.cut:
            yield BrokenDocument("one document", too_large=True)
        else:
            yield _read_document(segment)


def _read_document(segment: Segment) -> DownloadPart:
    """Return the article of a segment; the class names of its paragraphs tell the fields."""
    lines = [p for p in [segment.head, *segment.paragraphs] if p is not None and p.text]
    if not any(p.roles & (_PUBLICATION | _TITLE | _TEXT) for p in lines):
        return BrokenDocument("a document without masthead, headline and text")
    header = _read_header(" ".join(p.line for p in lines if p.roles & _HEADER))
    publication, issue = _read_publication(lines)
    texts, authors = _read_text(lines)
    extra: dict[str, Any] = {**header["extra"], **_subtitles(lines), **_read_below(lines)}
    extra |= {"issue": issue} if issue else {}
    extra |= _unmarked_surtitle(lines)
    return DownloadArticle(
        title=" ".join(p.line for p in lines if _is_title(p)) or None,
        paragraphs=unwrapped(texts),
        authors=authors,
        published=header["published"],
        publication=publication,
        section=header["section"],
        extra=extra,
    )


def _is_title(paragraph: Paragraph) -> bool:
    return bool(paragraph.roles & _TITLE) and not paragraph.roles & _SUBTITLES.keys()


def _read_publication(lines: Sequence[Paragraph]) -> tuple[str | None, str | None]:
    """Return the name of the publication and the issue."""
    named = [line for p in lines if p.roles & _PUBLICATION for line in p.text.split("\n")]
    if not named:
        return None, None
    match = _ISSUE.search(named[0])
    name = named[0][: match.start()] if match else named[0]
    issue = [match[1]] if match else []
    return name.strip(" ,"), "; ".join([*issue, *named[1:]]) or None


def _read_header(line: str) -> dict[str, Any]:
    """Read a header such as `Politique, samedi 13 avril 2019 873 mots, p. 15`.

    Returns:
        The keys `published`, `section` and `extra`. Any part of the header may be missing.
    """
    extra: dict[str, Any] = {}
    day = read_date(line, most_before=150)
    before, after = (line[: day[1]], line[day[2] :]) if day else (line, "")
    words = _WORDS.search(after)
    if words:
        extra["length"] = read_length(words[1])
        after = after[: words.start()] + after[words.end() :]
    after = _CLOCK.sub("", after)
    rest, page = split_page(after)
    if page:
        extra["page"] = page
    if rest and day:
        extra["edition"] = rest
    parts = [part.strip() for part in before.split(",")]
    kept = [part for part in parts if part and not _is_weekday(part)]
    return {
        "published": day[0] if day else None,
        "section": "; ".join(kept) or None,
        "extra": extra,
    }


def _is_weekday(part: str) -> bool:
    return all(word in WEEKDAYS for word in folded_label(part).split())


def _subtitles(lines: Sequence[Paragraph]) -> dict[str, str]:
    """Return the lines above and below the headline that have class names."""
    found: dict[str, str] = {}
    for paragraph in lines:
        for role, name in _SUBTITLES.items():
            if role in paragraph.roles:
                found[name] = " ".join(filter(None, (found.get(name), paragraph.line)))
    return found


def _unmarked_surtitle(lines: Sequence[Paragraph]) -> dict[str, str]:
    """Return the line without a class name between masthead and headline of the older layout."""
    headers = [n for n, p in enumerate(lines) if p.roles & _HEADER]
    titles = [n for n, p in enumerate(lines) if _is_title(p)]
    if not headers or not titles or any(p.roles & _TEXT for p in lines):
        return {}
    between = [p.line for p in lines[headers[-1] + 1 : titles[0]] if not p.roles & _TITLE]
    return {"surtitle": " ".join(between)} if between else {}


def _read_text(lines: Sequence[Paragraph]) -> tuple[list[str], tuple[str, ...]]:
    """Return the paragraphs of the text, and the authors."""
    named = [p.line for p in lines if p.roles & _AUTHORS and not p.roles & _TEXT]
    authors = tuple(name for line in named for name in split_authors(line))
    if any(p.roles & _TEXT for p in lines):
        body = [p for p in lines if p.roles & _TEXT and not p.roles & (_TITLE | _BELOW)]
        return [p.text for p in body if not _is_boilerplate(p)], authors
    # The older layout has no class names for the text: it begins after the headline and ends at the
    # lines that the databank adds.
    last = max((n for n, p in enumerate(lines) if p.roles & (_TITLE | _HEADER)), default=-1)
    body = []
    for paragraph in lines[last + 1 :]:
        if paragraph.roles & _BELOW or _is_boilerplate(paragraph):
            break
        body.append(paragraph)
    if not authors and len(body) > 1 and _is_name(body[0].line):
        authors = split_authors(body.pop(0).line)
    return [p.text for p in body], authors


def _is_boilerplate(paragraph: Paragraph) -> bool:
    line = paragraph.line
    return len(line) < 400 and bool(_BOILERPLATE.match(line) or _IDENTIFIER.fullmatch(line))


def _is_name(line: str) -> bool:
    """Return whether the line below a headline is an author: a few words and no sentence."""
    return (
        len(line.split()) <= _MOST_AUTHOR_WORDS
        and line[-1:] not in '.!?:»"'
        and not re.search(r"\d", line)
    )


def _read_below(lines: Sequence[Paragraph]) -> dict[str, str]:
    """Return document number and copyright notice."""
    found: dict[str, str] = {}
    for paragraph in lines:
        match = _IDENTIFIER.search(paragraph.line)
        if match:
            found.setdefault("document_id", match[1])
        elif _COPYRIGHT.match(paragraph.line) and not paragraph.roles & _TEXT:
            found.setdefault("copyright", paragraph.line)
    return found
