"""Finds the news agencies that a text credits: in its byline, its dateline and its last lines."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tasks.process.clean.datelines import read_dateline
from tasks.process.metadata.names.words import AGENCIES

# Several names of one agency.
_SAME: Final = {
    "associated press": "ap",
    "the associated press": "ap",
    "agence france-presse": "afp",
    "the canadian press": "canadian press",
    "press association": "pa media",
    "agencia efe": "efe",
    "agência lusa": "lusa",
    "anadolu agency": "anadolu",
    "čtk": "ctk",
    "télam": "telam",
}
# "MARROWBY (TPA) - ": initials after a place in capitals.
_INITIALS = re.compile(r"[^a-z()\d:]{3,60}\((?P<agency>[A-Z]{2,6})\)\s*[–—-]")
_PLACES: Final = frozenset({"UK", "US", "USA", "UAE", "EU", "UN", "DC", "GB", "NY", "NSW"})
# Credits at the end: "(dpa)", "(AFP/Reuters)", "© AFP", "Source: ANSA", "dpa/lno".
_AT_END = re.compile(r"\((?P<credit>[^()\d]{2,40})\)\.?$")
_ALONE = re.compile(
    r"(?:©|\(c\)|source:|quelle:|fuente:|fonte:)?\s*(?P<credit>[^\s].{1,40})", re.IGNORECASE
)
_LAST: Final = 2  # paragraphs in which credits at the end are looked for
_BETWEEN = re.compile(r"[/,;]|\s(?:and|und|et|y|with|mit|avec)\s")


def credited_agencies(paragraphs: Sequence[str], authors: Sequence[str]) -> tuple[str, ...]:
    """Return the agencies that a text credits, each once, in lower case and sorted.

    Agencies are known by name, by a name that ends in "press agency" or "news agency", or by
    initials in a dateline.
    """
    credits = (*authors, *_printed(paragraphs))
    names = {_SAME.get(name, name) for credit in credits for name in _agencies(credit)}
    named = {name for name in names if name in AGENCIES or " " in name}
    initials = {"".join(word[0] for word in name.split()) for name in named}
    found = named | _initials(paragraphs) - initials
    return tuple(sorted(found))


def _printed(paragraphs: Sequence[str]) -> Iterator[str]:
    """Yield what is printed as a credit at the beginning or the end of a text."""
    dateline = read_dateline(paragraphs)
    if dateline and dateline.agency:
        yield dateline.agency
    for paragraph in paragraphs[-_LAST:]:
        tail = paragraph[-60:].rstrip()
        if match := _AT_END.search(tail):
            yield match["credit"]
        if match := _ALONE.fullmatch(tail):
            yield match["credit"]


def _agencies(credit: str) -> Iterator[str]:
    for part in _BETWEEN.split(credit):
        name = part.strip(" .()").casefold()
        if name in AGENCIES or name.endswith((" press agency", " news agency")):
            yield name


def _initials(paragraphs: Sequence[str]) -> set[str]:
    matches = (_INITIALS.match(paragraph[:80]) for paragraph in paragraphs[:_LAST])
    return {match["agency"].casefold() for match in matches if match} - {
        place.casefold() for place in _PLACES
    }
