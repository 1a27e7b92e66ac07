"""Cleans paragraphs: drops boilerplate lines and the repeated title, and repairs artefacts.

It is conservative: only whole, short lines are dropped, never a part of a paragraph.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from tasks.process.clean.artefacts import repair_artefacts
from tasks.process.clean.known_lines import LINES, LONGEST, LONGEST_LINE
from tasks.process.clean.positional import (
    without_bylines,
    without_contents,
    without_invitations,
    without_teasers,
)
from tasks.web.fingerprint import WORDS, hash_of, word_count, words_of

BULLETS = " \t-–—*•·|>»›→▶►▸+_#=~❤️⬇"
# Lines in which a repeated title is looked for: it stands above the story, after section, kicker
# and date.
TITLE_REACH = 4
_KICKER = 45  # the most characters of a kicker or a site's name in the same line as the title


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean paragraphs, and flags that say what was changed.

    Attributes:
        flags: `dropped_KIND:N` for N dropped lines of a kind, and `repaired_artefacts:N`.
        words: the number of words of each paragraph.
        content_hash: the hash of the words of all paragraphs.
    """

    paragraphs: tuple[str, ...]
    flags: tuple[str, ...]
    words: tuple[int, ...]
    content_hash: str


def clean(paragraphs: Sequence[str], title: str | None, authors: Sequence[str] = ()) -> Cleaned:
    """Drop boilerplate lines and repair artefacts; cleaning the result again changes nothing.

    Args:
        paragraphs: in reading order; a line break within a paragraph becomes a space.
        title: the headline; its repetition above the story is dropped.
        authors: the authors; a byline above the story that names them is dropped.
    """
    counts: Counter[str] = Counter()
    kept = _without_boilerplate(_repaired(paragraphs, counts), counts)
    kept = _without_title(kept, title, counts)
    kept = _without_positional_lines(kept, authors, counts)
    flags = tuple(f"{name}:{n}" for name, n in sorted(counts.items()) if n)
    words, numbers = _words(kept)
    return Cleaned(tuple(kept), flags, tuple(numbers), hash_of(words))


def _repaired(paragraphs: Iterable[str], counts: Counter[str]) -> list[str]:
    """Return repaired paragraphs without those that have no letter or digit; count both."""
    kept = []
    for paragraph in paragraphs:
        repaired = repair_artefacts(paragraph)
        if repaired != paragraph:
            counts["repaired_artefacts"] += repaired != " ".join(paragraph.split())
        if WORDS.search(repaired):
            kept.append(repaired)
        else:
            counts["dropped_ornament"] += bool(repaired)
    return kept


def _without_boilerplate(lines: Iterable[str], counts: Counter[str]) -> list[str]:
    """Return the lines that are no boilerplate; count the dropped ones by kind."""
    kept = []
    for line in lines:
        kind = boilerplate_kind(line)
        if kind:
            counts[f"dropped_{kind}"] += 1
        else:
            kept.append(line)
    return kept


def _words(lines: Iterable[str]) -> tuple[list[str], list[int]]:
    """Return the case-folded words of all lines, and the number of words of each line.

    Both come from one search for words, because they are needed for every document.
    """
    words: list[str] = []
    numbers = []
    for line in lines:
        folded = line.casefold()
        found = words_of(folded)
        words += found
        # Folding can add combining marks that split words, as for the Turkish capital I with a
        # dot; then the words are counted in the original line.
        numbers.append(word_count(line, found if len(folded) == len(line) else None))
    return words, numbers


def boilerplate_kind(line: str) -> str | None:
    """Return the kind of boilerplate that a line is, or None if it is a line of the story."""
    core = line.strip(BULLETS).lower() if len(line) <= LONGEST_LINE else ""
    if not core:
        return None
    for kind, pattern in LINES.items():
        if len(core) <= LONGEST[kind] and pattern.fullmatch(core):
            return kind
    return None


def _without_title(lines: list[str], title: str | None, counts: Counter[str]) -> list[str]:
    """Return the lines without repetitions of the title among the first ones."""
    wanted = folded(title or "")
    kept: list[str] = []
    for line in lines:
        if len(kept) >= TITLE_REACH or not repeats_title(line, wanted):
            kept.append(line)
    if not kept:  # the page has no text but its headline
        return lines
    counts["dropped_title"] = len(lines) - len(kept)
    return kept


def _without_positional_lines(
    lines: list[str], authors: Sequence[str], counts: Counter[str]
) -> list[str]:
    """Return the lines without those that `positional` recognises by their place."""
    kept, dropped = lines, Counter[str]()
    for name, step in (
        ("dropped_byline", partial(without_bylines, authors=authors)),
        ("dropped_contents", without_contents),
        ("dropped_teaser", without_teasers),
        ("dropped_wall", without_invitations),
    ):
        before, kept = kept, step(kept)
        dropped[name] = len(before) - len(kept)
    if not kept:  # the page has no text but an invitation to subscribe
        return lines
    counts.update(dropped)
    return kept


def repeats_title(line: str, wanted: str) -> bool:
    """Return whether a line is the title, perhaps with a kicker before or a site's name after it.

    The line may also be a part of the title, for the title may have the kicker instead.

    Args:
        wanted: the title as `folded` returns it.
    """
    if not wanted or len(line) > len(wanted) * 2 + _KICKER:
        return False
    words = folded(line)
    if words == wanted:
        return True
    longer, shorter = (words, wanted) if len(words) > len(wanted) else (wanted, words)
    is_part = longer.startswith(shorter + " ") or longer.endswith(" " + shorter)
    return is_part and len(longer) - len(shorter) <= min(_KICKER, len(shorter) // 2)


def folded(text: str) -> str:
    """Return the words of a text, case-folded and separated by single spaces."""
    return " ".join(WORDS.findall(text.casefold()))
