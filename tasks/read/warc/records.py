"""Records of WARC, ARC and WET files as raw documents."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from config.settings import ReadSettings
from tasks.read.kinds import binary_name
from tasks.read.place import Place, dropped
from tasks.read.text_heads import looks_like_html, looks_like_text
from tasks.read.warc.evidence import NOTHING_KNOWN, read_evidence
from tasks.read.warc.frames import Frame, Framing, walk
from tasks.read.warc.http import (
    Response,
    UndecodableError,
    content_type,
    decoded_body,
    parse_response,
)
from tasks.reasons import Reason
from tasks.records import Declared, Dropped, RawDocument, RefersTo

Media = Literal["html", "text"]

_DOCUMENTS = frozenset({"response", "resource", "revisit"})
# A metadata record with this header stands in the place of a record that `takedown` removed, and
# names its type.
TOMBSTONE_HEADER = "Broadsheet-Taken-Down"
_HTML = frozenset({"text/html", "application/xhtml+xml"})
# Addresses of records that describe the crawl: Browsertrix stores a page's text and screenshots
# under `urn:`, wget its log under `metadata:`, Heritrix the answers of DNS under `dns:`.
_NO_PAGES = ("urn:", "dns:", "whois:", "metadata:", "warcinfo:", "filedesc:")
# What servers send when they do not know: the content decides.
_UNDECLARED = frozenset({"", "application/octet-stream", "application/unknown", "*/*", "text/xml"})


def read_records(
    framing: Framing,
    place: Place,
    span: tuple[int, int | None],
    *,
    by_offset: bool,
    converted: bool = False,
) -> Iterator[RawDocument | Dropped]:
    """Yield one outcome per response, resource and revisit record, and per unreadable region.

    Records of the other types are no documents and are not counted: they describe the crawl
    (warcinfo, request, metadata) or repeat what another record holds (conversion). The same holds
    for addresses that are none of the web. A metadata record that follows its document is read as
    evidence.

    Args:
        span: the range of offsets in which records begin.
        by_offset: positions are offsets; otherwise, in archives within others, they are counted.
        converted: a WET file, of which the conversions are the documents.
    """
    for frame, evidence in _with_evidence(framing, span, converted):
        position = place.tally.claim(frame.offset + frame.ordinal if by_offset else None)
        if position is not None:
            ordinal = f"+{frame.ordinal}" if frame.ordinal else ""
            locator = f"{place.locator}#offset={frame.offset}{ordinal}"
            yield _outcome(frame, replace(place, locator=locator), position, evidence)


def _with_evidence(
    framing: Framing, span: tuple[int, int | None], converted: bool
) -> Iterator[tuple[Frame, Declared]]:
    """Yield the frames that have an outcome, each with the evidence in the record behind it.

    A document waits for one further record; a hole for none, because what follows it may have to
    be searched for.
    """
    waiting: Frame | None = None
    for frame in walk(framing, *span):
        if waiting is not None:
            yield waiting, read_evidence(waiting, frame)
            waiting = None
        if frame.damaged:
            yield frame, NOTHING_KNOWN
        elif _is_document(frame, converted):
            waiting = frame
    if waiting is not None:
        following = None if framing.next is None else next(framing.unit(framing.next), None)
        yield waiting, read_evidence(waiting, following)


def _is_document(frame: Frame, converted: bool) -> bool:
    kind = _type(frame)
    if _header(frame, TOMBSTONE_HEADER) in _DOCUMENTS:
        return True
    if kind == "conversion":
        return converted
    return kind in _DOCUMENTS and not _url(frame).lower().startswith(_NO_PAGES)


class _RefusedError(Exception):
    """The record is no document that is read."""

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def _outcome(
    frame: Frame, place: Place, position: int, evidence: Declared
) -> RawDocument | Dropped:
    url = _url(frame) or None
    fetched_at = warc_instant(_header(frame, "WARC-Date"))
    try:
        response = _response(frame)
        media, body = _content(frame, response, place.settings)
    except (_RefusedError, UndecodableError) as error:
        row = dropped(place.locator, position, error.reason, error.detail, url=url)
        return replace(
            row,
            bytes=frame.length,
            fetched_at=fetched_at,
            publication=evidence.publication,
            refers_to=_refers_to(frame) if error.reason is Reason.REVISIT else None,
        )
    return RawDocument(
        locator=place.locator,
        position=position,
        media=media,
        body=body,
        url=url,
        fetched_at=fetched_at,
        charset=content_type(response.header("content-type"))[1],
        headers=response.headers,
        declared=_with_languages(evidence, frame),
    )


def _with_languages(evidence: Declared, frame: Frame) -> Declared:
    """Return the evidence with the languages that a WET file found in a text."""
    found = _header(frame, "WARC-Identified-Content-Language")
    return replace(evidence, extra={"identified_languages": found}) if found else evidence


def _response(frame: Frame) -> Response:
    """Return the record's HTTP response; for a resource, one made from the record's own header."""
    if frame.fault and frame.damaged:
        raise _RefusedError(frame.fault, _type(frame) or None)
    if _header(frame, TOMBSTONE_HEADER):
        raise _RefusedError(Reason.TAKEN_DOWN)
    if _type(frame) == "revisit":
        raise _RefusedError(Reason.REVISIT, _header(frame, "WARC-Refers-To-Target-URI") or None)
    if cut := _header(frame, "WARC-Truncated"):
        raise _RefusedError(Reason.TRUNCATED, f"WARC-Truncated: {cut}")
    if _header(frame, "WARC-Segment-Number"):
        raise _RefusedError(Reason.TRUNCATED, "a record in segments")
    declared = _header(frame, "Content-Type")
    over_http = declared.lower().startswith("application/http") or frame.block.startswith(b"HTTP/")
    if _type(frame) in ("resource", "conversion") or not over_http:
        return Response(200, (("content-type", declared),) if declared else (), frame.block)
    response = parse_response(frame.block)
    if response is None or response.status is None:
        raise _RefusedError(Reason.BROKEN_HTTP)
    return response


def _refers_to(frame: Frame) -> RefersTo:
    """Return what a revisit record states about the earlier capture (WARC 1.1, 5.7 and 6.7)."""
    return RefersTo(
        record_id=_header(frame, "WARC-Refers-To").strip("<> \t") or None,
        url=_header(frame, "WARC-Refers-To-Target-URI").strip("<> \t") or None,
        fetched_at=warc_instant(_header(frame, "WARC-Refers-To-Date")),
        payload_digest=_header(frame, "WARC-Payload-Digest") or None,
    )


def _content(frame: Frame, response: Response, settings: ReadSettings) -> tuple[Media, bytes]:
    if response.status != 200:
        raise _RefusedError(Reason.HTTP_STATUS, str(response.status))
    mime, _ = content_type(response.header("content-type"))
    if mime not in _HTML and mime not in _UNDECLARED and mime != "text/plain":
        raise _RefusedError(Reason.NOT_HTML, mime[:100])
    if frame.fault:
        raise _RefusedError(frame.fault)
    body = decoded_body(response, settings)
    if not body or body.isspace():
        raise _RefusedError(Reason.EMPTY)
    is_text = _type(frame) == "conversion" and mime == "text/plain"
    return "text" if is_text else _media(mime, body), body


def _media(mime: str, body: bytes) -> Media:
    """Return the media type by the content, if that and the declared type disagree."""
    named = binary_name(body)
    if named or not looks_like_text(body[:4096].replace(b"\0", b"")):
        raise _RefusedError(Reason.NOT_TEXT, named or "binary content")
    if mime in _HTML or looks_like_html(body[:4096]):
        return "html"
    if mime == "text/plain":
        return "text"
    raise _RefusedError(Reason.NOT_HTML, mime or "no type declared")


def _url(frame: Frame) -> str:
    return _header(frame, "WARC-Target-URI").strip("<> \t")


def _type(frame: Frame) -> str:
    return _header(frame, "WARC-Type").lower()


def _header(frame: Frame, name: str) -> str:
    return (frame.header.get(name) or "").strip() if frame.header else ""


def warc_instant(text: str) -> datetime | None:
    """WARC-Date, which is ISO 8601 in UTC; older tools wrote 14 digits."""
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # an offset may lead out of the years 1 to 9999
        return None
