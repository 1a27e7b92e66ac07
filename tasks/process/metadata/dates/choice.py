"""Dates of a page: every one seen becomes a candidate, one is chosen, none is invented."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from tasks.day_orders import has_two_readings
from tasks.process.metadata.date_candidates import (
    class_dates,
    declared_dates,
    headline_dates,
    text_dates,
)
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import is_news as is_news_node
from tasks.process.metadata.page_order import page_order
from tasks.process.metadata.printed_dates import BELIEVED, PRINTED, Seen, Sort, with_doubts
from tasks.process.metadata.sources import DATE_ORDER, DateKind
from tasks.records import DateCandidate

MOST_CANDIDATES = 60
LATE_STAMP = timedelta(days=180)
STRONG: frozenset[DateKind] = frozenset(
    {"jsonld_published", "meta_published", "microdata_published", "url"}
)
# Dates of which nothing says whether they are of publication or of a change.
BARE: frozenset[DateKind] = frozenset({"headline", "time", "meta_date", "class", "text"})


@dataclass(frozen=True, slots=True)
class PageDates:
    """The outcome: at most one candidate is `chosen`."""

    published: DateCandidate | None
    modified_at: datetime | None
    candidates: tuple[DateCandidate, ...]
    conflict: bool


def read_dates(evidence: PageEvidence) -> PageDates:
    """Declared dates first; the visible page is read only where they give none."""
    evidence, found = _in_right_order(evidence)
    seen = found[:MOST_CANDIDATES]
    best = best_of(seen)
    if best is not None and not _is_news(evidence):
        best = _printed_before(best, seen, evidence.url or "") or best
    winner = _most_precise(best, seen) if best else None
    chosen = replace(winner, verdict="chosen", day=_own_day(winner, seen)) if winner else None
    modified = next(
        (c for kind, c in seen if kind == "modified" and c.verdict == "outranked"), None
    )
    return PageDates(
        published=chosen,
        modified_at=instant_of(modified) if modified else None,
        candidates=tuple(
            (chosen if chosen and c is winner else _judged(kind, c)) for kind, c in seen
        ),
        conflict=_is_conflict(chosen, seen),
    )


def _in_right_order(evidence: PageEvidence) -> tuple[PageEvidence, list[Seen]]:
    """Collect the dates; once more if one has two readings, when the page's order is known."""
    seen = collected(evidence, list(declared_dates(evidence)))
    candidates = [candidate for _, candidate in seen]
    if not any(has_two_readings(candidate.raw) for candidate in candidates):
        return evidence, seen
    order = page_order(evidence, candidates)
    if order == evidence.reading.order:
        return evidence, seen
    evidence = replace(evidence, reading=replace(evidence.reading, order=order))
    return evidence, collected(evidence, list(declared_dates(evidence)))


def collected(
    evidence: PageEvidence, declared: list[Seen], believed: frozenset[Sort] = BELIEVED
) -> list[Seen]:
    """Return declared and printed dates; places farther off are read until one is believed."""
    found = declared
    seen = _weighed(found, believed)
    if not _is_news(evidence) or best_of(seen) is None or _is_day_off(seen):
        found = [*found, *headline_dates(evidence)]
        seen = _weighed(found, believed)
    for collect in (class_dates, text_dates):
        if best_of(seen) is None:
            found = [*found, *collect(evidence)]
            seen = _weighed(found, believed)
    return seen


def _weighed(found: list[Seen], believed: frozenset[Sort]) -> list[Seen]:
    return with_doubts(_with_changes(found), believed)


def _is_news(evidence: PageEvidence) -> bool:
    return evidence.article is not None and is_news_node(evidence.article)


def instant_of(candidate: DateCandidate) -> datetime | None:
    """The instant, or 00:00 UTC of the day."""
    if candidate.instant is not None or candidate.day is None:
        return candidate.instant
    return datetime(candidate.day.year, candidate.day.month, candidate.day.day, tzinfo=UTC)


