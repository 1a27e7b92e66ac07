"""Turns XHTML into HTML: `<script/>` is an empty element there, and CDATA is text.

An HTML parser takes `<script/>` for a start tag, and the rest of the page for the script.
"""

import re
from typing import Final

from tasks.process.body.tags import VOID
from tasks.records import RawDocument

TYPE: Final = "application/xhtml+xml"
HEAD: Final = 200
_CLOSED = re.compile(r"<([a-zA-Z][\w:.-]{0,60})([^<>]*)/>")
_CDATA = re.compile(
    r"(?://|/\*)?\s{0,9}<!\[CDATA\[(?:\s{0,9}\*/)?|(?://|/\*)?\s{0,9}\]\]>(?:\s{0,9}\*/)?"
)


def is_xhtml(document: RawDocument, text: str) -> bool:
    """Return whether a page is XHTML.

    The server's content type decides, as in browsers. A file without one is XHTML if it begins with
    an XML declaration.
    """
    declared = dict(document.headers).get("content-type")
    if declared is not None:
        return declared.lower().startswith(TYPE)
    return text[:HEAD].lstrip("\ufeff \t\r\n").startswith("<?xml")


def as_html(text: str) -> str:
    """Return the page with an end tag for each `<name/>` that HTML would take for a start tag."""
    return _CLOSED.sub(_with_end, _CDATA.sub("", text))


def _with_end(found: re.Match[str]) -> str:
    name = found[1]
    return found[0] if name.lower() in VOID else f"<{name}{found[2]}></{name}>"
