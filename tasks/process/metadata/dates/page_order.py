"""Whether 05/10/2022 on a page is 5 October or May 10: what shows it, the surest sign first.

Without a sign the order is `unknown`, and such a date is no date.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from tasks.day_orders import NUMBERS, DayOrder, has_two_readings, shown_order
from tasks.process.metadata.date_candidates import bounds_verdict
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import first_string
from tasks.process.metadata.site import declared_language, primary_subtag
from tasks.process.metadata.sources import META_REGION
from tasks.process.metadata.written_dates import Reading, WrittenDate, read_whole
from tasks.process.urls import registered_domain
from tasks.records import DateCandidate

MONTH_FIRST_REGIONS: Final = frozenset({"us", "ph", "pr", "gu", "vi", "fm", "pw", "mh"})
UNDECIDED_REGIONS: Final = frozenset({"ca"})  # Canada writes all three orders
# Top-level domains of the United States, and those of countries that anyone takes.
AMERICAN_TOPS: Final = frozenset({"gov", "edu", "mil", "us"})
ANYONES_TOPS: Final = frozenset(
    {"ai", "am", "cc", "co", "eu", "fm", "gg", "io", "ly", "me", "sh", "so", "tv", "vc", "ws"}
)
REGION: Final = re.compile(r"(?:[a-zA-Z]{2,3}[-_])?(?P<region>[a-zA-Z]{2})$")
OFFSET: Final = re.compile(r":\d\d(?:[.,]\d+)?\s?(?P<sign>[+-])(?P<hours>\d\d):?\d\d$")
# The zone behind the time behind such a date.
PRINTED_ZONE: Final = re.compile(
    rf"(?:{NUMBERS.pattern})[\s,|–-]{{0,4}}(?:at\s)?\d{{1,2}}[:.]\d\d(?::\d\d)?"
    r"\s?(?:[aApP]\.?[mM]\b\.?)?\s?\(?(?P<zone>[A-Z]{2,4})\b"
)
AMERICAN_ZONES: Final = frozenset("ET EST EDT CT CDT MT MST MDT PT PST PDT AKST AKDT HST".split())
# GMT is no name for UTC here: no country of that zone, nor of the others, has the month first.
OTHER_ZONES: Final = frozenset(
    "GMT BST IST WET WEST CET CEST EET EEST MSK SAST EAT WAT CAT PKT AEST AEDT ACST AWST NZST NZDT"
    " HKT SGT GST".split()
)


def page_order(evidence: PageEvidence, candidates: Iterable[DateCandidate]) -> DayOrder:
    """Return the order on a page, by the first sign that tells one."""
    return _first(_signs(evidence, list(candidates)))


def row_order(language: str | None, url: str | None) -> DayOrder:
    """Return the order of a row's date, by the domain and then the declared language."""
    return _first((_of_domain(url), _of_tag(language), _of_language(primary_subtag(language))))


def _first(orders: Iterable[DayOrder]) -> DayOrder:
    return next((order for order in orders if order != "unknown"), "unknown")


def _signs(evidence: PageEvidence, known: list[DateCandidate]) -> Iterator[DayOrder]:
    elements = evidence.elements
    yield shown_order([evidence.text])
    yield _of_other_days(known)
    yield _of_bounds(known, evidence.latest)
    yield from (_of_region(value) for value in elements.meta(*META_REGION))
    yield from (_of_offset(candidate.raw) for candidate in known)
    yield from map(_of_zone, (evidence.text, *(candidate.raw for candidate in known)))
    yield _of_domain(evidence.url)
    tags = (elements.language, *elements.meta("og:locale", "content-language", "dc.language"))
    yield from map(_of_tag, (*tags, first_string((evidence.article or {}).get("inLanguage"))))
    yield _of_language(declared_language(elements, evidence.article))


def _readings(raw: str) -> dict[DayOrder, date]:
    orders: tuple[DayOrder, ...] = ("day_first", "month_first")
    match = NUMBERS.search(raw)
    found = {order: match and read_whole(match.group(), Reading(order=order)) for order in orders}
    return {order: written.day for order, written in found.items() if written}


def _of_other_days(known: list[DateCandidate]) -> DayOrder:
    """Return the order in which such a date is a day that the page states in another form."""
    open_dates = [candidate.raw for candidate in known if has_two_readings(candidate.raw)]
    days = {c.day for c in known if c.day and not has_two_readings(c.raw)}
    for raw in open_dates:
        stated = [order for order, day in _readings(raw).items() if day in days]
        if len(stated) == 1:
            return stated[0]
    return "unknown"


def _of_bounds(known: list[DateCandidate], latest: datetime | None) -> DayOrder:
    """Return the order of the only reading that does not lie in the future."""
    for candidate in known:
        if has_two_readings(candidate.raw):
            days = _readings(candidate.raw).items()
            possible = [
                order for order, day in days if not bounds_verdict(WrittenDate(day, "day"), latest)
            ]
            if len(possible) == 1:
                return possible[0]
    return "unknown"


def _of_region(value: str) -> DayOrder:
    """Return the order of a region as metas have it: `GB`, `US-NY`, `GB-LND`."""
    parts = [part.lower() for part in re.split(r"[-_;, ]", value.strip()) if len(part) == 2]
    return _of_country(parts[0]) if parts else "unknown"


def _of_country(country: str) -> DayOrder:
    if country in UNDECIDED_REGIONS:
        return "unknown"
    return "month_first" if country in MONTH_FIRST_REGIONS else "day_first"


def _of_tag(tag: str | None) -> DayOrder:
    """Return the order by the region of a tag such as `en-GB`; a language alone has none."""
    match = REGION.match((tag or "").strip())
    return _of_country(match["region"].lower()) if match and len(match.group()) > 3 else "unknown"


def _of_offset(raw: str) -> DayOrder:
    """Return the order by the offset of a stamp; UTC tells nothing, for machines write it anywhere.

    America has the month first. +08:00 is the offset of the Philippines and of Singapore.
    """
    match = OFFSET.search(raw)
    hours = int(match["hours"]) if match else 0
    if not match or not hours or (match["sign"], hours) == ("+", 8):
        return "unknown"
    if match["sign"] == "+":
        return "day_first"
    return "month_first" if 4 <= hours <= 10 else "unknown"


def _of_zone(text: str) -> DayOrder:
    for match in PRINTED_ZONE.finditer(text):
        if match["zone"] in AMERICAN_ZONES:
            return "month_first"
        if match["zone"] in OTHER_ZONES:
            return "day_first"
    return "unknown"


def _of_domain(url: str | None) -> DayOrder:
    top = (registered_domain(url) or "").rpartition(".")[2]
    if top in AMERICAN_TOPS:
        return "month_first"
    return "unknown" if len(top) != 2 or top in ANYONES_TOPS else _of_country(top)


def _of_language(language: str | None) -> DayOrder:
    return "unknown" if language in {"en", None} else "day_first"
