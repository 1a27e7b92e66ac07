"""Metadata of one page, put together from its sources."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.settings import ProcessSettings
from tasks.day_orders import DayOrder
from tasks.process.archive_dates import read_archive_date, read_feed_date
from tasks.process.metadata.authors import read_authors
from tasks.process.metadata.dates import PageDates, instant_of, read_dates
from tasks.process.metadata.elements import Elements, collect
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import article_node, first_string, read_jsonld, types_of
from tasks.process.metadata.keywords import read_keywords
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.names import names_in
from tasks.process.metadata.page_order import row_order
from tasks.process.metadata.plain import plain
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
from tasks.process.metadata.written_dates import Reading
from tasks.process.parse import ParsedPage
from tasks.process.urls import absolute_url
from tasks.records import DateCandidate, Declared

MOST_PAGE_TYPES = 20


@dataclass(frozen=True, slots=True)
class PageContext:
    """What is known of a page beside its tree.

    Attributes:
        fetched_at: no date after this plus a day is believed; None sets no bound.
        headers: HTTP response headers.
        declared: what an archive row or a feed says; believed where the page itself is silent.
    """

    url: str | None = None
    fetched_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    declared: Declared = field(default_factory=Declared)

    @property
    def latest(self) -> datetime | None:
        return self.fetched_at + timedelta(days=1) if self.fetched_at else None

    def timezone(self, settings: ProcessSettings) -> str:
        """Of times without an offset: its source's, else that of the settings."""
        return self.declared.timezone or settings.timezone


def read_metadata(page: ParsedPage, context: PageContext, settings: ProcessSettings) -> Metadata:
    """Reads all metadata of a page; pure and total, and the tree stays as it is."""
    evidence = gather(page, context, settings)
    elements, jsonld, article = evidence.elements, evidence.jsonld, evidence.article
    dates = read_dates(evidence)
    title = read_title(evidence)
    found = Metadata(
        title=title,
        description=_description(evidence),
        authors=read_authors(evidence),
        published=dates.published,
        modified_at=dates.modified_at,
        date_candidates=dates.candidates,
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
        flags=tuple(_flags(evidence, dates)),
    )
    return with_declared(found, context, settings)


def gather(page: ParsedPage, context: PageContext, settings: ProcessSettings) -> PageEvidence:
    """The index of the page, the JSON-LD, and what follows from both."""
    elements = collect(page)
    jsonld = read_jsonld([node.text() for node in elements.jsonld], settings.jsonld_bytes)
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
            order=row_order(language, None),  # most often right, and cheap; see dates.py
            language=language or "",
        ),
        latest=context.latest,
    )


def with_declared(found: Metadata, context: PageContext, settings: ProcessSettings) -> Metadata:
    """Fills what the page does not say from the archive row or the feed that had it."""
    declared = context.declared
    order = declared_order(found, context)
    found = _with_declared_date(found, _declared_date(context, settings, order))
    authors = tuple(name for author in declared.authors for name in names_in(author))
    return replace(
        found,
        title=found.title or declared.title,
        description=found.description or declared.description,
        authors=found.authors or authors,
        modified_at=found.modified_at or _declared_change(context, settings, order),
        language=found.language or primary_subtag(declared.language),
        section=found.section or declared.section,
        keywords=found.keywords or declared.keywords,
        image_url=found.image_url or declared.image_url,
        site_name=found.site_name or declared.publication,
        rights=tuple(dict.fromkeys((*found.rights, *declared.rights))),
    )


def declared_order(found: Metadata, context: PageContext) -> DayOrder:
    """Return the order of day and month in a row's or feed's dates: its column's, if it has one."""
    declared = context.declared
    if declared.day_order != "unknown":
        return declared.day_order
    return row_order(declared.language or found.language, context.url)


def _declared_date(
    context: PageContext, settings: ProcessSettings, order: DayOrder
) -> DateCandidate | None:
    declared, timezone = context.declared, context.timezone(settings)
    if not declared.published:
        return None
    if declared.origin == "feed":
        return read_feed_date(declared.published, Reading(timezone, order), context.latest)
    return read_archive_date(declared.published, Reading(timezone, order))


def _with_declared_date(found: Metadata, declared: DateCandidate | None) -> Metadata:
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
    """A feed's date is missed only where the page gives none."""
    if declared.verdict == "ambiguous":
        if found.published is None:
            yield "date_ambiguous"
    elif declared.source == "archive" and declared.verdict != "chosen":
        yield "date_unparsable"
    if declared.source == "feed" and found.published is None:
        flags = {"unparsable": "date_unparsable", "future": "date_future"}
        if flag := flags.get(declared.verdict):
            yield flag


def _declared_change(
    context: PageContext, settings: ProcessSettings, order: DayOrder
) -> datetime | None:
    """Of an archive row only: a feed's own is often the time at which it was built."""
    raw = context.declared.modified
    if not raw or context.declared.origin == "feed":
        return None
    return instant_of(read_archive_date(raw, Reading(context.timezone(settings), order)))


def _first_meta(elements: Elements, names: tuple[str, ...]) -> str | None:
    return next((text for c in elements.meta(*names) if (text := plain(c))), None)


def _description(evidence: PageEvidence) -> str | None:
    declared = first_string((evidence.article or {}).get("description"))
    return _first_meta(evidence.elements, META_DESCRIPTION) or declared or None


def _section(evidence: PageEvidence) -> str | None:
    declared = first_string((evidence.article or {}).get("articleSection"))
    return declared or _first_meta(evidence.elements, META_SECTION)


def _image(evidence: PageEvidence) -> str | None:
    """The address of the lead picture, absolute."""
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
    """Names from `flags.METADATA_FLAGS`."""
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
