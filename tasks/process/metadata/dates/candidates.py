"""Every date that a page shows or declares, as candidates with their kind and place."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from selectolax.lexbor import LexborNode

from tasks.day_orders import has_two_readings
from tasks.process.metadata.date_labels import (
    Label,
    is_in_update,
    is_publication_name,
    is_update_name,
    label_around,
    label_of,
)
from tasks.process.metadata.elements import Elements, Marked
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import Node, page_nodes, types_of
from tasks.process.metadata.months import month_number
from tasks.process.metadata.plain import plain, text_pieces
from tasks.process.metadata.printed_dates import (
    BELOW_HEADLINE,
    DATELINE,
    FAR_FROM_HEADLINE,
    NEAR_HEADLINE,
    ONLY_DATE,
    Seen,
)
from tasks.process.metadata.sources import (
    META_DATE,
    META_MODIFIED,
    META_PUBLISHED,
    DateKind,
)
from tasks.process.metadata.visible import (
    REACH_CHARACTERS,
    Line,
    text_behind,
    texts_with_years,
)
from tasks.process.metadata.written_dates import WrittenDate, find_dates, read_whole
from tasks.records import DateCandidate

FIRST_PAGE_DAY = date(1995, 1, 1)
URL_DATE = re.compile(
    r"[/_-](?P<year>(?:19|20)\d\d)(?P<sep>[/_-]?)(?P<month>0[1-9]|1[0-2])(?P=sep)"
    r"(?P<day>0[1-9]|[12]\d|3[01])(?=[/._?-]|$)"
    r"|/(?P<year2>(?:19|20)\d\d)/(?P<month2>\d{1,2}|[a-z]{3,9})/(?P<day2>\d{1,2})(?=/|$)"
)
# "SPRINGFIELD, Dec 20, 2025 (AFP) -"
BEFORE_DATE = re.compile(r"^[^\W\d_a-z][^\d]{2,40}[,(]\s{0,2}$")
HEADLINE_REACH = 450
# A date this far behind the headline is above the story only where it has a time of the day.
FAR = 250
BELOW = 75
CLOCK_TIME = re.compile(r"\d[:.hH]\s?[0-5]\d")
SHORT_LINE = 60
REACH_ABOVE = 60  # elements above the first heading that belong to it

# Kind, place and text of a date before it is read.
Raw = tuple[DateKind, str, str]


def declared_dates(evidence: PageEvidence) -> Iterator[Seen]:
    """Dates of JSON-LD, metas, microdata, the URL and `<time>`."""
    for source, collect in DECLARED_SOURCES.items():
        for kind, place, raw in collect(evidence):
            written = read_whole(plain(raw, 200), evidence.reading)
            yield kind, _bounded(evidence, source, place, raw, written)


def _from_jsonld(evidence: PageEvidence) -> Iterator[Raw]:
    keys: tuple[tuple[DateKind, str], ...] = (
        ("jsonld_published", "datePublished"),
        ("created", "dateCreated"),
        ("modified", "dateModified"),
    )
    if evidence.article is not None:
        for kind, key in keys:
            yield from _of_node(kind, evidence.article, key)
    others = [node for node in page_nodes(evidence.jsonld) if node is not evidence.article]
    for node in others[:5]:
        yield from _of_node("jsonld_page", node, "datePublished")
        yield from _of_node("modified", node, "dateModified")


def _of_node(kind: DateKind, node: Node, key: str) -> Iterator[Raw]:
    value = node.get(key)
    value = value[0] if isinstance(value, list) and value else value
    value = value.get("@value") if isinstance(value, dict) else value
    if isinstance(value, int):
        value = str(value)
    if isinstance(value, str) and value.strip():
        name = (types_of(node) or ("",))[0]
        yield kind, f"jsonld[{name}.{key}]", value


def _from_meta(evidence: PageEvidence) -> Iterator[Raw]:
    groups: tuple[tuple[DateKind, tuple[str, ...]], ...] = (
        ("meta_published", META_PUBLISHED),
        ("meta_date", META_DATE),
        ("modified", META_MODIFIED),
    )
    for kind, names in groups:
        for name in names:
            for content in evidence.elements.metas.get(name, ())[:3]:
                yield kind, f"meta[{name}]", content


def _from_properties(evidence: PageEvidence) -> Iterator[Raw]:
    kinds: dict[str, DateKind] = {
        "datepublished": "microdata_published",
        "datecreated": "created",
        "datemodified": "modified",
    }
    for mark in evidence.elements.properties:
        for name in mark.itemprop.split():
            kind = kinds.get(name)
            if kind and not evidence.elements.is_beside(mark.node):
                yield kind, f"itemprop[{name}]", _value_of(mark)


def _from_url(evidence: PageEvidence) -> Iterator[Raw]:
    match = URL_DATE.search((evidence.url or "")[:2_000])
    if match:
        parts = match.groupdict()
        names = ("year", "month", "day")
        year, month, day = (parts[name] or parts[f"{name}2"] or "" for name in names)
        number = month if month.isdigit() else month_number(month)
        if number:
            yield "url", "url", f"{year}-{number:0>2}-{day:0>2}"


def headline_dates(evidence: PageEvidence) -> Iterator[Seen]:
    """Dates in short lines near the headline; a label may stand in the line before or behind."""
    before = ""
    following = [*(line.text for line in evidence.lines[1:]), ""]
    for line, behind in zip(evidence.lines, following, strict=False):
        if line.distance > HEADLINE_REACH:
            return
        place = _place_of(line)
        for at, raw, written in find_dates(line.text, evidence.reading):
            rest = line.text[at + len(raw) :] or behind
            kind = _named(label_of(f"{before} {line.text[:at]}", rest), line.node)
            if kind != "headline" or len(line.text) <= len(raw) + 60 or at < 2:
                yield kind, _bounded(evidence, "text", place, raw, written)
        before = line.text[-40:]


def _place_of(line: Line) -> str:
    if 0 <= line.distance < BELOW:
        return BELOW_HEADLINE
    is_far = line.distance >= FAR and not CLOCK_TIME.search(line.text)
    return FAR_FROM_HEADLINE if is_far else NEAR_HEADLINE


def _named(label: Label, node: LexborNode | None) -> Label:
    """The label of a printed date; where there is none, what the element around it is named."""
    return "modified" if label == "headline" and is_in_update(node) else label


def _from_times(evidence: PageEvidence) -> Iterator[Raw]:
    for mark in _by_nearness(evidence.elements, evidence.elements.times):
        value = mark.attributes.get("datetime") or _text_of(mark)
        yield ("modified" if _is_update(mark) else "time"), f"time[{mark.names[:40]}]", value


def class_dates(evidence: PageEvidence) -> Iterator[Seen]:
    """Dates in elements named for dates."""
    for mark in _by_nearness(evidence.elements, evidence.elements.dates):
        text = mark.attributes.get("content") or _text_of(mark)
        if len(text) > 160:
            continue
        for at, raw, written in find_dates(text, evidence.reading):
            is_update = _is_update(mark) or label_of(text[:at]) == "modified"
            kind: DateKind = "modified" if is_update else "class"
            yield kind, _bounded(evidence, "text", f"class[{mark.names[:40]}]", raw, written)


def _text_of(mark: Marked) -> str:
    """Day, month and year may stand in elements of their own."""
    return " ".join(text_pieces(mark.node))


def _by_nearness(elements: Elements, marks: list[Marked]) -> list[Marked]:
    """Those of the article: after the first heading in order, then those above it."""
    own = [mark for mark in marks[:40] if not elements.is_beside(mark.node)]
    if len(own) < 2:
        return own
    above = elements.start - REACH_ABOVE
    return sorted(own, key=lambda mark: elements.position(mark.node) < above)


def _is_update(mark: Marked) -> bool:
    """Whether the names of an element or the words beside it say that it dates a change."""
    if is_publication_name(mark.names):
        return False
    return is_update_name(mark.names) or label_around(mark.node) == "modified"


def text_dates(evidence: PageEvidence) -> Iterator[Seen]:
    """The whole visible page, for pages that have no date elsewhere.

    Labelled dates and datelines count; a bare one only if the page shows no other day.
    """
    bare: list[tuple[str, WrittenDate | None]] = []
    for before, node in texts_with_years(evidence.elements):
        text = plain((node.text_content or "")[:REACH_CHARACTERS])
        for at, raw, written in find_dates(text, evidence.reading):
            rest = text[at + len(raw) :] or text_behind(node)
            kind = _named(label_of(f"{before} {text[:at]}", rest), node)
            if kind != "headline":
                yield kind, _bounded(evidence, "text", "text", raw, written)
            elif BEFORE_DATE.match(text[:at]) and not raw[:2].isdigit():
                yield "text", _bounded(evidence, "text", DATELINE, raw, written)
            elif len(text) <= SHORT_LINE:
                bare.append((raw, written))
    if len({written and written.day for _, written in bare}) == 1:
        raw, written = bare[0]
        yield "text", _bounded(evidence, "text", ONLY_DATE, raw, written)


def _value_of(mark: Marked) -> str:
    get = mark.attributes.get
    return get("content") or get("datetime") or _text_of(mark)


def _bounded(
    evidence: PageEvidence, source: str, place: str, raw: str, written: WrittenDate | None
) -> DateCandidate:
    raw = plain(raw, 200)
    if written is None:
        verdict = "ambiguous" if has_two_readings(raw) else "unparsable"
        return DateCandidate(source, place, raw, None, None, None, verdict)
    verdict = bounds_verdict(written, evidence.latest) or "outranked"
    return DateCandidate(
        source, place, raw, written.instant, written.day, written.precision, verdict
    )


def bounds_verdict(written: WrittenDate, latest: datetime | None) -> str | None:
    """Why a date cannot be that of a page on the web; None if it can."""
    if written.day < FIRST_PAGE_DAY:
        return "before_1995"
    return "future" if latest and _is_after(written, latest) else None


def _is_after(written: WrittenDate, latest: datetime) -> bool:
    return written.instant > latest if written.instant else written.day > latest.date()


# The value of `published_source` and the reader of each source of declared dates.
DECLARED_SOURCES: dict[str, Callable[[PageEvidence], Iterator[Raw]]] = {
    "jsonld": _from_jsonld,
    "meta": _from_meta,
    "microdata": _from_properties,
    "url": _from_url,
    "time": _from_times,
}
