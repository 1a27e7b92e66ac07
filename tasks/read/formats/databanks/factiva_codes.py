"""Reads articles of Factiva that are displayed with indexing, where a code precedes each field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.read.formats.databanks.articles import DownloadArticle
from tasks.read.formats.databanks.dates import read_date
from tasks.read.formats.databanks.fields import split_authors, unwrapped
from tasks.read.formats.databanks.labels import language_code, read_length
from tasks.read.formats.paragraphs import Paragraph

# Names in `extra` of the fields without a column (Dow Jones, "Factiva field codes").
_EXTRA = {
    "CLM": "column", "CR": "credit", "ET": "time", "ED": "edition", "PG": "page", "VOL": "volume",
    "CY": "copyright", "SC": "source_code", "CT": "contact", "RF": "references", "CX": "correction",
    "ART": "caption", "DLN": "dateline", "PUB": "publisher", "RST": "restrictors", "IPC": "ipc",
    "IPD": "descriptors", "CO": "company", "IN": "industry", "RE": "region", "SUB": "subtitle",
    "NGC": "source_group", "GC": "source_group_code",
}  # fmt: skip
_COLUMNS = frozenset("SE HD BY WC PD SN LA LP TD NS AN TI HL".split())
_CODES = _COLUMNS | _EXTRA.keys()
# Codes that may precede their value on the same line, because no sentence begins with them.
_INLINE = frozenset(
    "SE HD BY WC PD SN SC LA CY LP TD ED PG AN CLM CR ET VOL PUB RST IPC IPD NS".split()
)
_LINE = re.compile(r"([A-Z]{2,3})[\s|:]+(\S.*)", re.DOTALL)
_LISTS = frozenset("CO IN NS RE IPC IPD".split())
_TERM = re.compile(r"\s{0,3}[\w.\-]{1,40}\s{1,3}:\s{1,3}")


def read_coded(paragraphs: Sequence[Paragraph]) -> DownloadArticle | None:
    """Read an article with field codes; return None if the paragraphs have no codes."""
    fields = _fields(paragraphs)
    if "HD" not in fields or not {"PD", "WC", "SN", "LP", "TD"} & fields.keys():
        return None
    day = read_date(_line(fields, "PD"))
    length = _line(fields, "WC")
    extra: dict[str, Any] = {
        name: _terms(fields[code]) if code in _LISTS else _line(fields, code)
        for code, name in _EXTRA.items()
        if fields.get(code)
    }
    unknown = fields.keys() - _CODES
    extra |= {code.lower(): _line(fields, code) for code in sorted(unknown) if fields[code]}
    if length:
        extra["length"] = read_length(length) or length
    return DownloadArticle(
        title=_line(fields, "HD") or None,
        paragraphs=unwrapped([*fields.get("LP", ()), *fields.get("TD", ())]),
        authors=split_authors(_line(fields, "BY")),
        published=day[0] if day else _line(fields, "PD") or None,
        publication=_line(fields, "SN") or None,
        section=_line(fields, "SE") or None,
        language=language_code(_line(fields, "LA")),
        keywords=tuple(_terms(fields.get("NS", []))),
        extra=extra,
    )


def _fields(paragraphs: Sequence[Paragraph]) -> dict[str, list[str]]:
    """Return the paragraphs of each field by its code.

    In HTML, code and value are in separate cells. In plain text they are on one line, or on two.
    """
    fields: dict[str, list[str]] = {}
    current = ""
    for text, is_code in _pieces(paragraphs):
        code, value = (text.strip(), "") if is_code else _code_of(text)
        if code and not (code in fields and current in {"LP", "TD"}):
            current = code
            fields.setdefault(code, [])
        else:
            value = text
        if value and current:
            fields[current].append(value)
    return fields


def _pieces(paragraphs: Sequence[Paragraph]) -> list[tuple[str, bool]]:
    """Split paragraphs before lines that begin with a code.

    Returns:
        Each piece of text, and whether its table cell marks it as a code.
    """
    pieces: list[tuple[str, bool]] = []
    for paragraph in paragraphs:
        begins = True
        for line in paragraph.text.split("\n"):
            if begins or _code_of(line)[0]:
                pieces.append((line, "index" in paragraph.roles))
            else:
                pieces[-1] = (f"{pieces[-1][0]}\n{line}", pieces[-1][1])
            begins = line in _CODES
    return pieces


def _code_of(text: str) -> tuple[str | None, str]:
    """Return the code at the beginning of a text, and the rest; None if there is no code."""
    bare = text.strip(" |")
    if bare in _CODES:
        return bare, ""
    match = _LINE.match(text)
    if match and (match[1] in _INLINE or (match[1] in _LISTS and _TERM.match(match[2]))):
        return match[1], match[2].strip(" |")
    return None, text


def _line(fields: Mapping[str, Sequence[str]], code: str) -> str:
    return " ".join(" ".join(fields.get(code, ())).split())


def _terms(values: Sequence[str]) -> list[str]:
    """Return the names of terms; those of `gcat : Political News | gpol : Domestic Politics`."""
    parts = (part for value in values for part in re.split(r"\s\|\s|\n|(?<=\S)\|", value))
    return [name for part in parts if (name := _TERM.sub("", part).strip(" |"))]
