"""Choose the date of publication of a page among all dates that it declares or shows.

Every date becomes a candidate and is kept with a verdict. At most one is chosen, none is invented.

The verdicts are made in steps. `candidates` gives every possible date `outranked`, and every other
one a final verdict (`ambiguous`, `unparsable`, `before_1995`, `future`). `printed` changes
`outranked` to `doubted` for dates in unreliable places. From the remaining `outranked` ones this
module takes the best as `chosen`, and marks the dates of changes as `modified`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from tasks.process.metadata.dates.candidates import (
    class_dates,
    declared_dates,
    headline_dates,
    text_dates,
)
from tasks.process.metadata.dates.page_order import hinted_order, proven_order
from tasks.process.metadata.dates.printed import (
    BELIEVED,
    PRINTED,
    PlaceCategory,
    SeenDate,
    with_doubts,
)
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import is_news as is_news_node
from tasks.process.metadata.sources import DATE_ORDER, DateKind
from tasks.records import DateCandidate
from tasks.web.day_orders import DayOrder, has_two_readings

MOST_CANDIDATES = 60
LATE_STAMP = timedelta(days=180)
CONFLICT_KINDS: frozenset[DateKind] = frozenset(
    {"jsonld_published", "meta_published", "microdata_published", "url"}
)
# Kinds of dates that may be those of the publication or of a change: nothing says which.
UNLABELLED: frozenset[DateKind] = frozenset({"headline", "time", "meta_date", "class", "text"})

# Kinds that are only looked for if no better date is believed: their places are often wrong.
FALLBACK_READERS: dict[DateKind, Callable[[PageEvidence], Iterator[SeenDate]]] = {
    "class": class_dates,
    "text": text_dates,
}


@dataclass(frozen=True, slots=True)
class PageDates:
    """The dates of a page; at most one candidate has the verdict `chosen`.

    Attributes:
        conflict: whether a reliable date contradicts the chosen one by more than a day.
        is_open: whether a date has two readings, and the page does not prove which one is meant.
    """

    published: DateCandidate | None
    modified_at: datetime | None
    candidates: tuple[DateCandidate, ...]
    conflict: bool
    is_open: bool = False


def read_dates(evidence: PageEvidence) -> PageDates:
    """Return the dates of a page.

    If a date has two readings (3/4/2021), all dates are read again in the order of day and month
    that the page proves, or else in the one that it hints at.
    """
    found = collect_dates(evidence, list(declared_dates(evidence)))
    known = [candidate for _, candidate in found]
    if not any(has_two_readings(candidate.raw) for candidate in known):
        return _choose_dates(evidence, found)
    proven = proven_order(evidence, known)
    if proven != "unknown":
        return read_in_order(evidence, proven, is_proven=True)
    hinted = hinted_order(evidence, known)
    return replace(read_in_order(evidence, hinted, is_proven=False), is_open=True)


def read_in_order(evidence: PageEvidence, order: DayOrder, *, is_proven: bool) -> PageDates:
    """Return the dates of a page, read in the given order of day and month."""
    reading = replace(evidence.reading, order=order, is_proven=is_proven)
    evidence = replace(evidence, reading=reading)
    return _choose_dates(evidence, collect_dates(evidence, list(declared_dates(evidence))))


def _choose_dates(evidence: PageEvidence, found: list[SeenDate]) -> PageDates:
    """Choose the date of publication and give every candidate its final verdict.

    The best candidate decides the day. Another candidate may then add the time of this day or the
    publisher's local day.
    """
    seen = found[:MOST_CANDIDATES]
    best = best_of(seen)
    if best is not None and not _is_news(evidence):
        best = _older_printed_date(best, seen, evidence.url or "") or best
    winner = _most_precise(best, seen) if best else None
    chosen = (
        replace(winner, verdict="chosen", day=_publishers_day(winner, seen)) if winner else None
    )
    modified = next(
        (c for kind, c in seen if kind == "modified" and c.verdict == "outranked"), None
    )
    return PageDates(
        published=chosen,
        modified_at=instant_of(modified) if modified else None,
        candidates=tuple(
            (chosen if chosen and c is winner else _with_final_verdict(kind, c)) for kind, c in seen
        ),
        conflict=_is_conflict(chosen, seen),
    )


def collect_dates(
    evidence: PageEvidence, declared: list[SeenDate], believed: frozenset[PlaceCategory] = BELIEVED
) -> list[SeenDate]:
    """Return declared and printed dates; less likely places are read until a date is believed.

    On news pages with a believed declared date, printed dates are not needed at all.
    """
    found = declared
    seen = _with_verdicts(found, believed)
    if not _is_news(evidence) or best_of(seen) is None or _differs_by_a_day(seen):
        found = [*found, *headline_dates(evidence)]
        seen = _with_verdicts(found, believed)
    for kind in DATE_ORDER:
        if kind in FALLBACK_READERS and best_of(seen) is None:
            found = [*found, *FALLBACK_READERS[kind](evidence)]
            seen = _with_verdicts(found, believed)
    return seen


def _with_verdicts(found: list[SeenDate], believed: frozenset[PlaceCategory]) -> list[SeenDate]:
    return with_doubts(_with_changes(found), believed)


def _is_news(evidence: PageEvidence) -> bool:
    return evidence.article is not None and is_news_node(evidence.article)


def instant_of(candidate: DateCandidate) -> datetime | None:
    """Return the instant of a date, or 00:00 UTC of its day if it has no time."""
    if candidate.instant is not None or candidate.day is None:
        return candidate.instant
    return datetime(candidate.day.year, candidate.day.month, candidate.day.day, tzinfo=UTC)


def _with_changes(seen: list[SeenDate]) -> list[SeenDate]:
    """Make unlabelled dates `modified` if the page declares the same instant as its last change.

    If the page declares the same string for its publication and its change, it was not changed
    since, and all kinds stay.
    """
    changes = [c for kind, c in seen if kind == "modified"]
    published = [c for kind, c in seen if kind != "modified" and kind not in UNLABELLED]
    if any(":" in raw for raw in {c.raw for c in changes} & {c.raw for c in published}):
        return seen
    borrowed = {c.instant for c in changes} - {c.instant for c in published} - {None}
    return [("modified" if c.instant in borrowed else kind, c) for kind, c in seen]


def best_of(seen: list[SeenDate]) -> DateCandidate | None:
    """Return the believed candidate of the best kind, in the order of `DATE_ORDER`."""
    for kind in DATE_ORDER:
        for other, candidate in seen:
            if other == kind and candidate.verdict == "outranked":
                return candidate
            if other == kind and kind in PRINTED and candidate.verdict == "ambiguous":
                return None  # the page shows its date; a day printed farther off is not it
    return None


def _older_printed_date(
    best: DateCandidate, seen: list[SeenDate], url: str
) -> DateCandidate | None:
    """Return a date printed near the headline that is half a year older than the declared one.

    Outside newsrooms, a move to another content system gives old pages new declared dates. The rule
    was made on a handful of pages of the development corpora. Pages whose address contains the
    declared month are excluded.
    """
    if best.day is None or f"/{best.day:%Y/%m}" in url:
        return None
    for kind, printed in seen:
        if kind in {"labelled", "headline"} and printed.verdict == "outranked" and printed.day:
            return printed if best.day - printed.day > LATE_STAMP else None
    return None


def _differs_by_a_day(seen: list[SeenDate]) -> bool:
    """Return whether the date's UTC day and the URL's day are neighbours.

    The visible date then decides which one is the publisher's day.
    """
    best = best_of(seen)
    link = next((c for kind, c in seen if kind == "url"), None)
    if best is None or link is None or best.instant is None or not link.day or not best.day:
        return False
    return best.instant.date() == best.day and abs(link.day - best.day) == timedelta(days=1)


def _most_precise(best: DateCandidate, seen: list[SeenDate]) -> DateCandidate:
    """Return the best candidate, or the first other one that has a time on the same day."""
    if best.instant is not None:
        return best
    others = (c for kind, c in seen if kind != "modified" and c.verdict == "outranked")
    return next((c for c in others if c.instant is not None and c.day == best.day), best)


def _publishers_day(winner: DateCandidate, seen: list[SeenDate]) -> date | None:
    """Return the publisher's calendar day: the local day if the page shows it, else the day in UTC.

    The page shows it by the same instant with an offset, or if the URL and a visible date agree.
    """
    others = [
        (k, c)
        for k, c in seen
        if k != "modified" and c.verdict in {"outranked", "doubted"} and c.day
    ]
    for _, other in others if winner.instant else ():
        if other.instant == winner.instant and other.day != winner.day:
            return _other_than_utc_day(winner, other)
    if _differs_by_a_day(seen):
        link = next(c.day for kind, c in others if kind == "url")
        if any(c.day == link and kind in {"headline", "labelled", "time"} for kind, c in others):
            return link
    return winner.day


def _other_than_utc_day(best: DateCandidate, other: DateCandidate) -> date | None:
    """Return the day of two candidates for one instant that differs from the day in UTC."""
    in_utc = best.instant.date() if best.instant else None
    return other.day if best.day == in_utc else best.day


def _with_final_verdict(kind: DateKind, candidate: DateCandidate) -> DateCandidate:
    if kind == "modified" and candidate.verdict == "outranked":
        return replace(candidate, verdict="modified")
    return candidate


def _is_conflict(chosen: DateCandidate | None, seen: list[SeenDate]) -> bool:
    # Days that differ by one are no conflict: a day in UTC may be another one than the local day.
    if chosen is None or chosen.day is None:
        return False
    return any(
        kind in CONFLICT_KINDS
        and other.verdict == "outranked"
        and other.day is not None
        and abs(other.day - chosen.day) > timedelta(days=1)
        for kind, other in seen
    )
