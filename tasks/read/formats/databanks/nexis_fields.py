"""Shared parts of both layouts of LexisNexis: labels, lists, and the making of an article."""

import re
from typing import Any

from tasks.read.formats.databanks.articles import DownloadArticle
from tasks.read.formats.databanks.dates import read_date
from tasks.read.formats.databanks.fields import split_authors, split_page
from tasks.read.formats.databanks.labels import (
    NEXIS,
    WEEKDAYS,
    folded_label,
    language_code,
    read_length,
    split_label,
    table,
)
from tasks.read.formats.paragraphs import Paragraph

LABELS = table(NEXIS)
LISTS = frozenset("subject company ticker industry person geography".split())
_COLUMNS = frozenset("title authors published publication description language".split())
_CLOCK = re.compile(r"\d:\d\d")


def field_of(paragraph: Paragraph) -> str | None:
    """Return the field that a paragraph such as `Length: 300 words` is labelled with."""
    labelled = split_label(paragraph.line)
    return LABELS.get(folded_label(labelled[0])) if labelled else None


def join(fields: dict[str, str], name: str, value: str) -> None:
    """Append a further line to the value of a field."""
    fields[name] = " ".join(part for part in (fields.get(name, ""), value.strip()) if part)


def editions(rest: str) -> list[str]:
    """Return the parts after a date except weekday and time, such as `FINAL EDITION`."""
    parts = [part.strip() for part in rest.split(",")]
    return [part for part in parts if part and not _is_day_or_time(part)]


def _is_day_or_time(part: str) -> bool:
    return bool(_CLOCK.search(part)) or all(word in WEEKDAYS for word in folded_label(part).split())


def article_of(
    fields: dict[str, str], paragraphs: tuple[str, ...], number: int | None = None
) -> DownloadArticle:
    """Return an article made of fields as written; fields without a column go into `extra`."""
    section, page = split_page(fields.pop("section", ""))
    length = fields.pop("length", "")
    extra: dict[str, Any] = {
        name: value for name, value in fields.items() if name not in _COLUMNS and value
    }
    for name in LISTS & extra.keys():
        extra[name] = [part.strip() for part in extra[name].split(";") if part.strip()]
    published = fields.get("published")
    if not published and (loaded := read_date(fields.get("load_date", ""))):
        published, extra["date_from"] = loaded[0], "load_date"
    extra |= {"page": page} if page else {}
    extra |= {"length": read_length(length) or length} if length else {}
    return DownloadArticle(
        title=fields.get("title") or None,
        paragraphs=paragraphs,
        number=number,
        authors=split_authors(fields.get("authors", "")),
        published=published,
        publication=fields.get("publication") or None,
        section=section,
        description=fields.get("description") or None,
        language=language_code(fields.get("language")),
        extra=extra,
    )
