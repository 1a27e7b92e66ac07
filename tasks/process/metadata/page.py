"""Reads all metadata of a page, and fills gaps from its archive row or feed entry."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.settings import ProcessSettings
from tasks.process.markup.parse import ParsedPage
from tasks.process.metadata.dates.archive import read_archive_date, read_feed_date
from tasks.process.metadata.dates.choice import PageDates, instant_of, read_dates, read_in_order
from tasks.process.metadata.dates.page_order import row_order
from tasks.process.metadata.dates.readings import other_readings
from tasks.process.metadata.dates.written import Reading
from tasks.process.metadata.elements import Elements, collect_elements
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import article_node, first_string, read_jsonld, types_of
from tasks.process.metadata.keywords import read_keywords
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.names.authors import read_authors
from tasks.process.metadata.names.people import names_in
from tasks.process.metadata.rights import is_free_to_read, read_rights
from tasks.process.metadata.site import (
    canonical_url,
    declared_language,
    primary_subtag,
    site_name,
    site_words,
)
from tasks.process.metadata.sources import META_DESCRIPTION, META_IMAGE, META_SECTION
from tasks.process.metadata.titles import read_title
from tasks.records import DateCandidate, Declared
from tasks.web.day_orders import ORDERS, DayOrder, has_two_readings
from tasks.web.plain import plain
from tasks.web.urls import absolute_url

MOST_PAGE_TYPES = 20


@dataclass(frozen=True, slots=True)
class PageContext:
    """Everything known about a page beside its tree.

    Attributes:
        url: the address that was fetched.
        fetched_at: dates more than a day later are rejected; None sets no bound.
        headers: the HTTP response headers.
        declared: fields of an archive row or a feed entry; they fill what the page does not give.
    """

    url: str | None = None
    fetched_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    declared: Declared = field(default_factory=Declared)

    @property
    def latest(self) -> datetime | None:
        """Return the latest date that is accepted."""
        return self.fetched_at + timedelta(days=1) if self.fetched_at else None

    def timezone(self, settings: ProcessSettings) -> str:
        """Return the time zone of times without an offset: the source's, else the settings'."""
        return self.declared.timezone or settings.timezone


def read_metadata(page: ParsedPage, context: PageContext, settings: ProcessSettings) -> Metadata:
    """Return the metadata of a page; any page has some, and the tree is not changed."""
    evidence = gather_evidence(page, context, settings)
    elements, jsonld, article = evidence.elements, evidence.jsonld, evidence.article
    dates = read_dates(evidence)
    found = Metadata(
        title=read_title(evidence),
        description=_description(evidence),
        authors=read_authors(evidence),
        url_canonical=canonical_url(elements, context.url),
        site_name=site_name(elements, jsonld, article),
        language=declared_language(elements, article),
        section=_section(evidence),
        keywords=read_keywords(evidence),
        image_url=_image(evidence),
        dateline=first_string((article or {}).get("dateline"))[:200] or None,
        page_types=_page_types(evidence),
        free_to_read=is_free_to_read(elements, jsonld, article),
        rights=read_rights(elements, article, context.headers),
    )

    def dated(dates: PageDates, shown: DayOrder = "unknown") -> Metadata:
        return with_declared(_with_dates(found, evidence, dates), context, settings, shown)

    # If nothing on the page proves the order of day and month, the dates are read in each order.
    # Which one is right is decided later, when other pages of the site are known.
    own = dated(dates)
    if not (dates.is_open or _is_open_feed(context.declared)):
        return own
    in_orders = {order: dated(_in_order(evidence, dates, order), order) for order in ORDERS}
    return replace(own, readings=tuple(other_readings(own, in_orders)))


def gather_evidence(
    page: ParsedPage, context: PageContext, settings: ProcessSettings
) -> PageEvidence:
    """Return what the readers of single fields share: the index of the page, JSON-LD and more."""
    elements = collect_elements(page)
    jsonld = read_jsonld([node.text() for node in elements.jsonld], settings.jsonld_bytes)
    # A file without a URL is identified by the address that it declares.
    url = context.url or canonical_url(elements, None)
    article = article_node(jsonld, url)
    language = declared_language(elements, article)
    return PageEvidence(
        elements=elements,
        jsonld=jsonld,
        article=article,
        url=url,
        sites=site_words(elements, jsonld, article, url),
        reading=Reading(
            timezone=context.timezone(settings),
            # A first guess by the language; `dates.page_order` looks closer where it matters.
            order=row_order(language, None),
            language=language or "",
        ),
        latest=context.latest,
    )


def _in_order(evidence: PageEvidence, dates: PageDates, order: DayOrder) -> PageDates:
    """Return the page's dates read in an order of day and month, if the page proves no order."""
    return read_in_order(evidence, order, is_proven=True) if dates.is_open else dates


def _is_open_feed(declared: Declared) -> bool:
    """Return whether the date in a feed can be read with day and month in either order."""
    return declared.origin == "feed" and has_two_readings((declared.published or "")[:200])


def _with_dates(found: Metadata, evidence: PageEvidence, dates: PageDates) -> Metadata:
    """Return the metadata with dates and with the flags that depend on them."""
    return replace(
        found,
        published=dates.published,
        modified_at=dates.modified_at,
        date_candidates=dates.candidates,
        flags=tuple(_flags(evidence, dates)),
    )


