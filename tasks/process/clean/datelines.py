"""The dateline that begins a story: "PARIS, Jan 3 (AFP) –", with the agency that it credits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.process.metadata.name_words import AGENCIES

REACH = 2  # paragraphs; a summary may stand above the first one
LONGEST = 80
PLACE = r"[^\W\d_a-z][\w.'’-]*(?:[ /-][^\W\d_a-z][\w.'’-]*){0,3}"
DATE = r"(?:[^\W\d_]{3,10}\.? \d{1,2}|\d{1,2}\.? [^\W\d_]{3,10}\.?)(?:,? \d{4})?"
DASH = r"\s*(?:[–—]|--?)\s"
CREDITED = re.compile(
    rf"(?P<dateline>{PLACE}(?:, {PLACE})?(?:, {DATE})? ?(?:\((?P<agency>[^()\d]{{2,30}})\)"
    rf"|/(?P<wire>[^/\d ]{{2,20}})/))(?:{DASH}|\s?[:.]\s)"
)
# Without an agency only capitals and a long dash make a dateline of a place; before a shorter dash
# the region must stand, too: "ELECTION – " is a kicker.
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
    """A dateline as printed, without its dash, and the agency it names."""

    text: str
    agency: str | None


def read_dateline(paragraphs: Sequence[str]) -> Dateline | None:
    """The dateline of a story; None where it has none."""
    for paragraph in paragraphs[:REACH]:
        head = paragraph[:LONGEST]
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
    """The first agency of a credit such as `dpa/lno`."""
    names = (name.strip() for name in re.split("[/,]", credit))
    return next((name for name in names if name.casefold() in AGENCIES), None)


def credited(dateline: Dateline | None) -> tuple[str, ...]:
    """The agency as author of a story that names nobody."""
    return (dateline.agency,) if dateline and dateline.agency else ()