def _with_changes(seen: list[Seen]) -> list[Seen]:
    """Takes a bare time for that of a change where the page declares the same instant as such.

    It stays what it is where the page declares the same clock time as that of its publication: it
    was not changed since.
    """
    changes = [c for kind, c in seen if kind == "modified"]
    published = [c for kind, c in seen if kind != "modified" and kind not in BARE]
    if any(":" in raw for raw in {c.raw for c in changes} & {c.raw for c in published}):
        return seen
    borrowed = {c.instant for c in changes} - {c.instant for c in published} - {None}
    return [("modified" if c.instant in borrowed else kind, c) for kind, c in seen]


def best_of(seen: list[Seen]) -> DateCandidate | None:
    """Return the believed candidate of the best kind."""
    for kind in DATE_ORDER:
        for other, candidate in seen:
            if other == kind and candidate.verdict == "outranked":
                return candidate
            if other == kind and kind in PRINTED and candidate.verdict == "ambiguous":
                return None  # the page says when; a day printed farther off is another one's
    return None


def _printed_before(best: DateCandidate, seen: list[Seen], url: str) -> DateCandidate | None:
    """A date printed near the headline that is half a year or more older than the declared one.

    Outside newsrooms, a move to another system stamps old pages anew. The rule was made on a
    handful of pages of the development corpora; those whose address has the declared month are
    left out.
    """
    if best.day is None or f"/{best.day:%Y/%m}" in url:
        return None
    for kind, printed in seen:
        if kind in {"labelled", "headline"} and printed.verdict == "outranked" and printed.day:
            return printed if best.day - printed.day > LATE_STAMP else None
    return None


def _is_day_off(seen: list[Seen]) -> bool:
    """Whether a UTC stamp and the URL name neighbouring days: the visible date then decides."""
    best = best_of(seen)
    link = next((c for kind, c in seen if kind == "url"), None)
    if best is None or link is None or best.instant is None or not link.day or not best.day:
        return False
    return best.instant.date() == best.day and abs(link.day - best.day) == timedelta(days=1)


def _most_precise(best: DateCandidate, seen: list[Seen]) -> DateCandidate:
    """The best candidate, or the first one that gives the time of the same day."""
    if best.instant is not None:
        return best
    others = (c for kind, c in seen if kind != "modified" and c.verdict == "outranked")
    return next((c for c in others if c.instant is not None and c.day == best.day), best)


def _own_day(winner: DateCandidate, seen: list[Seen]) -> date | None:
    """The publisher's calendar day: a day in UTC gives way to the local one where that is shown.

    It is shown by the same instant with an offset, or where the address and a visible date agree.
    """
    others = [
        (k, c)
        for k, c in seen
        if k != "modified" and c.verdict in {"outranked", "doubted"} and c.day
    ]
    for _, other in others if winner.instant else ():
        if other.instant == winner.instant and other.day != winner.day:
            return _local_day(winner, other)
    if _is_day_off(seen):
        link = next(c.day for kind, c in others if kind == "url")
        if any(c.day == link and kind in {"headline", "labelled", "time"} for kind, c in others):
            return link
    return winner.day


def _local_day(best: DateCandidate, other: DateCandidate) -> date | None:
    """Of two days for one instant, the one that is not the day in UTC."""
    in_utc = best.instant.date() if best.instant else None
    return other.day if best.day == in_utc else best.day


def _judged(kind: DateKind, candidate: DateCandidate) -> DateCandidate:
    if kind == "modified" and candidate.verdict == "outranked":
        return replace(candidate, verdict="modified")
    return candidate


def _is_conflict(chosen: DateCandidate | None, seen: list[Seen]) -> bool:
    if chosen is None or chosen.day is None:
        return False
    return any(
        kind in STRONG
        and other.verdict == "outranked"
        and other.day is not None
        and abs(other.day - chosen.day) > timedelta(days=1)
        for kind, other in seen
    )
