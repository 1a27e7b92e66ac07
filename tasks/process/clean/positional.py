"""Drops lines that can be recognised only by their place: bylines, contents, teasers, paywalls.

Above the story stand bylines and tables of contents; below it teasers of other stories and
invitations to subscribe. The same lines in the middle of a story are left alone.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.process.access import INVITATION, LAST_LINES
from tasks.process.metadata.names.authors import BY_START
from tasks.process.metadata.names.people import names_in

BYLINE_REACH = 4  # a byline stands above the first lines of the story, so many at most
_LONGEST_BYLINE = 160
# Words of a byline beside the names: "and", a role, a date with its time.
MOST_OTHER_WORDS = 9
LONGEST_INVITATION = 200
# A date in figures, such as "20.04.2018 16:22".
_STAMP = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{2,4}(?:\D{0,4}\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s?\w{0,3})?"
)
# Teasers of other stories break off; paragraphs of a story hardly ever do.
BROKEN_OFF = (" ...", " …", " [...]", " […]")
FEWEST_TEASERS = 2
_LONGEST_LABEL = 60
# A table of contents is a run of lines, each of which is repeated further down as a subhead.
FEWEST_CONTENTS = 3
_LONGEST_HEADING = 120
CONTENTS_LABEL = re.compile(
    r"(?:table of )?contents|in this article|inhalt(?:sverzeichnis)?|sommaire|índice|sumário",
    re.IGNORECASE,
)
SENTENCE_END = (".", "!", "?", "…", ":", "。", "\u201d", '"')


def names_in_byline(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a "By X" line among the first two paragraphs.

    It serves plain texts, which declare no authors.
    """
    for line in paragraphs[:2]:
        begin = BY_START.match(line)
        if begin and len(line) <= _LONGEST_BYLINE and not line.endswith(SENTENCE_END):
            return tuple(names_in(line[begin.end() :], shown=True))
    return ()


def without_bylines(lines: Sequence[str], authors: Sequence[str]) -> list[str]:
    """Return the lines without bylines above the story and without dates in figures there.

    A byline names at least one of the authors, perhaps with role and date.
    """
    kept: list[str] = []
    for line in lines:
        is_story = len(kept) >= BYLINE_REACH
        if is_story or not (_is_byline(line, authors) or _STAMP.fullmatch(line)):
            kept.append(line)
    return kept


def without_invitations(lines: Sequence[str]) -> list[str]:
    """Return the lines without those at the end that ask the reader to subscribe or to log in."""
    tail = [line for line in lines[-LAST_LINES:] if not _is_invitation(line)]
    return [*lines[:-LAST_LINES], *tail]


def without_teasers(lines: Sequence[str]) -> list[str]:
    """Return the lines without the teasers of other stories at the end and the label above them.

    One line that breaks off may be the story itself, cut short, so two are needed.
    """
    end = len(lines)
    while end and lines[end - 1].endswith(BROKEN_OFF):
        end -= 1
    if len(lines) - end < FEWEST_TEASERS:
        return [*lines]
    label = lines[end - 1] if end else ""
    return [*lines[: end - (0 < len(label) <= _LONGEST_LABEL and not label.endswith(SENTENCE_END))]]


def without_contents(lines: Sequence[str]) -> list[str]:
    """Return the lines without tables of contents and the labels above them."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line, []).append(number)
    kept: list[str] = []
    run: list[str] = []
    for number, line in enumerate(lines):
        if len(places[line]) == 2 and number == places[line][0] and len(line) <= _LONGEST_HEADING:
            run.append(line)
            continue
        if not _are_contents([places[heading][1] for heading in run]):
            kept += run
        elif kept and CONTENTS_LABEL.fullmatch(kept[-1].strip(" :")):
            kept.pop()
        run = []
        kept.append(line)
    return kept


def _are_contents(subheads: Sequence[int]) -> bool:
    """Return whether these places are those of subheads: in order, each with text below it.

    Args:
        subheads: per line of a possible table of contents, the place where it is repeated.
    """
    return len(subheads) >= FEWEST_CONTENTS and all(
        later - earlier > 1 for earlier, later in pairwise(subheads)
    )


def _is_byline(line: str, authors: Sequence[str]) -> bool:
    """Return whether a line is "By" and an author's name with only a few other words."""
    begin = BY_START.match(line)
    if begin is None or len(line) > _LONGEST_BYLINE or line.endswith(SENTENCE_END):
        return False
    rest = line[begin.end() :]
    named = [author for author in authors if author in rest]
    for author in named:
        rest = rest.replace(author, " ")
    return bool(named) and len(re.findall(r"\w+", rest)) <= MOST_OTHER_WORDS


def _is_invitation(line: str) -> bool:
    return len(line) <= LONGEST_INVITATION and INVITATION.search(line.lower()) is not None
