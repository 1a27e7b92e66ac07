"""Cleans paragraphs: boilerplate lines out, artefacts repaired, the repeated title gone.

Conservative: only whole, short lines are dropped, never a part of a paragraph.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from tasks.process.artefacts import repair
from tasks.process.boilerplate import LINES, LONGEST, LONGEST_LINE
from tasks.process.edges import (
    without_bylines,
    without_contents,
    without_invitations,
    without_teasers,
)
from tasks.process.fingerprint import WORDS, hash_of, word_count, words_of

BULLETS = " \t-–—*•·|>»›→▶►▸+_#=~❤️⬇"
TITLE_REACH = 4  # the title is repeated above the story: after section, kicker, date
KICKER = 45  # characters of a kicker or a site's name beside the title


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean paragraphs, and what was done to get them.

    Attributes:
        flags: `dropped_KIND:N`, how many lines of each kind are gone; `repaired_artefacts:N`.
        words: how many each paragraph has.
        content_hash: of all of them.
    """

    paragraphs: tuple[str, ...]
    flags: tuple[str, ...]
    words: tuple[int, ...]
    content_hash: str


def clean(paragraphs: Sequence[str], title: str | None, authors: Sequence[str] = ()) -> Cleaned:
    """Drops boilerplate lines and repairs artefacts; cleaning twice changes nothing.

    Args:
        paragraphs: in reading order; a line break within one is taken for a space.
        title: the headline, whose repetition above the story is dropped.
        authors: whose byline above the story is dropped.
    """
    counts: Counter[str] = Counter()
    kept = _without_boilerplate(_repaired(paragraphs, counts), counts)
    kept = _without_title(kept, title, counts)
    kept = _without_edges(kept, authors, counts)
    flags = tuple(f"{name}:{n}" for name, n in sorted(counts.items()) if n)
    words, numbers = _words(kept)
    return Cleaned(tuple(kept), flags, tuple(numbers), hash_of(words))


def _repaired(paragraphs: Iterable[str], counts: Counter[str]) -> list[str]:
    kept = []
    for paragraph in paragraphs:
        repaired = repair(paragraph)
        if repaired != paragraph:
            counts["repaired_artefacts"] += repaired != " ".join(paragraph.split())
        if WORDS.search(repaired):
            kept.append(repaired)
        else:
            counts["dropped_ornament"] += bool(repaired)
    return kept


def _without_boilerplate(lines: Iterable[str], counts: Counter[str]) -> list[str]:
    kept = []
    for line in lines:
        kind = boilerplate_kind(line)
        if kind:
            counts[f"dropped_{kind}"] += 1
        else:
            kept.append(line)
    return kept


def _words(lines: Iterable[str]) -> tuple[list[str], list[int]]:
    """The words of all lines, case folded, and how many each line has; both by one search."""
    words: list[str] = []
    numbers = []
    for line in lines:
        folded = line.casefold()
        found = words_of(folded)
        words += found
        # A longer one may hold marks that part words, as that of a Turkish capital I does.
        numbers.append(word_count(line, found if len(folded) == len(line) else None))
    return words, numbers


def boilerplate_kind(line: str) -> str | None:
    """Which kind of boilerplate a line is, if it is any."""
    core = line.strip(BULLETS).lower() if len(line) <= LONGEST_LINE else ""
    if not core:
        return None
    for kind, pattern in LINES.items():
        if len(core) <= LONGEST[kind] and pattern.fullmatch(core):
            return kind
    return None


def _without_title(lines: list[str], title: str | None, counts: Counter[str]) -> list[str]:
    wanted = folded(title or "")
    kept: list[str] = []
    for line in lines:
        if len(kept) >= TITLE_REACH or not repeats_title(line, wanted):
            kept.append(line)
    if not kept:  # a page that is all headline
        return lines
    counts["dropped_title"] = len(lines) - len(kept)
    return kept


def _without_edges(lines: list[str], authors: Sequence[str], counts: Counter[str]) -> list[str]:
    kept, dropped = lines, Counter[str]()
    for name, step in (
        ("dropped_byline", partial(without_bylines, authors=authors)),
        ("dropped_contents", without_contents),
        ("dropped_teaser", without_teasers),
        ("dropped_wall", without_invitations),
    ):
        before, kept = kept, step(kept)
        dropped[name] = len(before) - len(kept)
    if not kept:  # a page that is all wall
        return lines
    counts.update(dropped)
    return kept


def repeats_title(line: str, wanted: str) -> bool:
    """Whether a line is the title, perhaps with a kicker before it or a name after it.

    Args:
        wanted: the title, folded.
    """
    if not wanted or len(line) > len(wanted) * 2 + KICKER:
        return False
    words = folded(line)
    if words == wanted:
        return True
    longer, shorter = (words, wanted) if len(words) > len(wanted) else (wanted, words)
    beside = longer.startswith(shorter + " ") or longer.endswith(" " + shorter)
    return beside and len(longer) - len(shorter) <= min(KICKER, len(shorter) // 2)


def folded(text: str) -> str:
    """Only the words of a text, in lower case."""
    return " ".join(WORDS.findall(text.casefold()))
