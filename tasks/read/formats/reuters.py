"""Reads the Reuters-21578 collection: SGML files of a thousand `<REUTERS>` elements each.

Follows the collection's README (D. D. Lewis, 1997). An XML parser cannot read the files: they are
SGML, and each text ends with `&#3;`, which is no character of XML.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from tasks.read.formats.paragraphs.html import html_pieces
from tasks.read.place import Place
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Declared, Dropped, RawDocument
from tasks.web.references import unescape_html

_Outcomes = Iterator[RawDocument | Dropped]

_BEGIN = re.compile(rb"<REUTERS\s")
_ATTRIBUTE = re.compile(r'\b([A-Z]{1,40})="([^"<>]*)"')
_LISTS = ("TOPICS", "PLACES", "PEOPLE", "ORGS", "EXCHANGES", "COMPANIES")
_ITEM = re.compile(r"<D>([^<]*)</D>")
_CONTROL = re.compile(r"&#\d{1,2};|[\x00-\x08\x0b-\x1f]")
_TAG = re.compile(r"</?[A-Z]+[^<>]{0,200}>")
_SIGNATURE = re.compile(r"\n\s{0,9}reuters?\s*\Z", re.IGNORECASE)
_ATTRIBUTES = {"LEWISSPLIT": "lewis_split", "CGISPLIT": "cgi_split", "OLDID": "old_id"}


def read_reuters(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield one document per `<REUTERS>` element; topics, places and splits go into `extra`."""
    number = 0
    for piece in html_pieces(stream, _BEGIN, place.settings.document_bytes):
        if not piece.starts:
            continue
        number += 1
        suffix = f"#document={number}"
        if piece.cut or b"</REUTERS>" not in piece.data:
            reason = Reason.TOO_LARGE if piece.cut else fault_of(stream) or Reason.BROKEN_DOCUMENT
            yield from place.drop(reason, "one REUTERS element", suffix=suffix)
        else:
            yield from _document(piece.data.decode("latin-1"), place, suffix)
    if fault := fault_of(stream):
        yield from place.drop(fault, "and what follows", suffix=f"#document={number + 1}")


def _document(source: str, place: Place, suffix: str) -> _Outcomes:
    position = place.tally.claim()
    if position is None:
        return
    title = _element(source, "TITLE")
    text = _element(source, "BODY") or _unstructured(source) or title
    attributes = dict(_ATTRIBUTE.findall(source[: source.find(">") + 1]))
    extra: dict[str, Any] = {
        name: attributes[key] for key, name in _ATTRIBUTES.items() if key in attributes
    }
    extra |= {"new_id": attributes["NEWID"]} if "NEWID" in attributes else {}
    for name in _LISTS:
        if items := _ITEM.findall(_raw(source, name)):
            extra[name.lower()] = [unescape_html(item) for item in items]
    dateline = _element(source, "DATELINE")
    extra |= {"dateline": dateline.strip(" -")} if dateline else {}
    yield RawDocument(
        locator=place.locator + suffix,
        position=position,
        media="text",
        body=text.encode(),
        charset="utf-8",
        declared=Declared(
            title=" ".join(title.split()) or None,
            authors=tuple(filter(None, [" ".join(_element(source, "AUTHOR").split())])),
            published=_element(source, "DATE").strip() or None,
            publication="Reuters",
            language="en",
            extra=extra,
        ),
    )


def _raw(source: str, name: str) -> str:
    """Return the markup inside the first element of a name; "" if there is none."""
    begin = re.search(rf"<{name}(?:\s[^<>]{{0,100}})?>", source)
    end = source.find(f"</{name}>", begin.end()) if begin else -1
    return source[begin.end() : end] if begin and end >= 0 else ""


def _element(source: str, name: str) -> str:
    """Return the text of an element without control characters and the closing `Reuter`."""
    text = _CONTROL.sub("", _raw(source, name))
    return _SIGNATURE.sub("", unescape_html(_TAG.sub("", text))).strip("\n")


def _unstructured(source: str) -> str:
    """Return the text of an item without a BODY element (types UNPROC and BRIEF)."""
    inner = _raw(source, "TEXT")
    for name in ("TITLE", "DATELINE", "AUTHOR"):
        inner = inner.replace(_raw(inner, name), "") if _raw(inner, name) else inner
    text = _CONTROL.sub("", _TAG.sub("", inner))
    return _SIGNATURE.sub("", unescape_html(text)).strip(" *\n")
