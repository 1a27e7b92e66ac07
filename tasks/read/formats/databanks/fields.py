"""Parses values of databank fields: sections with pages, bylines, and text broken into lines."""

import re
from collections.abc import Iterable, Sequence

_PAGE = re.compile(
    r"[;,]?\s{0,3}\b(?:pg|pag|pág|page|pages|seite|s|p|pp|blz|bladzijde|pagina|página|págs|str)\b\.?\s{0,3}"
    r"([A-Z]{0,3}\.?\s?-?\d[\w.\-–/]{0,10}|[A-Z]{1,2}\d*)\b",
    re.IGNORECASE,
)
_BY = re.compile(
    r"^(?:by|from|edited by|compiled by|von|par|por|de|di|door|van|af|av|propos recueillis par|"
    r"text|texte)\b[:\s]+(?=[^\W\d_])",
    re.IGNORECASE,
)
# The beginning of a second byline, as in `JANE DOE By JANE DOE` of The Times.
_SECOND_BYLINE = re.compile(r"\s(?:By|BY|Von|VON|Par|PAR)\s(?=[^\W\d_])")
# Words that mark a part of a byline as a contributor and not an author.
_NO_AUTHOR = re.compile(r"\b(?:contributed|reported|reporting|follow|berichtet)\b", re.IGNORECASE)
_LIST = re.compile(r";|\band\b|\bAND\b|\bUND\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|&|\|")
# Lines broken at a margin of 80 columns are mostly longer than 50 characters and never longer than
# 100; the lines of lists and verses are shorter.
_FULL_LINE, _MARGIN = 50, 100
_NUMBERED = re.compile(
    r"(?:page|seite|página|pagina|pág)\s\d+(?:\s(?:of|von|de|sur|di|van)\s\d+)?", re.IGNORECASE
)


def split_page(section: str) -> tuple[str | None, str | None]:
    """Split a section such as `NEWS; Pg. 6` into its name and the page."""
    match = _PAGE.search(section)
    if match is None:
        return _bare(section), None
    # In `S. 4 Ausg. 9`, the words after the page up to a semicolon are not part of the section.
    after = section[match.end() :].partition(";")[2]
    return _bare(f"{section[: match.start()]}; {after}"), match[1].strip()


def split_authors(byline: str) -> tuple[str, ...]:
    """Return the names of a byline; `Doe, Jane` is one name."""
    line = _BY.sub("", " ".join(byline.split()).strip(" ;,"))
    line = _SECOND_BYLINE.split(line)[0]
    parts = [part.strip(" ,") for part in _LIST.split(line)]
    return tuple(_natural(part) for part in parts if part and not _NO_AUTHOR.search(part))


def unwrapped(texts: Iterable[str]) -> tuple[str, ...]:
    """Return paragraphs: join lines that were broken at a margin, split at other line breaks."""
    paragraphs: list[str] = []
    for text in texts:
        lines = [line for line in text.split("\n") if line and not is_page_number(line)]
        if _is_wrapped(lines):
            paragraphs.append(" ".join(lines))
        else:
            paragraphs.extend(lines)
    return tuple(paragraphs)


def is_page_number(line: str) -> bool:
    """Return whether a line is the page number of a printed download, such as `Page 3 of 10`."""
    return len(line) < 30 and bool(_NUMBERED.fullmatch(line.strip()))


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether most lines are so long that a margin must have broken them."""
    if len(lines) < 2 or max(map(len, lines)) > _MARGIN:
        return False
    return sum(len(line) >= _FULL_LINE for line in lines[:-1]) > (len(lines) - 1) / 2


def _bare(text: str) -> str | None:
    parts = (part.strip(" ,.-") for part in text.split(";"))
    return "; ".join(part for part in parts if part and part != "Pg") or None


def _natural(name: str) -> str:
    """Return `Doe, Jane` as `Jane Doe`; any name without a single comma as it is."""
    last, _, first = name.partition(",")
    inverted = "," not in first and len(last.split()) == 1 and len(first.split()) in (1, 2)
    return f"{first.strip()} {last.strip()}" if inverted else name
