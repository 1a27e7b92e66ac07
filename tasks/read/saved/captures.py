"""Recognises pages as web archives show them, and takes off what these archives added.

The Wayback Machine, Arquivo.pt, the UK Web Archive and others name a capture
`<archive>/<14 digits>/<address>` (https://www.rfc-editor.org/rfc/rfc7089 calls it a memento),
archive.today `<archive>/2016.03.05-120000/<address>`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.web.references import unescape_html

_MODE = r"(?:[a-z]{2,3}_)?"
# At most six folders before the time: collections, users, languages.
_MEMENTO = re.compile(
    rf"(?P<before>https?://[^/?#\s]+(?:/[^/?#\s]+){{0,6}}?/)(?P<stamp>\d{{14}}){_MODE}/"
    r"(?P<url>https?:/.*)",
    re.IGNORECASE | re.DOTALL,
)
# The Wayback Machine takes shorter times, and addresses without a scheme.
_WAYBACK = re.compile(
    rf"(?P<before>(?:https?:)?//(?:web\.)?archive\.org/web/)(?P<stamp>\d{{4,14}}){_MODE}/"
    r"(?P<url>(?:https?:/{1,2})?[^/\s]+\.[^/\s]+.*)",
    re.IGNORECASE | re.DOTALL,
)
_TODAY_HOSTS = r"archive\.(?:today|is|ph|md|li|vn|fo)"
_TODAY = re.compile(
    rf"(?P<before>https?://{_TODAY_HOSTS}/)(?P<stamp>\d{{4}}\.\d\d\.\d\d-\d{{6}})/(?P<url>https?:/.*)",
    re.IGNORECASE | re.DOTALL,
)
# archive.today also names a capture by a few letters, which say nothing of the page.
_SHORT = re.compile(rf"https?://{_TODAY_HOSTS}/[A-Za-z0-9]{{4,8}}/?(?:#.*)?", re.IGNORECASE)
_SHORT_LINK = re.compile(
    rf"(?<=[\"'=])https?://{_TODAY_HOSTS}/[A-Za-z0-9]{{4,8}}(?=[\"'\s>])".encode(), re.IGNORECASE
)
_TODAY_PREFIX = "https://archive.today/"
_SCHEME = re.compile(r"(https?):/{1,2}", re.IGNORECASE)
_FIRST_YEAR = 1991  # there are no captures of the web before it
_WAYBACK_PREFIX = "https://web.archive.org/web/"

# Every capture has one of these in its head or below its end. Searching a page of 100 kB whole, for
# each sign, took 0.7 ms, a tenth of what the page costs; its edges take a tenth of that.
_HEAD_BYTES, _TAIL_BYTES = 16_384, 4_096
_HEAD_SIGNS = (b"archive.", b"wbinfo.")
_TAIL_SIGN = b"INTERNET ARCHIVE"
# What archives leave in a page.
_SIGNS = (
    b"WAYBACK TOOLBAR INSERT",
    b"AND RETRIEVED FROM THE",
    b"__wm.wombat(",
    b"wbinfo.timestamp",
    b"wm-ipp-base",
)
_WOMBAT = re.compile(rb"__wm\.wombat\(\s*\"([^\"]{1,4000})\"\s*,\s*\"(\d{14})\"")
_PYWB_URL = re.compile(rb"wbinfo\.url\s*=\s*[\"']([^\"']{1,4000})[\"']")
_PYWB_TIME = re.compile(rb"wbinfo\.timestamp\s*=\s*[\"'](\d{14})[\"']")
_TOOLBAR_URL = re.compile(
    rb"<input\b(?=[^<>]{0,300}\bname=[\"']?url\b)[^<>]{0,300}\bvalue=[\"'](http[^\"'<>]{1,4000})[\"']"
)
# The field of archive.today's header that shows where the page was saved from.
_TODAY_FIELD = re.compile(
    rb"<input\b(?=[^<>]{0,300}\bname=[\"']?q\b)[^<>]{0,300}\bvalue=[\"'](http[^\"'<>]{1,4000})[\"']"
)
_DECLARED = re.compile(
    rb"<(?:link|meta)\b(?=[^<>]{0,300}(?:canonical|og:url|bookmark))"
    rb"[^<>]{0,300}\b(?:href|content)=[\"']?([^\"'\s<>]{1,4000})",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    rb"FILE ARCHIVED ON (\d\d:\d\d:\d\d) ([A-Z][a-z]{2} \d{1,2}, \d{4}) AND RETRIEVED"
)
_BETWEEN = (
    (b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"<!-- END WAYBACK TOOLBAR INSERT -->"),
    (b"<!-- WB Insert -->", b"<!-- End WB Insert -->"),
)
_NOTE = re.compile(rb"<!--\s{0,20}(?:FILE ARCHIVED ON|playback timings)")
_ELEMENTS = (b"wm-ipp-base", b"wm-ipp", b"wm-ipp-print", b"donato")
_TODAY_ELEMENTS = (b"HEADER",)


@dataclass(frozen=True, slots=True)
class Capture:
    """The address and time of a page, as a web archive states them.

    Attributes:
        url: the page's own address.
        captured_at: None where the archive gives a day at most.
        prefix: what stands before the time in the archive's addresses.
    """

    url: str | None
    captured_at: datetime | None
    prefix: str = _WAYBACK_PREFIX


def archived_address(url: str | None) -> Capture | None:
    """Return the capture that an address of a web archive names; None for all other addresses."""
    if not url:
        return None
    known = _TODAY.fullmatch(url) or _WAYBACK.fullmatch(url)
    found = known or _MEMENTO.fullmatch(url)
    if not found:
        return None
    when = _instant(re.sub(r"\D", "", found["stamp"]))
    if not known and (when is None or when.year < _FIRST_YEAR):
        return None  # the digits are a number, as in addresses that count clicks
    own = found["url"]
    own = _SCHEME.sub(r"\1://", own, count=1) if _SCHEME.match(own) else f"http://{own}"
    return Capture(own, when, found["before"])


def is_short_address(url: str | None) -> bool:
    """Return whether an address of archive.today does not say which page it shows."""
    return url is not None and _SHORT.fullmatch(url) is not None


def capture_in(body: bytes) -> Capture | None:
    """Return the capture that a page shows itself to be; None for a page that is none."""
    head = body[:_HEAD_BYTES]
    if _TAIL_SIGN not in body[-_TAIL_BYTES:] and not any(sign in head for sign in _HEAD_SIGNS):
        return None
    if any(sign in body for sign in _SIGNS):
        return _signed(body)
    if b'id="HEADER"' in body or b"id=HEADER" in body:
        return _today_capture(body)
    return None


def _today_capture(body: bytes) -> Capture | None:
    """Return the capture that a page of archive.today is; without an address if it names none."""
    for one in _declared(body):
        if _is_today(one.prefix):
            return one
    if not _SHORT_LINK.search(body[:_HEAD_BYTES]):
        return None
    shown = _TODAY_FIELD.search(body)
    own = _text(shown[1]) if shown else None
    return Capture(None if _is_today(own or "") else own, None, _TODAY_PREFIX)


def without_additions(body: bytes, prefix: str) -> bytes:
    """Return a page without an archive's toolbar and notes, its links as they were.

    Args:
        prefix: of the archive's addresses, as in `Capture`.
    """
    for begin, end in _BETWEEN:
        start = body.find(begin)
        stop = body.find(end, start) if start >= 0 else -1
        if stop >= 0:
            body = body[:start] + body[stop + len(end) :]
    is_today = _is_today(prefix)
    for name in _TODAY_ELEMENTS if is_today else _ELEMENTS:
        body = _without_element(body, name)
    body = _SHORT_LINK.sub(b"", body) if is_today else body
    return _wrapping(prefix).sub(b"", _without_notes(body))


def _signed(body: bytes) -> Capture | None:
    wombat, pywb = _WOMBAT.search(body), _PYWB_TIME.search(body)
    footer = _FOOTER.search(body)
    declared = next(_declared(body), None)
    if not (wombat or pywb or footer or declared or _BETWEEN[0][0] in body):
        return None
    named = wombat or _PYWB_URL.search(body) or _TOOLBAR_URL.search(body)
    told = declared or Capture(None, None)
    own = _text(named[1]) if named else told.url
    nested = archived_address(own)
    stamp = wombat[2] if wombat else pywb[1] if pywb else b""
    when = _instant(stamp.decode()) or told.captured_at or _footer_instant(footer)
    return Capture(nested.url if nested else own, when, told.prefix)


def _declared(body: bytes) -> Iterator[Capture]:
    """Yield the captures that a page names as its own address."""
    for found in _DECLARED.finditer(body):
        if capture := archived_address(_text(found[1])):
            yield capture


def _text(value: bytes) -> str:
    return unescape_html(value.decode("utf-8", "replace")).strip()


def _is_today(prefix: str) -> bool:
    return re.match(rf"https?://{_TODAY_HOSTS}/", prefix, re.IGNORECASE) is not None


def _without_element(body: bytes, name: bytes) -> bytes:
    """Return a page without the element of an id; the page itself if the element has no end."""
    begin = re.search(
        rb"<(div|table|form)\b[^<>]{0,1000}?\bid=[\"']?" + name + rb"(?=[\"'\s>])", body
    )
    if not begin:
        return body
    depth = 0
    for tag in re.compile(rb"<(/?)" + begin[1] + rb"\b[^<>]*>").finditer(body, begin.start()):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return body[: begin.start()] + body[tag.end() :]
    return body


def _without_notes(body: bytes) -> bytes:
    """Remove the comments below a page: they name the time of playback, and nothing of the page."""
    kept, at = [], 0
    for note in _NOTE.finditer(body):
        if note.start() < at:
            continue
        end = body.find(b"-->", note.end())
        if end < 0:
            break
        kept.append(body[at : note.start()])
        at = end + len(b"-->")
    return b"".join((*kept, body[at:]))


def _wrapping(prefix: str) -> re.Pattern[bytes]:
    r"""Return what stands before the addresses of links, also in scripts, where `/` is `\/`."""
    if _is_today(prefix):
        time = r"(?:o/\w{3,10}|\d{14}|\d{4}\.\d\d\.\d\d-\d{6})"
        begin = rf"https?://{_TODAY_HOSTS}/"
    else:
        time = rf"\d{{4,14}}{_MODE}"
        _, _, rest = prefix.partition("://")
        host, _, path = rest.partition("/")
        begin = rf"(?:(?:https?:)?//{re.escape(host)})?/{re.escape(path)}"
    pattern = rf"(?<=[\"'=(\s,]){begin}{time}/(?=https?:|mailto:)"
    return re.compile(pattern.replace("/", r"\\?/").encode(), re.IGNORECASE)


def _instant(stamp: str) -> datetime | None:
    if len(stamp) != 14:
        return None
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _footer_instant(footer: re.Match[bytes] | None) -> datetime | None:
    if not footer:
        return None
    try:
        text = b" ".join(footer.groups()).decode()
        return datetime.strptime(text, "%H:%M:%S %b %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
