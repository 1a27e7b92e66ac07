"""Processes one document: from its bytes to an article, or to a rejection with its reason.

The functions are pure: no network, database or clock, and no state between documents.

    bytes ─ decode ─┬─ html: guards ─ parse ─ metadata ─ body ─┬─ clean ─ page type ─ language
                    └─ text: plain text, with its row's fields ┘
"""

from dataclasses import dataclass, replace

from config.errors import ExtractorError
from config.settings import ProcessSettings
from tasks.process.access import AccessState, access_state
from tasks.process.body.careful import Body
from tasks.process.body.lanes import extract
from tasks.process.clean.datelines import credited_agency, read_dateline
from tasks.process.clean.paragraphs import Cleaned, clean
from tasks.process.clean.positional import names_in_byline
from tasks.process.credits import credited_agencies
from tasks.process.language import identify_language
from tasks.process.markup.guards import refuse_page
from tasks.process.markup.parse import ParsedPage, parse
from tasks.process.markup.xhtml import as_html, is_xhtml
from tasks.process.metadata.dates.choice import instant_of
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata, with_declared
from tasks.process.page_type.judge import TypeEvidence, Verdict, judge_page
from tasks.process.page_type.texts import judge_text
from tasks.process.plaintext import read_plain_text
from tasks.process.row_markup import without_cut_mark
from tasks.process.story.images import images_of_story
from tasks.process.story.links import base_address, links_in_story
from tasks.process.story.places import story_blocks
from tasks.reasons import Reason
from tasks.records import ARCHIVE_ADDRESS, Article, Declared, Dropped, Image, Link, RawDocument
from tasks.web.canonical import identifying_url
from tasks.web.charset import decode
from tasks.web.fingerprint import article_id, payload_digest
from tasks.web.json_text import json_of
from tasks.web.urls import registered_domain, url_key

