"""The evidence that two texts are copies, from all their shingles.

Candidates come from sampled fingerprints (`warehouse/sql/stories/candidates.sql`). The functions
here decide. They are pure, and a decision depends on the two texts alone, so that nights in any
order give the same pairs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import Final, Literal

import numpy as np

from tasks.stories.shingles import shingle_size, shingles_of, story_words

# What a pair of texts with different words can be; `copies` also tells `same_text` and `update`.
TextKind = Literal["edited", "embedded", "related"]

# Shares of the shorter text's shingles. On the 460 pairs of Reuters-21578 that have half of their
# 4-word shingles in common, a bound of 50 % finds 457, and 30 % finds no more but joins 88 bonds.
LEAST_CONTAINMENT: Final = 0.3
COPY_CONTAINMENT: Final = 0.5
# A longer text with less than this share in common and at least so many times as long embeds the
# shorter one: it may be a round-up of several stories.
EMBEDDING_SHARE: Final = 0.5
EMBEDDING_LENGTH: Final = 1.5
# Fewer shingles in common are a phrase.
LEAST_COPIED: Final = 8
# Two texts of one formula differ in short passages between passages in common. If at least
# this share of their figures and names is in the passages that differ, they report other facts.
# Texts with more in common need a larger share, for many corrections change a few figures.
FORMULA_SHARE: Final = 0.4
CLOSE_FORMULA_SHARE: Final = 0.6
CLOSE_JACCARD: Final = 0.45
LONGEST_SLOT: Final = 20  # words
_WORD = re.compile(r"(\w+)")
_SENTENCE_ENDS: Final = frozenset(".!?:")
_SLOT = re.compile(rb"(?<=\x01)\x00{1,%d}(?=\x01)" % LONGEST_SLOT)
# The bits of a text's outline. Most candidates share a phrase only, which outlines tell in a tenth
# of the time of comparing all shingles.
_OUTLINE_BITS: Final = 1 << 14
# Figures and names in common that make a pair below COPY_CONTAINMENT a copy. The beginnings must
# have them in common, too: two reports on one tournament share names in their last paragraphs.
SAME_FACTS: Final = 8
SAME_FACTS_SHARE: Final = 0.7
BEGINNING_WORDS: Final = 60
SAME_BEGINNING_SHARE: Final = 0.6


@dataclass(frozen=True)
class StoryText:
    """A text as it is compared: its words, and the hash of the shingle at each word.

    Attributes:
        openers: words that stand at the beginning of sentences only, where all have a capital.
    """

    words: Sequence[str]
    shingles: Sequence[int]
    size: int
    distinct: frozenset[int] = field(repr=False)
    openers: frozenset[str] = field(default=frozenset(), repr=False)

    @cached_property
    def outline(self) -> int:
        """Return a number in which each shingle has set one bit; several may have the same one."""
        bits = np.zeros(_OUTLINE_BITS, np.bool_)
        bits[(np.array(self.shingles, np.int64) >> 3) % _OUTLINE_BITS] = True
        return int.from_bytes(np.packbits(bits).tobytes(), "big")

    @cached_property
    def collisions(self) -> int:
        """Return how many more distinct shingles than bits of the outline the text has."""
        return len(self.distinct) - self.outline.bit_count()

    @cached_property
    def known(self) -> frozenset[str]:
        """Return the distinct words of the text."""
        return frozenset(self.words)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Return the figures and names of the text.

        A capital at the beginning of a sentence makes no name of a word.
        """
        found = filter(is_fact, self.known)
        return frozenset(w for w in found if w == w.lower() or w.lower() not in self.known)

    @cached_property
    def certain_facts(self) -> frozenset[str]:
        """Return the figures, and the names that also stand within a sentence."""
        return self.facts - self.openers

    @property
    def first_facts(self) -> frozenset[str]:
        """Return the figures and names of the beginning of the text."""
        return self.facts.intersection(self.words[:BEGINNING_WORDS])


@dataclass(frozen=True, slots=True)
class CopyEvidence:
    """The text that two articles have in common.

    Attributes:
        shared: the number of distinct shingles in both.
        containment, containment_other: the share of each text's shingles that is in the other.
    """

    kind: TextKind
    shared: int
    jaccard: float
    containment: float
    containment_other: float


def story_text(text: str) -> StoryText:
    """Return a text as it is compared."""
    words = story_words(text)
    shingles = shingles_of(words)
    openers = Counter(_openers(text))
    only = (word for word, count in openers.items() if words.count(word) <= count)
    return StoryText(words, shingles, shingle_size(words), frozenset(shingles), frozenset(only))


