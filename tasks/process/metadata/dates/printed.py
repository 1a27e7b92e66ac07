"""Decide which of the dates that a page prints are believed.

Each printed date has a category: its place, and whether the page prints other days, too. A category
is believed if its dates are right often enough, which `python -m tests.training.printed_dates`
measures.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from tasks.process.metadata.sources import DateKind
from tasks.records import DateCandidate

SeenDate = tuple[DateKind, DateCandidate]
PlaceCategory = str

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
# Dates of these categories are right on 95 % of pages, measured out of fold over the publishers of
# the development corpora; others are right on less than 85 % (tests/training/printed_dates.json).
BELIEVED: Final[frozenset[PlaceCategory]] = frozenset(
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


def with_doubts(
    seen: list[SeenDate], believed: Iterable[PlaceCategory] = BELIEVED
) -> list[SeenDate]:
    """Return the candidates; printed ones of other categories get the verdict `doubted`."""
    categories = place_categories(seen)
    return [
        (kind, replace(c, verdict="doubted") if category and category not in believed else c)
        for (kind, c), category in zip(seen, categories, strict=True)
    ]


def place_categories(seen: list[SeenDate]) -> list[PlaceCategory | None]:
    """Return the category of each candidate; None for declared, modified and impossible ones.

    A day that is seen again farther off keeps the category of its first place.
    """
    printed = [c for kind, c in seen if kind in PRINTED and c.verdict == "outranked"]
    is_alone = len({candidate.day for candidate in printed}) == 1
    changes = (c for kind, c in seen if kind == "modified" and c.source != "text")
    changed = next((c.day for c in changes if c.verdict == "outranked"), None)
    categories: list[PlaceCategory | None] = []
    first: dict[date | None, PlaceCategory] = {}
    for kind, candidate in seen:
        category = None
        if kind in PRINTED and candidate.verdict == "outranked":
            category = _place_category(kind, candidate, changed, is_alone=is_alone)
            category = category if kind == "labelled" else first.setdefault(candidate.day, category)
        categories.append(category)
    return categories


def _place_category(
    kind: DateKind, candidate: DateCandidate, changed: date | None, *, is_alone: bool
) -> PlaceCategory:
    """Return the category of a printed date.

    Args:
        changed: the day of the last declared change. The page was published before it, so a later
            printed date is the day on which the page was rendered, or the date of another page.
        is_alone: whether the page prints no other day.
    """
    suffix = "" if is_alone else AMONG_OTHERS
    if kind == "labelled":
        return LABELLED_FAR + suffix if candidate.place == IN_TEXT else LABELLED
    if changed and candidate.day and candidate.day > changed:
        return CHANGED_BEFORE
    place = candidate.place.partition("[")[0]
    return place if kind == "text" else place + suffix
