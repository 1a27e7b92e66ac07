"""Finds the address and the time that browsers and tools write into the pages they save."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tasks.web.references import unescape_html

# The comments stand above the page, behind a doctype and the attributes of `<html>`; that of
# HTTrack may stand below it.
_HEAD_BYTES = 8_192
_NOTES = (
    re.compile(rb"saved from url=\(\d{1,6}\)\s?(?P<url>\S{1,4000})"),
    re.compile(
        rb"SingleFile[^>]{0,200}?\burl:\s*(?P<url>\S{1,4000})\s+saved date:\s*(?P<date>[^\r\n<>]+)"
    ),
    re.compile(
        rb"<meta\s+name=[\"']?savepage-url[\"']?\s+content=[\"']?(?P<url>[^\"'\s>]{1,4000})"
    ),
    re.compile(rb"data-scrapbook-source=\"(?P<url>[^\"]{1,4000})\""),
    re.compile(rb"Saved from (?P<url>\S{1,4000}) at (?P<date>\S{1,40}) using monolith"),
)
_SAVEPAGE_DATE = re.compile(rb"savepage-date[\"']?\s+content=[\"']?([^\"'<>]{1,100})")
_SCRAPBOOK_DATE = re.compile(rb"data-scrapbook-create=\"(\d{14})")
_MIRRORED = b"<!-- Mirrored from "
_HTTRACK = re.compile(rb"(\S{1,4000}) by HTTrack[^,<>]{0,100},\s{0,9}([^<>]{1,60}?)\s{0,9}-->")
_LOCAL_INDEX = re.compile(rb"<title>[^<>]{0,100}Local index - HTTrack", re.IGNORECASE)
# The clock of a browser's script: Thu May 11 2023 10:10:10 GMT+0200 (...).
_SCRIPT_DATE = re.compile(r"([A-Z][a-z]{2} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")


def saved_from(body: bytes) -> tuple[str | None, datetime | None]:
    """Return the address that a saved page was read at, and when; None where it is not said."""
    head = body[:_HEAD_BYTES]
    for note in _NOTES:
        if found := note.search(head):
            fields = found.groupdict()
            return _address(fields["url"]), _instant(fields.get("date") or _date_of(head))
    return _mirrored_from(body)


def is_local_index(body: bytes) -> bool:
    """Return whether a page is the index that HTTrack writes above its mirrors."""
    return _LOCAL_INDEX.search(body[:_HEAD_BYTES]) is not None


def _mirrored_from(body: bytes) -> tuple[str | None, datetime | None]:
    """Read HTTrack's comment, which names no scheme; http and https have the same `url_key`."""
    edges = body if len(body) <= 2 * _HEAD_BYTES else body[:_HEAD_BYTES] + body[-_HEAD_BYTES:]
    at = edges.find(_MIRRORED)
    found = _HTTRACK.match(edges, at + len(_MIRRORED)) if at >= 0 else None
    if not found:
        return None, None
    url = found[1] if b"://" in found[1] else b"https://" + found[1]
    return _address(url), _instant(found[2])


def _address(url: bytes) -> str | None:
    text = unescape_html(url.decode("utf-8", "replace")).removesuffix("-->").strip()
    return text if text.lower().startswith(("http://", "https://")) else None


def _date_of(head: bytes) -> bytes:
    found = _SAVEPAGE_DATE.search(head) or _SCRAPBOOK_DATE.search(head)
    return found[1] if found else b""


def _instant(date: bytes) -> datetime | None:
    """Return an instant as scripts, mail headers and ISO 8601 write it."""
    text = date.decode("latin-1").strip()
    try:
        if found := _SCRIPT_DATE.search(text):
            when = datetime.strptime(" ".join(found.groups()), "%b %d %Y %H:%M:%S %z")
        elif text.isdigit():
            when = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        elif text[:4].isdigit():
            when = datetime.fromisoformat(text)
        else:
            when = parsedate_to_datetime(text)
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