def _openers(text: str) -> Iterator[str]:
    """Yield the first word of each sentence and line. Figures are facts wherever they stand."""
    parts = _WORD.split(text)
    gaps = map(set, ["\n", *parts[2::2]])
    for gap, word in zip(gaps, parts[1::2], strict=False):
        is_end = "\n" in gap or (gap & _SENTENCE_ENDS and any(map(str.isspace, gap)))
        if is_end and word.isalpha():
            yield word


def compare_texts(one: StoryText, other: StoryText) -> CopyEvidence | None:
    """Return the evidence that two texts are copies; None if they share too little."""
    sizes = (len(one.distinct), len(other.distinct))
    least = LEAST_CONTAINMENT * min(sizes)
    if most_shared(one, other) < least:
        return None
    shared = len(one.distinct & other.distinct)
    if not shared or shared < least:
        return None
    kind = _kind(one, other, shared)
    jaccard = shared / (sum(sizes) - shared)
    return CopyEvidence(kind, shared, jaccard, shared / sizes[0], shared / sizes[1])


def most_shared(one: StoryText, other: StoryText) -> int:
    """Return a bound on the number of shingles that two texts have in common."""
    same = (one.outline & other.outline).bit_count()
    return same + min(one.collisions, other.collisions)


def _kind(one: StoryText, other: StoryText, shared: int) -> TextKind:
    shorter, longer = sorted((len(one.distinct), len(other.distinct)))
    is_copy = shared >= COPY_CONTAINMENT * shorter or _same_facts(one, other)
    if shared < LEAST_COPIED or not is_copy or has_other_facts(one, other, shared):
        return "related"
    is_small_part = shared < EMBEDDING_SHARE * longer and longer >= EMBEDDING_LENGTH * shorter
    return "embedded" if is_small_part else "edited"


def _same_facts(one: StoryText, other: StoryText) -> bool:
    return (
        len(one.facts & other.facts) >= SAME_FACTS
        and _share_in_common(one.facts, other.facts) >= SAME_FACTS_SHARE
        and _share_in_common(one.first_facts, other.first_facts) >= SAME_BEGINNING_SHARE
    )


def _share_in_common(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that is in the other one, too."""
    return len(one & other) / max(1, min(len(one), len(other)))


def has_other_facts(one: StoryText, other: StoryText, shared: int) -> bool:
    """Return whether two texts fill one formula with different figures and names.

    An editor adds and cuts passages. A formula has passages in common with slots between them, and
    in the slots the figures and names of one text are not in the other one. Both texts must have
    such slots, because a passage that was added or cut is in one text only.

    Args:
        shared: the number of distinct shingles that they have in common.
    """
    is_close = shared >= CLOSE_JACCARD * len(one.distinct | other.distinct)
    least = CLOSE_FORMULA_SHARE if is_close else FORMULA_SHARE
    # Most copies are contained in the longer text, so that the shorter one has nothing new.
    shorter, longer = sorted((one, other), key=lambda text: len(text.distinct))
    return _fills_slots(shorter, longer, least) and _fills_slots(longer, shorter, least)


def _fills_slots(text: StoryText, other: StoryText, least: float) -> bool:
    """Return whether at least a share of a text's figures and names are in slots, and new."""
    new = text.certain_facts - other.known
    if not new:
        return False
    covered = _covered(text, other)
    kept = len(set(compress(text.words, covered)) & text.certain_facts)
    if len(new) < least * (kept + len(new)):
        return False  # the slots cannot have more; looking for them takes twice as long
    changed = len(new.intersection(_in_slots(text.words, covered)))
    return changed > 0 and changed >= least * (kept + changed)


def _covered(text: StoryText, other: StoryText) -> bytes:
    """Return 1 for each word of a text that is in a shingle that the other text has, too, else 0.

    The bytes are handled as one large number: formulas are compared in thousands of pairs, and a
    loop over words takes ten times as long.
    """
    starts = bytes(map(other.distinct.__contains__, text.shingles))
    number, covered = int.from_bytes(starts, "little"), 0
    for word in range(text.size):
        covered |= number << 8 * word
    return covered.to_bytes(len(starts) + text.size, "little")[: len(text.words)]


def _in_slots(words: Sequence[str], covered: bytes) -> Iterator[str]:
    """Yield the words of short passages that differ, between passages in common."""
    for slot in _SLOT.finditer(covered):
        yield from words[slot.start() : slot.end()]


def is_fact(word: str) -> bool:
    """Return whether a word is a figure, or is written like a name."""
    return word[0].isupper() or (not word.isalpha() and any(map(str.isdigit, word)))
