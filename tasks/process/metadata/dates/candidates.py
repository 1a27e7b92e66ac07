"""Collect the dates that a page declares or shows, as candidates with their kind and place."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from selectolax.lexbor import LexborNode

from tasks.process.metadata.dates.labels import (
    Label,
    is_in_update,
    is_publication_name,
    is_update_name,
    label_around,
    label_of,
)
from tasks.process.metadata.dates.printed import (
    BELOW_HEADLINE,
    DATELINE,
    FAR_FROM_HEADLINE,
    NEAR_HEADLINE,
    ONLY_DATE,
    SeenDate,
)
from tasks.process.metadata.dates.written import WrittenDate, find_dates, read_whole
from tasks.process.metadata.elements import Elements, MarkedElement
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import Node, page_nodes, types_of
from tasks.process.metadata.sources import (
    META_DATE,
    META_MODIFIED,
    META_PUBLISHED,
    DateKind,
)
from tasks.process.metadata.visible import (
    REACH_CHARACTERS,
    Line,
    text_after,
    texts_with_years,
)
from tasks.records import DateCandidate
from tasks.web.day_orders import has_two_readings
from tasks.web.months import month_number
from tasks.web.plain import plain, text_pieces

FIRST_PAGE_DAY = date(1995, 1, 1)
URL_DATE = re.compile(
    r"[/_-](?P<year>(?:19|20)\d\d)(?P<sep>[/_-]?)(?P<month>0[1-9]|1[0-2])(?P=sep)"
    r"(?P<day>0[1-9]|[12]\d|3[01])(?=[/._?-]|$)"
    r"|/(?P<year2>(?:19|20)\d\d)/(?P<month2>\d{1,2}|[a-z]{3,9})/(?P<day2>\d{1,2})(?=/|$)"
)
# "SPRINGFIELD, Dec 20, 2025 (AFP) -"
BEFORE_DATE = re.compile(r"^[^\W\d_a-z][^\d]{2,40}[,(]\s{0,2}$")
# Distances from the headline, in characters. A date at FAR_DISTANCE or more is taken for that of
# the article only if it has a time of day.
HEADLINE_REACH = 450
FAR_DISTANCE = 250
BELOW_DISTANCE = 75
CLOCK_TIME = re.compile(r"\d[:.hH]\s?[0-5]\d")
SHORT_LINE = 60  # characters
REACH_ABOVE = 60  # elements above the first heading that belong to the article

# The kind, place and text of a date that is not parsed yet.
RawDate = tuple[DateKind, str, str]


def declared_dates(evidence: PageEvidence) -> Iterator[SeenDate]:
    """Yield the dates of JSON-LD, metas, microdata, the URL and `<time>`."""
    for source, collect in DECLARED_SOURCES.items():
        for kind, place, raw in collect(evidence):
            written = read_whole(plain(raw, 200), evidence.reading)
            yield kind, _candidate_of(evidence, source, place, raw, written)


def _from_jsonld(evidence: PageEvidence) -> Iterator[RawDate]:
    keys: tuple[tuple[DateKind, str], ...] = (
        ("jsonld_published", "datePublished"),
        ("created", "dateCreated"),
        ("modified", "dateModified"),
    )
    if evidence.article is not None:
        for kind, key in keys:
            yield from _from_node(kind, evidence.article, key)
    others = [node for node in page_nodes(evidence.jsonld) if node is not evidence.article]
    for node in others[:5]:  # limits the work on a page with very many nodes
        yield from _from_node("jsonld_page", node, "datePublished")
        yield from _from_node("modified", node, "dateModified")


def _from_node(kind: DateKind, node: Node, key: str) -> Iterator[RawDate]:
    value = node.get(key)
    value = value[0] if isinstance(value, list) and value else value
    value = value.get("@value") if isinstance(value, dict) else value
    if isinstance(value, int):
        value = str(value)
    if isinstance(value, str) and value.strip():
        name = (types_of(node) or ("",))[0]
        yield kind, f"jsonld[{name}.{key}]", value


def _from_meta(evidence: PageEvidence) -> Iterator[RawDate]:
    groups: tuple[tuple[DateKind, tuple[str, ...]], ...] = (
        ("meta_published", META_PUBLISHED),
        ("meta_date", META_DATE),
        ("modified", META_MODIFIED),
    )
    for kind, names in groups:
        for name in names:
            for content in evidence.elements.metas.get(name, ())[:3]:
                yield kind, f"meta[{name}]", content


def _from_properties(evidence: PageEvidence) -> Iterator[RawDate]:
    kinds: dict[str, DateKind] = {
        "datepublished": "microdata_published",
        "datecreated": "created",
        "datemodified": "modified",
    }
    for mark in evidence.elements.properties:
        for name in mark.itemprop.split():
            kind = kinds.get(name)
            if kind and not evidence.elements.is_outside_article(mark.node):
                yield kind, f"itemprop[{name}]", _value_of(mark)


def _from_url(evidence: PageEvidence) -> Iterator[RawDate]:
    match = URL_DATE.search((evidence.url or "")[:2_000])
    if match:
        parts = match.groupdict()
        names = ("year", "month", "day")
        year, month, day = (parts[name] or parts[f"{name}2"] or "" for name in names)
        number = month if month.isdigit() else month_number(month)
        if number:
            yield "url", "url", f"{year}-{number:0>2}-{day:0>2}"


def headline_dates(evidence: PageEvidence) -> Iterator[SeenDate]:
    """Yield dates in lines near the headline.

    A label such as `Published:` may be in the line before or after the date. An unlabelled date in
    the middle of a long line is left out, because it belongs to a sentence.
    """
    before = ""
    following = [*(line.text for line in evidence.lines[1:]), ""]
    for line, behind in zip(evidence.lines, following, strict=False):
        if line.distance > HEADLINE_REACH:
            return
        place = _place_of(line)
        for at, raw, written in find_dates(line.text, evidence.reading):
            rest = line.text[at + len(raw) :] or behind
            kind = _label_with_element(label_of(f"{before} {line.text[:at]}", rest), line.node)
            if kind != "headline" or len(line.text) <= len(raw) + 60 or at < 2:
                yield kind, _candidate_of(evidence, "text", place, raw, written)
        before = line.text[-40:]


def _place_of(line: Line) -> str:
    if 0 <= line.distance < BELOW_DISTANCE:
        return BELOW_HEADLINE
    is_far = line.distance >= FAR_DISTANCE and not CLOCK_TIME.search(line.text)
    return FAR_FROM_HEADLINE if is_far else NEAR_HEADLINE


def _label_with_element(label: Label, node: LexborNode | None) -> Label:
    """Return the label of a printed date, by its words or else by the names of its element."""
    return "modified" if label == "headline" and is_in_update(node) else label


def _from_times(evidence: PageEvidence) -> Iterator[RawDate]:
    for mark in _marks_of_article(evidence.elements, evidence.elements.times):
        value = mark.attributes.get("datetime") or _text_of(mark)
        yield ("modified" if _is_update(mark) else "time"), f"time[{mark.names[:40]}]", value


def class_dates(evidence: PageEvidence) -> Iterator[SeenDate]:
    """Yield dates in elements whose class or id names a date."""
    for mark in _marks_of_article(evidence.elements, evidence.elements.dates):
        text = mark.attributes.get("content") or _text_of(mark)
        if len(text) > 160:
            continue
        for at, raw, written in find_dates(text, evidence.reading):
            is_update = _is_update(mark) or label_of(text[:at]) == "modified"
            kind: DateKind = "modified" if is_update else "class"
            yield kind, _candidate_of(evidence, "text", f"class[{mark.names[:40]}]", raw, written)


def _text_of(mark: MarkedElement) -> str:
    """Return the text of an element, with spaces between day, month and year in own elements."""
    return " ".join(text_pieces(mark.node))


def _marks_of_article(elements: Elements, marks: list[MarkedElement]) -> list[MarkedElement]:
    """Return the marks that belong to the article: those from the first heading on come first."""
    own = [mark for mark in marks[:40] if not elements.is_outside_article(mark.node)]
    if len(own) < 2:
        return own
    above = elements.headline_position - REACH_ABOVE
    return sorted(own, key=lambda mark: elements.position(mark.node) < above)


def _is_update(mark: MarkedElement) -> bool:
    """Return whether the names of an element or the words beside it mark the date of a change."""
    if is_publication_name(mark.names):
        return False
    return is_update_name(mark.names) or label_around(mark.node) == "modified"


def text_dates(evidence: PageEvidence) -> Iterator[SeenDate]:
    """Yield dates anywhere on the visible page, for pages that have no date elsewhere.

    Labelled dates and datelines are candidates. A date without a label is one only if it is in a
    short line and the page shows no other day in such lines.
    """
    bare: list[tuple[str, WrittenDate | None]] = []
    for before, node in texts_with_years(evidence.elements):
        text = plain((node.text_content or "")[:REACH_CHARACTERS])
        for at, raw, written in find_dates(text, evidence.reading):
            rest = text[at + len(raw) :] or text_after(node)
            kind = _label_with_element(label_of(f"{before} {text[:at]}", rest), node)
            if kind != "headline":
                yield kind, _candidate_of(evidence, "text", "text", raw, written)
            elif BEFORE_DATE.match(text[:at]) and not raw[:2].isdigit():
                yield "text", _candidate_of(evidence, "text", DATELINE, raw, written)
            elif len(text) <= SHORT_LINE:
                bare.append((raw, written))
    if len({written and written.day for _, written in bare}) == 1:
        raw, written = bare[0]
        yield "text", _candidate_of(evidence, "text", ONLY_DATE, raw, written)


def _value_of(mark: MarkedElement) -> str:
    get = mark.attributes.get
    return get("content") or get("datetime") or _text_of(mark)


def _candidate_of(
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
    """Return the reason why a date cannot be that of a web page; None if it can."""
    if written.day < FIRST_PAGE_DAY:
        return "before_1995"
    return "future" if latest and _is_after(written, latest) else None


def _is_after(written: WrittenDate, latest: datetime) -> bool:
    return written.instant > latest if written.instant else written.day > latest.date()


# The readers of declared dates by source, which is the value of `published_source`.
DECLARED_SOURCES: dict[str, Callable[[PageEvidence], Iterator[RawDate]]] = {
    "jsonld": _from_jsonld,
    "meta": _from_meta,
    "microdata": _from_properties,
    "url": _from_url,
    "time": _from_times,
}
