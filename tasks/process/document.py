"""One document's way: bytes in, an article or a rejection with its reason out.

Pure: no network, database, clock, or state between documents.

    bytes ─ decode ─┬─ html: guards ─ parse ─ metadata ─ body ─┬─ clean ─ page type ─ language
                    └─ text: plain text, with its row's fields ┘
"""

from dataclasses import dataclass, replace

from config.errors import ExtractorError
from config.settings import ProcessSettings
from tasks.process.access import access_state
from tasks.process.body.lanes import extract
from tasks.process.canonical import identifying_url
from tasks.process.charset import decode
from tasks.process.clean import Cleaned, clean
from tasks.process.datelines import credited, read_dateline
from tasks.process.edges import names_in_byline
from tasks.process.extract import Body
from tasks.process.fingerprint import article_id, payload_digest
from tasks.process.guards import refuse_page
from tasks.process.language import identify
from tasks.process.metadata.dates import instant_of
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata, with_declared
from tasks.process.page_type import PageEvidence, Verdict, judge
from tasks.process.parse import ParsedPage, parse
from tasks.process.plaintext import read_plain_text
from tasks.process.text_type import judge_text
from tasks.process.urls import registered_domain, url_key
from tasks.process.xhtml import as_html, is_xhtml
from tasks.records import Article, Declared, Dropped, RawDocument

# Plain text has no extractor but our own reading of it.
PLAIN_TEXT = "plaintext"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document whose text and metadata are known.

    Attributes:
        source_text: the document as decoded; the identity of one without a URL.
        page: as parsed; None for plain text.
    """

    source_text: str
    metadata: Metadata
    body: Body
    cleaned: Cleaned
    flags: tuple[str, ...]
    page: ParsedPage | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(self.cleaned.paragraphs)


@dataclass(frozen=True, slots=True)
class Examined:
    """A document's record, and what it was made from as far as it came."""

    record: Article | Dropped
    draft: Draft | None = None
    verdict: Verdict | None = None


def process_document(document: RawDocument, settings: ProcessSettings) -> Article | Dropped:
    """Turns one raw document into an article, or says why it is none."""
    return examine(document, settings).record


def examine(document: RawDocument, settings: ProcessSettings) -> Examined:
    """As `process_document`, with what lies between."""
    lane = _draft_page if document.media == "html" else _draft_text
    draft = lane(document, settings)
    if isinstance(draft, Dropped):
        return Examined(draft)
    verdict = _judge(document, draft, settings)
    if verdict.rejected_reason:
        dropped = document.dropped(
            "rejected", verdict.rejected_reason, verdict.sign, verdict.page_type
        )
        return Examined(dropped, draft, verdict)
    return Examined(_article(document, draft, verdict), draft, verdict)


def _draft_page(document: RawDocument, settings: ProcessSettings) -> Draft | Dropped:
    decoded = decode(document.body, document.charset)
    if is_xhtml(document, decoded.text):
        decoded = replace(decoded, text=as_html(decoded.text), utf8=None)
    refused = refuse_page(decoded.text, settings)
    if refused:
        return document.dropped("rejected", *refused)
    page = parse(decoded.text, decoded.utf8)
    metadata = read_metadata(page, context_of(document), settings)
    try:
        body = extract(page, document.url, settings.extractor)
    except ExtractorError as error:
        return document.dropped("failed", "extractor_error", str(error))
    cleaned = clean(body.paragraphs, metadata.title, metadata.authors)
    return Draft(decoded.text, metadata, body, cleaned, decoded.flags, page)


def _draft_text(document: RawDocument, settings: ProcessSettings) -> Draft:
    decoded = decode(document.body, document.charset)
    plain = read_plain_text(decoded.text)
    title, paragraphs = plain.title, plain.paragraphs
    # What a feed says of a text that was fetched only fills gaps.
    row = document.declared if document.declared.origin == "archive" else Declared()
    if row.title and title:  # the row's title counts; the line is part of the text
        paragraphs = (title, *paragraphs)
        title = None
    found = Metadata(title=title)
    if not row.authors:
        found = replace(found, authors=names_in_byline(paragraphs))
    metadata = with_declared(found, context_of(document), settings)
    cleaned = clean(paragraphs, metadata.title, metadata.authors)
    return Draft(decoded.text, metadata, Body(paragraphs, PLAIN_TEXT), cleaned, decoded.flags)


def context_of(document: RawDocument) -> PageContext:
    """What is known of a page beside its tree."""
    return PageContext(document.url, document.fetched_at, document.headers, document.declared)


def _judge(document: RawDocument, draft: Draft, settings: ProcessSettings) -> Verdict:
    if draft.page is None:
        return judge_text(document, draft.source_text, sum(draft.cleaned.words), settings)
    evidence = PageEvidence(
        parsed=draft.page,
        metadata=draft.metadata,
        url=document.url or draft.metadata.url_canonical,
        title=draft.metadata.title,
        paragraphs=draft.cleaned.paragraphs,
        words=draft.cleaned.words,
    )
    return judge(evidence, settings)


def _article(document: RawDocument, draft: Draft, verdict: Verdict) -> Article:
    metadata, text = draft.metadata, draft.text
    published = metadata.published
    identity = identifying_url(document.url, metadata.url_canonical)
    key = url_key(identity)
    words = sum(draft.cleaned.words)
    language, score = identify(text, metadata.language)
    dateline = read_dateline(draft.cleaned.paragraphs)
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
        authors=metadata.authors or credited(dateline),
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
        access_state=access_state(draft.page, metadata, draft.body.paragraphs, words),
        rights=metadata.rights,
        word_count=words,
        extractor=draft.body.extractor,
        extractor_version=draft.body.extractor_version,
        content_hash=draft.cleaned.content_hash,
        payload_digest=payload_digest(document.body),
        quality_flags=_flags(draft, verdict),
        date_candidates=metadata.date_candidates,
        bytes=len(document.body),
        learned_lines=(),
        whole_hash=draft.cleaned.content_hash,
        own_key=url_key(document.url),
    )


def _flags(draft: Draft, verdict: Verdict) -> tuple[str, ...]:
    """Every flag once, in the order of the stages that raised them."""
    raised = (
        *draft.flags,
        *draft.metadata.flags,
        *draft.body.flags,
        *draft.cleaned.flags,
        *verdict.flags,
    )
    return tuple(dict.fromkeys(raised))
