"""Reads the metadata record beside a document: where the document was listed, and how.

Broadsheet's own fetching writes such records (`tasks.raw.warc_records`); those of other crawlers
say other things and are left alone.
"""

from typing import Any
from zoneinfo import ZoneInfo

import orjson

from tasks.read.values import as_string
from tasks.read.warc.frames import Frame
from tasks.records import Declared

NOTHING_KNOWN = Declared()
# Longer ones are no headlines, names or dates; feeds have put whole stories there.
_MOST_CHARS = 1_000
_MOST_VALUES = 50


def read_evidence(document: Frame, following: Frame | None) -> Declared:
    """Return what the record behind a document states about it, if it belongs to that document."""
    if following is None or following.fault or not _belongs(following, document):
        return NOTHING_KNOWN
    try:
        content = orjson.loads(following.block)
    except orjson.JSONDecodeError:
        return NOTHING_KNOWN
    if not isinstance(content, dict) or "broadsheet" not in content:
        return NOTHING_KNOWN
    return _declared(content)


def _belongs(following: Frame, document: Frame) -> bool:
    if following.header is None or document.header is None:
        return False
    kind = (following.header.get("WARC-Type") or "").strip().lower()
    concurrent = (following.header.get("WARC-Concurrent-To") or "").strip("<> \t")
    named = (document.header.get("WARC-Record-ID") or "").strip("<> \t")
    return kind == "metadata" and bool(named) and concurrent == named


def _declared(content: dict[str, Any]) -> Declared:
    """Return the fields that processing uses, without the date at which the list itself changed."""
    return Declared(
        title=_text(content.get("title")),
        authors=_texts(content.get("authors")),
        published=_text(content.get("published")),
        language=_text(content.get("language")),
        publication=_text(content.get("source")),
        origin="feed",
        timezone=_zone(content.get("timezone")),
        rights=_texts(content.get("rights")),
    )


def _text(value: object) -> str | None:
    text = as_string(value)
    return text[:_MOST_CHARS] if text else None


def _texts(value: object) -> tuple[str, ...]:
    values = value[:_MOST_VALUES] if isinstance(value, list) else ()
    return tuple(text for item in values if (text := _text(item)))


def _zone(value: object) -> str:
    name = _text(value) or ""
    try:
        return ZoneInfo(name).key if name else ""
    except (KeyError, ValueError, OSError):
        return ""