def with_declared(
    found: Metadata,
    context: PageContext,
    settings: ProcessSettings,
    shown: DayOrder = "unknown",
) -> Metadata:
    """Return the metadata with gaps filled from the archive row or feed entry of the page.

    Args:
        shown: the order of day and month on the page's site, which its feed shares.
    """
    declared = context.declared
    reading = _declared_reading(found, context, settings, shown)
    found = _with_declared_date(found, _declared_date(context, reading))
    authors = tuple(name for author in declared.authors for name in names_in(author))
    return replace(
        found,
        title=found.title or declared.title,
        description=found.description or declared.description,
        authors=found.authors or authors,
        modified_at=found.modified_at or _declared_change(context, reading),
        language=found.language or primary_subtag(declared.language),
        section=found.section or declared.section,
        keywords=found.keywords or declared.keywords,
        image_url=found.image_url or declared.image_url,
        site_name=found.site_name or declared.publication,
        rights=tuple(dict.fromkeys((*found.rights, *declared.rights))),
    )


def _declared_reading(
    found: Metadata, context: PageContext, settings: ProcessSettings, shown: DayOrder
) -> Reading:
    """Return how the dates of an archive row or feed entry are read.

    The order of day and month is that of the row's column or of the feed's site, if its dates prove
    one; otherwise that of the language.
    """
    declared, timezone = context.declared, context.timezone(settings)
    proven = shown if declared.origin == "feed" else declared.day_order
    if proven != "unknown":
        return Reading(timezone, proven, is_proven=True)
    return Reading(timezone, row_order(declared.language or found.language, context.url))


def _declared_date(context: PageContext, reading: Reading) -> DateCandidate | None:
    """Return the date of the archive row or feed entry as a candidate; None without a date."""
    declared = context.declared
    if not declared.published:
        return None
    if declared.origin == "feed":
        return read_feed_date(declared.published, reading, context.latest)
    return read_archive_date(declared.published, reading)


def _with_declared_date(found: Metadata, declared: DateCandidate | None) -> Metadata:
    """Return the metadata with one more candidate, which is chosen only if the page has no date."""
    if declared is None:
        return found
    published, flags = found.published, (*found.flags, *_declared_date_flags(found, declared))
    if declared.verdict == "chosen" and published is None:
        published = declared
    elif declared.verdict == "chosen":
        declared = replace(declared, verdict="outranked")
    candidates = (*found.date_candidates, declared)
    return replace(found, published=published, flags=flags, date_candidates=candidates)


def _declared_date_flags(found: Metadata, declared: DateCandidate) -> Iterator[str]:
    """Yield the quality flags of a declared date that could not be used.

    A feed's date raises a flag only if the page has no date of its own.
    """
    if declared.verdict == "ambiguous":
        if found.published is None:
            yield "date_ambiguous"
    elif declared.source == "archive" and declared.verdict != "chosen":
        yield "date_unparsable"
    if declared.source == "feed" and found.published is None:
        flags = {"unparsable": "date_unparsable", "future": "date_future"}
        if flag := flags.get(declared.verdict):
            yield flag


def _declared_change(context: PageContext, reading: Reading) -> datetime | None:
    """Return the time of change in an archive row.

    Those in feeds are ignored: they are often the time at which the feed was built.
    """
    raw = context.declared.modified
    if not raw or context.declared.origin == "feed":
        return None
    return instant_of(read_archive_date(raw, reading))


def _first_meta(elements: Elements, names: tuple[str, ...]) -> str | None:
    return next((text for c in elements.meta(*names) if (text := plain(c))), None)


def _description(evidence: PageEvidence) -> str | None:
    declared = first_string((evidence.article or {}).get("description"))
    return _first_meta(evidence.elements, META_DESCRIPTION) or declared or None


def _section(evidence: PageEvidence) -> str | None:
    declared = first_string((evidence.article or {}).get("articleSection"))
    return declared or _first_meta(evidence.elements, META_SECTION)


def _image(evidence: PageEvidence) -> str | None:
    """Return the absolute address of the lead picture."""
    declared = _first_meta(evidence.elements, META_IMAGE)
    image = (evidence.article or {}).get("image")
    image = image[0] if isinstance(image, list) and image else image
    image = evidence.jsonld.resolve(image)
    if isinstance(image, dict):
        image = image.get("url") or image.get("contentUrl")
    return absolute_url(declared or first_string(image), evidence.url)


def _page_types(evidence: PageEvidence) -> tuple[str, ...]:
    types = [name for node in evidence.jsonld.nodes for name in types_of(node)]
    types += [plain(content, 60) for content in evidence.elements.meta("og:type")]
    return tuple(dict.fromkeys(types))[:MOST_PAGE_TYPES]


def _flags(evidence: PageEvidence, dates: PageDates) -> Iterator[str]:
    """Yield the quality flags of the page's metadata, names from `terms.QUALITY_FLAGS`."""
    if evidence.jsonld.broken:
        yield "broken_jsonld"
    if dates.conflict:
        yield "date_conflict"
    verdicts = {candidate.verdict for candidate in dates.candidates}
    if dates.published is None and "ambiguous" in verdicts:
        yield "date_ambiguous"
    if "future" in verdicts:
        yield "date_future"
    if dates.published is None and "unparsable" in verdicts:
        yield "date_unparsable"
