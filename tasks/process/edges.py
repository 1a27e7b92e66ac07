"""Lines at a story's edges that only its own page makes recognisable: byline, call to subscribe."""

import re
from collections.abc import Sequence

from tasks.process.access import INVITATION, LAST_LINES
from tasks.process.metadata.authors import BY_START
from tasks.process.metadata.names import names_in

BYLINE_REACH = 4
LONGEST_BYLINE = 160
# Words beside the names: "and", a role, a date with its time.
MOST_OTHER_WORDS = 9
LONGEST_INVITATION = 200
SENTENCE_END = (".", "!", "?", "…", ":", "。", "\u201d", '"')


def names_in_byline(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """The names of a "By X" line among the first two; for plain texts, which declare nobody."""
    for line in paragraphs[:2]:
        begin = BY_START.match(line)
        if begin and len(line) <= LONGEST_BYLINE and not line.endswith(SENTENCE_END):
            return tuple(names_in(line[begin.end() :], shown=True))
    return ()


def without_bylines(lines: Sequence[str], authors: Sequence[str]) -> list[str]:
    """The lines without those above the story that name its authors, perhaps with role and date."""
    head = [line for line in lines[:BYLINE_REACH] if not _is_byline(line, authors)]
    return [*head, *lines[BYLINE_REACH:]]


def without_invitations(lines: Sequence[str]) -> list[str]:
    """The lines without those at the end that ask the reader to subscribe, to read on."""
    tail = [line for line in lines[-LAST_LINES:] if not _is_invitation(line)]
    return [*lines[:-LAST_LINES], *tail]


def _is_byline(line: str, authors: Sequence[str]) -> bool:
    begin = BY_START.match(line)
    if begin is None or len(line) > LONGEST_BYLINE or line.endswith(SENTENCE_END):
        return False
    rest = line[begin.end() :]
    named = [author for author in authors if author in rest]
    for author in named:
        rest = rest.replace(author, " ")
    return bool(named) and len(re.findall(r"\w+", rest)) <= MOST_OTHER_WORDS


def _is_invitation(line: str) -> bool:
    return len(line) <= LONGEST_INVITATION and INVITATION.search(line.lower()) is not None
