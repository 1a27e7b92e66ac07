"""Finds elements by local names, because feeds differ in namespaces and prefixes."""

import re
from collections.abc import Iterator

from lxml import etree

_BLOCKS = frozenset("p hl2 hl3 h1 h2 h3 h4 li head ab l tr pre".split())
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?\s*(Z|[+-]\d\d:?\d\d)?")


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; "" for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def elements_at(element: etree._Element | None, *path: str) -> Iterator[etree._Element]:
    """Yield the elements at a path of local names.

    `**` stands for any number of levels: `elements_at(item, "**", "date")` yields all dates.
    """
    if element is None:
        return
    if not path:
        yield element
        return
    name, *rest = path
    if name == "**":
        for inner in element.iter():
            if local_name(inner) == rest[0]:
                yield from elements_at(inner, *rest[1:])
        return
    for child in element:
        if local_name(child) == name:
            yield from elements_at(child, *rest)


def first_at(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first element at a path; None if there is none."""
    return next(elements_at(element, *path), None)


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute by its local name; None where it is missing or blank."""
    if element is None:
        return None
    found = (value for key, value in element.attrib.items() if etree.QName(key).localname == name)
    return str(next(found, "")).strip() or None


def text_of(element: etree._Element | None) -> str | None:
    """Return all text of an element on one line; None if it is blank."""
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None


def text_at(element: etree._Element | None, *path: str) -> str | None:
    """Return the first text among the elements at a path; None if all are blank."""
    return next((text for found in elements_at(element, *path) if (text := text_of(found))), None)


def texts_at(element: etree._Element | None, *path: str) -> list[str]:
    """Return the distinct texts of all elements at a path, in order."""
    return list(
        dict.fromkeys(text for found in elements_at(element, *path) if (text := text_of(found)))
    )


def paragraphs_below(element: etree._Element | None) -> list[str]:
    """Return the paragraphs of an element.

    Without elements for paragraphs, its text is split at blank lines.
    """
    if element is None:
        return []
    blocks = [
        inner
        for inner in element.iter()
        if local_name(inner) in _BLOCKS
        and not any(local_name(below) in _BLOCKS for below in _descendants(inner))
    ]
    texts = [text for block in blocks if (text := text_of(block))]
    whole = "".join(element.itertext()) if not texts else ""
    return texts or [" ".join(part.split()) for part in re.split(r"\n\s*\n", whole) if part.strip()]


def _descendants(element: etree._Element) -> Iterator[etree._Element]:
    yield from (inner for child in element for inner in child.iter())


def iso_date(value: str | None) -> str | None:
    """Return a compact date of the IPTC as ISO 8601; any other value as it is.

    `20070131T101500Z` becomes `2007-01-31T10:15:00Z`. A time of T000000 without a zone stands for
    the whole day and is left out.
    """
    match = _COMPACT.fullmatch(value or "")
    if match is None:
        return value
    day = f"{match[1]}-{match[2]}-{match[3]}"
    clock = f"{match[4]}:{match[5]}:{match[6] or '00'}" if match[4] else "00:00:00"
    return day if clock == "00:00:00" and not match[7] else f"{day}T{clock}{match[7] or ''}"
