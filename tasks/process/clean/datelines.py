"""Reads the dateline at the start of a story, such as "PARIS, Jan 3 (AFP) –", and its agency."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.process.metadata.names.words import AGENCIES

_REACH = 2  # paragraphs that are searched, because a summary may stand above the story
_LONGEST = 80
PLACE = r"[^\W\d_a-z][\w.'’-]*(?:[ /-][^\W\d_a-z][\w.'’-]*){0,3}"
DATE = r"(?:[^\W\d_]{3,10}\.? \d{1,2}|\d{1,2}\.? [^\W\d_]{3,10}\.?)(?:,? \d{4})?"
DASH = r"\s*(?:[–—]|--?)\s"
CREDITED = re.compile(
    rf"(?P<dateline>{PLACE}(?:, {PLACE})?(?:, {DATE})? ?(?:\((?P<agency>[^()\d]{{2,30}})\)"
    rf"|/(?P<wire>[^/\d ]{{2,20}})/))(?:{DASH}|\s?[:.]\s)"
)
# Without an agency, a dateline is a place in capitals before a long dash, or a place and its region
# before a shorter one: "ELECTION – " is a kicker.
SHOUTED = re.compile(
    rf"(?P<dateline>(?P<place>[^\W\d_][^\d:–—-]{{2,30}}?)"
    rf"(?:(?:, {PLACE})?\s*(?:—|--)\s|, {PLACE}\s*–\s))"
)
NO_PLACE = frozenset(
    "breaking update updated watch opinion exclusive live video photos analysis correction listen"
    " editorial review note advertisement".split()
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline as printed, without its dash, and the agency that it names."""

    text: str
    agency: str | None


def read_dateline(paragraphs: Sequence[str]) -> Dateline | None:
    """Return the dateline of a story, or None if it has none."""
    for paragraph in paragraphs[:_REACH]:
        head = paragraph[:_LONGEST]
        match = CREDITED.match(head)
        if match and (agency := _agency(match["agency"] or match["wire"])):
            return Dateline(match["dateline"].strip(), agency)
        shouted = SHOUTED.match(head)
        if shouted and _is_shouted_place(shouted["place"]):
            return Dateline(shouted["dateline"].rstrip(" –—-"), None)
    return None


def _is_shouted_place(text: str) -> bool:
    city = text.partition(",")[0]
    is_capital = city == city.upper() != city.lower()
    return is_capital and not NO_PLACE & set(text.casefold().split())


def _agency(credit: str) -> str | None:
    """Return the first agency of a credit such as `dpa/lno`, or None if it names none."""
    names = (name.strip() for name in re.split("[/,]", credit))
    return next((name for name in names if name.casefold() in AGENCIES), None)


def credited_agency(dateline: Dateline | None) -> tuple[str, ...]:
    """Return the agency of a dateline as the authors of a story that names no author."""
    return (dateline.agency,) if dateline and dateline.agency else ()
