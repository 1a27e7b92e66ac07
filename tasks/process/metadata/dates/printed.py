"""Which of the dates that a page prints are believed.

Each printed date is of a sort: where it stands, and whether other days are printed beside it. A
sort is believed if it is right often enough, as `python -m tests.training.printed_dates` measures.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from tasks.process.metadata.sources import DateKind
from tasks.records import DateCandidate

Seen = tuple[DateKind, DateCandidate]
Sort = str

BELOW_HEADLINE: Final = "below headline"
NEAR_HEADLINE: Final = "near headline"
FAR_FROM_HEADLINE: Final = "far from headline"
IN_TEXT: Final = "text"
LABELLED: Final = "labelled"
LABELLED_FAR: Final = "labelled, far from headline"
DATELINE: Final = "dateline"
ONLY_DATE: Final = "only date"
AMONG_OTHERS: Final = ", among others"
CHANGED_BEFORE: Final = "after the declared change"

PRINTED: Final[frozenset[DateKind]] = frozenset({"labelled", "headline", "class", "text"})
# Out of fold over the publishers of the development corpora these are right on 95 % of pages; the
# other sorts on fewer than 85 % (tests/training/printed_dates.json).
BELIEVED: Final[frozenset[Sort]] = frozenset(
    {
        LABELLED,
        LABELLED_FAR,
        BELOW_HEADLINE,
        BELOW_HEADLINE + AMONG_OTHERS,
        NEAR_HEADLINE,
        "class",
        DATELINE,
        ONLY_DATE,
    }
)


def with_doubts(seen: list[Seen], believed: Iterable[Sort] = BELIEVED) -> list[Seen]:
    """Return the candidates, with the verdict `doubted` for printed ones of other sorts."""
    sorts = sorts_of(seen)
    return [
        (kind, replace(c, verdict="doubted") if sort and sort not in believed else c)
        for (kind, c), sort in zip(seen, sorts, strict=True)
    ]


def sorts_of(seen: list[Seen]) -> list[Sort | None]:
    """Return the sort of each candidate; None for declared, modified and impossible ones.

    A day that is seen again farther off keeps the sort of its first place.
    """
    printed = [c for kind, c in seen if kind in PRINTED and c.verdict == "outranked"]
    is_alone = len({candidate.day for candidate in printed}) == 1
    changes = (c for kind, c in seen if kind == "modified" and c.source != "text")
    changed = next((c.day for c in changes if c.verdict == "outranked"), None)
    sorts: list[Sort | None] = []
    first: dict[date | None, Sort] = {}
    for kind, candidate in seen:
        sort = None
        if kind in PRINTED and candidate.verdict == "outranked":
            sort = _sort_of(kind, candidate, changed, is_alone=is_alone)
            sort = sort if kind == "labelled" else first.setdefault(candidate.day, sort)
        sorts.append(sort)
    return sorts


def _sort_of(
    kind: DateKind, candidate: DateCandidate, changed: date | None, *, is_alone: bool
) -> Sort:
    """Return the sort of a printed date.

    Args:
        changed: the day of the last change as declared. A page cannot have been published after
            it: such a date was printed when the page was built or is that of another page.
        is_alone: the page prints no other day.
    """
    others = "" if is_alone else AMONG_OTHERS
    if kind == "labelled":
        return LABELLED_FAR + others if candidate.place == IN_TEXT else LABELLED
    if changed and candidate.day and candidate.day > changed:
        return CHANGED_BEFORE
    place = candidate.place.partition("[")[0]
    return place if kind == "text" else place + others
