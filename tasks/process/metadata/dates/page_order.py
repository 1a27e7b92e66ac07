"""Find the order of day and month on a page: whether 05/10/2022 is 5 October or May 10.

The page's own dates may prove the order. Region, time offset, domain and language only hint at it:
they count if no other page of the site proves the order (`tasks.runs.site_orders`). The most
reliable evidence is used first. Without evidence the order is `unknown`, and no date is read.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from tasks.process.metadata.dates.candidates import bounds_verdict
from tasks.process.metadata.dates.written import Reading, WrittenDate, read_whole
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import first_string
from tasks.process.metadata.site import declared_language, primary_subtag
from tasks.process.metadata.sources import META_REGION
from tasks.records import DateCandidate
from tasks.web.day_orders import NUMBERS, DayOrder, has_two_readings, shown_order
from tasks.web.urls import registered_domain

MONTH_FIRST_REGIONS: Final = frozenset({"us", "ph", "pr", "gu", "vi", "fm", "pw", "mh"})
UNDECIDED_REGIONS: Final = frozenset({"ca"})  # Canada writes all three orders
# Top-level domains of the United States, and country domains that sites of any country use.
AMERICAN_DOMAINS: Final = frozenset({"gov", "edu", "mil", "us"})
GENERIC_COUNTRY_DOMAINS: Final = frozenset(
    {"ai", "am", "cc", "co", "eu", "fm", "gg", "io", "ly", "me", "sh", "so", "tv", "vc", "ws"}
)
REGION: Final = re.compile(r"(?:[a-zA-Z]{2,3}[-_])?(?P<region>[a-zA-Z]{2})$")
OFFSET: Final = re.compile(r":\d\d(?:[.,]\d+)?\s?(?P<sign>[+-])(?P<hours>\d\d):?\d\d$")
# A date with two readings, followed by a time and its zone.
PRINTED_ZONE: Final = re.compile(
    rf"(?:{NUMBERS.pattern})[\s,|–-]{{0,4}}(?:at\s)?\d{{1,2}}[:.]\d\d(?::\d\d)?"
    r"\s?(?:[aApP]\.?[mM]\b\.?)?\s?\(?(?P<zone>[A-Z]{2,4})\b"
)
AMERICAN_ZONES: Final = frozenset("ET EST EDT CT CDT MT MST MDT PT PST PDT AKST AKDT HST".split())
# GMT is a zone of local times here, and no name for UTC. No country of these zones writes the month
# first.
OTHER_ZONES: Final = frozenset(
    "GMT BST IST WET WEST CET CEST EET EEST MSK SAST EAT WAT CAT PKT AEST AEDT ACST AWST NZST NZDT"
    " HKT SGT GST".split()
)


def proven_order(evidence: PageEvidence, known: list[DateCandidate]) -> DayOrder:
    """Return the order that the dates of a page prove, or `unknown`."""
    return _first(_proofs(evidence, known))


def hinted_order(evidence: PageEvidence, known: list[DateCandidate]) -> DayOrder:
    """Return the order that the page hints at by its region, offsets, zones, domain or language."""
    return _first(_hints(evidence, known))


def row_order(language: str | None, url: str | None) -> DayOrder:
    """Return the order in the dates of a row, by its domain or else its declared language."""
    return _first(
        (
            _order_by_domain(url),
            _order_by_tag(language),
            _order_by_language(primary_subtag(language)),
        )
    )


def _first(orders: Iterable[DayOrder]) -> DayOrder:
    return next((order for order in orders if order != "unknown"), "unknown")


def _proofs(evidence: PageEvidence, known: list[DateCandidate]) -> Iterator[DayOrder]:
    yield shown_order([evidence.text, *(candidate.raw for candidate in known)])
    yield _order_by_other_days(known)
    yield _order_by_bounds(known, evidence.latest)


def _hints(evidence: PageEvidence, known: list[DateCandidate]) -> Iterator[DayOrder]:
    elements = evidence.elements
    yield from (_order_by_region(value) for value in elements.meta(*META_REGION))
    yield from (_order_by_offset(candidate.raw) for candidate in known)
    yield from map(_order_by_zone, (evidence.text, *(candidate.raw for candidate in known)))
    yield _order_by_domain(evidence.url)
    tags = (elements.language, *elements.meta("og:locale", "content-language", "dc.language"))
    yield from map(_order_by_tag, (*tags, first_string((evidence.article or {}).get("inLanguage"))))
    yield _order_by_language(declared_language(elements, evidence.article))


def _readings(raw: str) -> dict[DayOrder, date]:
    orders: tuple[DayOrder, ...] = ("day_first", "month_first")
    match = NUMBERS.search(raw)
    found = {order: match and read_whole(match.group(), Reading(order=order)) for order in orders}
    return {order: written.day for order, written in found.items() if written}


def _order_by_other_days(known: list[DateCandidate]) -> DayOrder:
    """Return the only order in which a date is a day that the page also gives in a clear form."""
    open_dates = [candidate.raw for candidate in known if has_two_readings(candidate.raw)]
    days = {c.day for c in known if c.day and not has_two_readings(c.raw)}
    for raw in open_dates:
        stated = [order for order, day in _readings(raw).items() if day in days]
        if len(stated) == 1:
            return stated[0]
    return "unknown"


def _order_by_bounds(known: list[DateCandidate], latest: datetime | None) -> DayOrder:
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


def _order_by_region(value: str) -> DayOrder:
    """Return the order in a region as metas write it: `GB`, `US-NY`, `GB-LND`."""
    parts = [part.lower() for part in re.split(r"[-_;, ]", value.strip()) if len(part) == 2]
    return _order_by_country(parts[0]) if parts else "unknown"


def _order_by_country(country: str) -> DayOrder:
    if country in UNDECIDED_REGIONS:
        return "unknown"
    return "month_first" if country in MONTH_FIRST_REGIONS else "day_first"


def _order_by_tag(tag: str | None) -> DayOrder:
    """Return the order in the region of a language tag such as `en-GB`; `en` alone has none."""
    match = REGION.match((tag or "").strip())
    return (
        _order_by_country(match["region"].lower())
        if match and len(match.group()) > 3
        else "unknown"
    )


def _order_by_offset(raw: str) -> DayOrder:
    """Return the order by the time offset of a date.

    Offsets of America have the month first. UTC is no evidence, because servers everywhere use it.
    Nor is +08:00, the offset of the Philippines (month first) and Singapore (day first).
    """
    match = OFFSET.search(raw)
    hours = int(match["hours"]) if match else 0
    if not match or not hours or (match["sign"], hours) == ("+", 8):
        return "unknown"
    if match["sign"] == "+":
        return "day_first"
    return "month_first" if 4 <= hours <= 10 else "unknown"


def _order_by_zone(text: str) -> DayOrder:
    for match in PRINTED_ZONE.finditer(text):
        if match["zone"] in AMERICAN_ZONES:
            return "month_first"
        if match["zone"] in OTHER_ZONES:
            return "day_first"
    return "unknown"


def _order_by_domain(url: str | None) -> DayOrder:
    top = (registered_domain(url) or "").rpartition(".")[2]
    if top in AMERICAN_DOMAINS:
        return "month_first"
    return "unknown" if len(top) != 2 or top in GENERIC_COUNTRY_DOMAINS else _order_by_country(top)


def _order_by_language(language: str | None) -> DayOrder:
    return "unknown" if language in {"en", None} else "day_first"
