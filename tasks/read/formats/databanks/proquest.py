"""Reads downloads of ProQuest in text and HTML: labelled lines, with rules between documents."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.read.formats.databanks.articles import (
    BrokenDocument,
    DeclaredCount,
    DownloadArticle,
    DownloadPart,
)
from tasks.read.formats.databanks.dates import read_date
from tasks.read.formats.databanks.fields import split_authors, unwrapped
from tasks.read.formats.databanks.labels import (
    PROQUEST,
    folded_label,
    language_code,
    split_label,
    table,
)
from tasks.read.formats.databanks.nexis_numbered import read_mark
from tasks.read.formats.databanks.segments import segments
from tasks.read.formats.paragraphs import Paragraph

_LABELS = table(PROQUEST)
_RULE = re.compile(r"_{20,}|-{40,}|={40,}|\*{40,}")
_BOILERPLATE = re.compile(
    r"(?:database copyright|contact (?:us|proquest)|kontakt|copyright of|copyright ©|bibliography|"
    r"bibliographie|citation style|terms and conditions|table of contents|http\S+$|"
    r"proquest document (?:link|view)|proquest-dokument-?(?:link|ansicht)|documentlink|"
    r"lien vers le document|lien du document|enlace de documentos? de proquest|"
    r"enlace del documento|collegamento documento|link do documento)",
    re.IGNORECASE,
)
_NOT_AVAILABLE = re.compile(
    r"(?:none|not) available\.?|nicht verfügbar\.?|non disponible\.?", re.IGNORECASE
)
# Name and page in `The Herald; Oster Quay [Oster Quay]. 08 May 2010: AA.2.`
_INFO = re.compile(r"(?P<name>[^;\[]+?)\s*(?:;|\[|,).*?(?::\s*(?P<page>[\w.\-, ]+?)\.?\s*)?$")
_PLACE = re.compile(r"(?:;|\s\(|,).*$")
_LONGEST_INFO = 500  # characters; with date, volume and page such lines have 150
_LISTS = frozenset({"subject"})
_CORE_FIELDS = frozenset("body document_id published publication info url".split())


def looks_like_proquest(paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether the first paragraphs of a file are those of a download of ProQuest.

    They must contain a mark, two labels that every document has, and the name of ProQuest.
    """
    fields = {field for p in paragraphs for field, _ in _labelled_lines(p)}
    marked = any(_is_mark(p) for p in paragraphs)
    return marked and len(fields & _CORE_FIELDS) >= 2 and "proquest" in _joined(paragraphs)


def read_proquest(paragraphs: Iterator[Paragraph], most: int) -> Iterator[DownloadPart]:
    """Yield the articles of a download, and at the end the number that it declares."""
    declared = 0
    for segment in segments(paragraphs, _is_mark, most):
        mark = read_mark(segment.head.line) if segment.head else None
        if mark:
            declared = max(declared, mark[1])
        kept = [p for p in segment.paragraphs if p.text]
        if segment.head and segment.head.starts and segment.head.text and not mark:
            kept.insert(0, segment.head)
        if segment.cut:
            yield BrokenDocument("one document", too_large=True)
        elif _known_labels(kept) >= 2:
            yield _read_document(kept)
        elif mark and kept:
            yield BrokenDocument("a document without the labels of its fields")
    if declared:
        yield DeclaredCount(declared)


def _is_mark(paragraph: Paragraph) -> bool:
    line = paragraph.line
    return paragraph.starts or bool(_RULE.fullmatch(line)) or read_mark(line) is not None


def _joined(paragraphs: Sequence[Paragraph]) -> str:
    return " ".join(p.text for p in paragraphs).lower()


def _known_labels(paragraphs: Sequence[Paragraph]) -> int:
    return len({field for p in paragraphs for field, _ in _labelled_lines(p)} & _CORE_FIELDS)


def _labelled_lines(paragraph: Paragraph) -> Iterator[tuple[str, str]]:
    for line in paragraph.text.split("\n"):
        labelled = split_label(line)
        field = labelled and _LABELS.get(folded_label(labelled[0]))
        if labelled and field:
            yield field, labelled[1]