# The name in the column `extractor` for texts without markup, which need no extractor.
PLAIN_TEXT = "plaintext"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document with its text and metadata, before it is judged.

    Attributes:
        source_text: the decoded document; it identifies a document without a URL.
        body: the text as extracted.
        cleaned: the text after cleaning.
        flags: quality flags of decoding.
        page: the parsed page; None for plain text.
        verdict: the verdict on this draft, if the choice of its extractor needed one.
    """

    source_text: str
    metadata: Metadata
    body: Body
    cleaned: Cleaned
    flags: tuple[str, ...]
    page: ParsedPage | None = None
    verdict: Verdict | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(self.cleaned.paragraphs)


@dataclass(frozen=True, slots=True)
class Examined:
    """A document's record and the intermediate results from which it was made.

    Attributes:
        draft: None if the document was rejected before it had a text.
        verdict: None if there is no draft.
    """

    record: Article | Dropped
    draft: Draft | None = None
    verdict: Verdict | None = None


def process_document(document: RawDocument, settings: ProcessSettings) -> Article | Dropped:
    """Return the article of a raw document, or its rejection with a reason."""
    return examine(document, settings).record


def examine(document: RawDocument, settings: ProcessSettings) -> Examined:
    """Process a document as `process_document` does; return the intermediate results as well."""
    lane = _draft_page if document.media == "html" else _draft_text
    draft = lane(document, settings)
    if isinstance(draft, Dropped):
        return Examined(draft)
    verdict = draft.verdict or _judge(document, draft, settings)
    if verdict.rejected_reason:
        dropped = document.dropped(verdict.rejected_reason, verdict.sign, verdict.page_type)
        return Examined(dropped, draft, verdict)
    return Examined(_article(document, draft, verdict), draft, verdict)


def _draft_page(document: RawDocument, settings: ProcessSettings) -> Draft | Dropped:
    """Return the draft of an HTML page, or a rejection if it cannot be parsed or extracted."""
    decoded = decode(document.body, document.charset)
    if is_xhtml(document, decoded.text):
        decoded = replace(decoded, text=as_html(decoded.text), utf8=None)
    refused = refuse_page(decoded.text, settings)
    if refused:
        return document.dropped(*refused)
    page = parse(decoded.text, decoded.utf8)
    metadata = read_metadata(page, context_of(document), settings)

    def drafted(body: Body) -> Draft:
        # Cleaning comes after metadata: it drops the lines that repeat the title and the authors.
        cleaned = clean(body.paragraphs, metadata.title, metadata.authors)
        return Draft(decoded.text, metadata, body, cleaned, decoded.flags, page)

    first: Draft | None = None  # the text of the fast lane, if it was judged

    def is_settled(body: Body) -> bool:
        nonlocal first
        draft = drafted(body)
        verdict = _judge(document, draft, settings)
        first = replace(draft, verdict=verdict)
        return verdict.is_settled

    try:
        body = extract(page, document.url, settings.extractor, is_settled)
    except ExtractorError as error:
        return document.dropped(Reason.EXTRACTOR_ERROR, str(error))
    # A settled text is the page's text in most cases, and need not be cleaned and judged again.
    return first if first is not None and first.body is body else drafted(body)


def _draft_text(document: RawDocument, settings: ProcessSettings) -> Draft:
    """Return the draft of a plain text: a row of an archive, a text file, or a fetched text."""
    decoded = decode(document.body, document.charset)
    plain = read_plain_text(decoded.text)
    title, paragraphs = plain.title, plain.paragraphs
    # The fields of an archive's row take precedence over what the text seems to say. The fields of
    # a feed only fill gaps (`with_declared`).
    row = document.declared if document.declared.origin == "archive" else Declared()
    if row.title and title:  # the row has a title, so the first line is a part of the text
        paragraphs = (title, *paragraphs)
        title = None
    found = Metadata(title=title)
    if not row.authors:
        found = replace(found, authors=names_in_byline(paragraphs))
    metadata = with_declared(found, context_of(document), settings)
    without_mark = without_cut_mark(paragraphs[-1]) if paragraphs else None
    if without_mark is not None:
        paragraphs = (*paragraphs[:-1], without_mark)
    cleaned = clean(paragraphs, metadata.title, metadata.authors)
    body = Body(paragraphs, PLAIN_TEXT, flags=() if without_mark is None else ("truncated",))
    return Draft(decoded.text, metadata, body, cleaned, decoded.flags)


def context_of(document: RawDocument) -> PageContext:
    """Return what is known of a document beside its contents."""
    return PageContext(document.url, document.fetched_at, document.headers, document.declared)


def _judge(document: RawDocument, draft: Draft, settings: ProcessSettings) -> Verdict:
    """Return the verdict on a draft: the type of the document, and a reason if it is rejected."""
    if draft.page is None:
        text = draft.source_text
        if document.is_row and "<" in text:  # the markup of a row is undone, and no sign of code
            text = "\n\n".join(draft.body.paragraphs)
        return judge_text(document, text, sum(draft.cleaned.words), settings)
    evidence = TypeEvidence(
        parsed=draft.page,
        metadata=draft.metadata,
        url=document.url or draft.metadata.url_canonical,
        title=draft.metadata.title,
        paragraphs=draft.cleaned.paragraphs,
        words=draft.cleaned.words,
    )
    return judge_page(evidence, settings)


def _article(document: RawDocument, draft: Draft, verdict: Verdict) -> Article:
    """Return the article of an accepted draft, before learned boilerplate is removed from it."""
    metadata, text = draft.metadata, draft.text
    published = metadata.published
    # The canonical address identifies the article if it can be trusted; see `web.canonical`.
    identity = identifying_url(document.url, metadata.url_canonical)
    key = url_key(identity)
    words = sum(draft.cleaned.words)
    language, score = identify_language(text, metadata.language)
    dateline = read_dateline(draft.cleaned.paragraphs)
    links, images = _links_and_images(draft, document.url or metadata.url_canonical)
    return Article(
        locator=document.locator,
        position=document.position,
        article_id=article_id(key or draft.source_text),
        url=document.url,
        url_canonical=metadata.url_canonical,
        url_key=key,
        domain=registered_domain(identity),
        publication=document.declared.publication,
        title=metadata.title,
        description=metadata.description,
        text=text,
        authors=metadata.authors or credited_agency(dateline),
        published_at=instant_of(published) if published else None,
        published_date=published.day if published else None,
        published_precision=published.precision if published else None,
        published_source=published.source if published else None,
        modified_at=metadata.modified_at,
        fetched_at=document.fetched_at,
        language=language,
        language_score=score,
        section=metadata.section,
        image_url=metadata.image_url,
        dateline=metadata.dateline or (dateline.text if dateline else None),
        keywords=metadata.keywords,
        page_type=verdict.page_type,
        access_state=_access_state(draft, words),
        rights=metadata.rights,
        word_count=words,
        extractor=draft.body.extractor,
        extractor_version=draft.body.extractor_version,
        content_hash=draft.cleaned.content_hash,
        payload_digest=payload_digest(document.body),
        quality_flags=_flags(document, draft, verdict),
        date_candidates=metadata.date_candidates,
        bytes=len(document.body),
        learned_lines=(),  # `boilerplate.remove` fills it
        whole_hash=draft.cleaned.content_hash,
        own_key=url_key(document.url),
        extra=json_of(document.declared.extra),
        readings=metadata.readings,
        agencies=credited_agencies(draft.cleaned.paragraphs, metadata.authors),
        links=links,
        images=images,
    )


def _links_and_images(draft: Draft, url: str | None) -> tuple[tuple[Link, ...], tuple[Image, ...]]:
    """Return the links and images of an article at an address; a plain text has none."""
    page = draft.page
    blocks = story_blocks(page.outline, draft.cleaned.paragraphs) if page else ()
    if page is None or not blocks:
        return (), ()
    base = base_address(page, url)
    return links_in_story(page, url, base, blocks), images_of_story(page, base, blocks)


def _access_state(draft: Draft, words: int) -> AccessState:
    if "truncated" in draft.body.flags:
        return "truncated"
    return access_state(draft.page, draft.metadata, draft.body.paragraphs, words)


def _flags(document: RawDocument, draft: Draft, verdict: Verdict) -> tuple[str, ...]:
    """Return all quality flags, each once, in the order of the stages that raised them."""
    is_unnamed = document.url is None and ARCHIVE_ADDRESS in document.declared.extra
    raised = (
        *draft.flags,
        *draft.metadata.flags,
        *draft.body.flags,
        *draft.cleaned.flags,
        *verdict.flags,
        *(("own_address_unknown",) if is_unnamed else ()),
    )
    return tuple(dict.fromkeys(raised))