def _read_document(paragraphs: Sequence[Paragraph]) -> DownloadPart:
    """Return the article of a document: fields, the text after `Full text:`, and more fields."""
    lines = [line for p in paragraphs for line in [*p.text.split("\n"), ""]]
    body_at, tail_at = _body_bounds(lines)
    above = _read_lines(lines[: body_at if body_at is not None else tail_at])
    below = _read_lines(lines[tail_at:], title=False) if body_at is not None else {}
    texts: list[str] = []
    if body_at is not None:
        texts = _body(lines, body_at, tail_at)
    fields = {**below, **{name: value for name, value in above.items() if value}}
    if below.get("title") and (not fields.get("title") or len(below["title"]) > 3):
        fields["title"] = below["title"]
    return _article(fields, texts)


def _body_bounds(lines: Sequence[str]) -> tuple[int | None, int]:
    """Return the place of the label `Full text:`, and of the first labelled line after the text."""
    fields = [_field(line) for line in lines]
    bodies = [n for n, field in enumerate(fields) if field == "body"]
    if not bodies:
        return None, len(lines)
    # The fields after the text are found from the end of the document, because lines of the text
    # may look like labels. More than two lines without a label end the search.
    tail, loose = len(lines), 0
    seen: set[str] = set()
    for place in range(len(lines) - 1, bodies[0], -1):
        field = fields[place]
        if field in seen and field != "other":
            break  # a repeated label is a line of the text
        if field:
            tail, loose = place, 0
            seen.add(field)
        elif lines[place]:
            loose += 1
            if loose > 2:
                break
    return bodies[0], tail


def _body(lines: Sequence[str], start: int, end: int) -> list[str]:
    """Return the paragraphs of the text, which blank lines separate."""
    labelled = split_label(lines[start])
    first = labelled[1] if labelled else ""
    inner = [first, *lines[start + 1 : end]]
    texts, current = [], []
    for line in [*inner, ""]:
        if line and not _RULE.fullmatch(line):
            current.append(line)
        elif current:
            texts.append("\n".join(current))
            current = []
    return [text for text in texts if not _BOILERPLATE.match(text)]


def _field(line: str) -> str | None:
    labelled = split_label(line)
    return _LABELS.get(folded_label(labelled[0])) if labelled else None


def _read_lines(lines: Sequence[str], *, title: bool = True) -> dict[str, str]:
    """Return the labelled fields; with `title`, lines before the first label are the title."""
    fields: dict[str, str] = {}
    current = "title" if title else ""
    for line in lines:
        labelled = split_label(line)
        field = labelled and _LABELS.get(folded_label(labelled[0]))
        if labelled and field:
            current = folded_label(labelled[0]).replace(" ", "_") if field == "other" else field
            _join(fields, current, labelled[1])
        elif line and current and not _BOILERPLATE.match(line):
            _join(fields, current, line)
    return fields


def _join(fields: dict[str, str], name: str, value: str) -> None:
    fields[name] = " ".join(part for part in (fields.get(name, ""), value.strip()) if part)


def _article(fields: Mapping[str, str], texts: Sequence[str]) -> DownloadPart:
    """Return the article of fields as written; an abstract replaces a missing text."""
    info = _INFO.match(fields.get("info", "")[:_LONGEST_INFO])
    day = read_date(fields.get("published", "")) or read_date(
        fields.get("info", ""), most_before=150
    )
    description = fields.get("description", "")
    description = "" if _NOT_AVAILABLE.match(description) else description
    named = _PLACE.sub("", fields.get("publication", "")).rstrip()
    publication = named or (info["name"] if info else None)
    extra: dict[str, Any] = {
        name: value for name, value in fields.items() if name not in _COLUMNS and value
    }
    pages = fields.get("pages") or (info["page"] if info else None)
    extra |= {"page": pages} if pages else {}
    if not texts and not description:
        return BrokenDocument(f"a record without text: {fields.get('title', '')}"[:200].strip(": "))
    return DownloadArticle(
        title=fields.get("title") or None,
        paragraphs=unwrapped(texts or [description]),
        authors=split_authors(fields.get("authors", "")),
        published=day[0] if day else fields.get("published") or fields.get("year"),
        publication=publication,
        section=fields.get("section") or None,
        description=(description or None) if texts else None,
        language=language_code(fields.get("language")),
        keywords=tuple(
            part.strip() for part in fields.get("subject", "").split(";") if part.strip()
        ),
        extra=extra,
    )


_COLUMNS = frozenset(
    "title authors published year publication section description language subject pages".split()
)
