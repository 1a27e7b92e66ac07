"""Shingles of a text: hashes of the runs of words that near copies share.

A shingle is a run of five words. With runs of three, unrelated texts share a hundred times as many
(507 real articles gave 37,159 pairs instead of 377). In scripts without spaces between words each
character counts as a word, and a shingle has ten of them.

Only a sample of the hashes is stored, those that are divisible by the text's rate. Rates are powers
of two, and short texts have smaller ones, so that a text of 40 words keeps all its shingles. A
shingle of two texts is in both samples if its hash is divisible by the larger of their rates.
Therefore an equality join compares two texts at their coarser rate. Samples find all edited copies
and those within longer articles, where MinHash with 128 permutations finds .87 and .12 to .71.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

import numpy as np
from xxhash import xxh3_64_intdigest

from tasks.web.fingerprint import UNSPACED, words_of

# The version of everything that decides which texts are copies. Raise it with each change of this
# package that may change a pair; `reprocess --stories` applies the change to stored articles.
METHOD: Final = "shingles-2"
SHINGLE_WORDS: Final = 5
SHINGLE_CHARACTERS: Final = 10
# The rate of texts with fewer shingles than the first number. Longer texts have COARSEST_RATE.
RATES: Final = ((100, 1), (200, 2), (400, 4))
COARSEST_RATE: Final = 8
_LAST_MARK: Final = 0x1F000
_ASCII: Final = frozenset(map(chr, range(128)))  # none of them is unspaced, or a mark
_UNSPACED_APART = re.compile(f"({UNSPACED.pattern})")


def story_words(text: str) -> list[str]:
    """Return the words of a text; in scripts without spaces each character is one.

    Marks such as the vowel signs of Devanagari belong to their word.
    """
    # Few: searching the whole text takes ten times as long.
    characters = "".join(set(text) - _ASCII)
    if not characters:
        return words_of(text)
    if UNSPACED.search(characters):
        return list(_each_unspaced(text))
    return _spaced_words(text) if _marks().search(characters) else words_of(text)


def _each_unspaced(text: str) -> Iterator[str]:
    """Yield characters of scripts without spaces one by one, and the words between them."""
    for number, piece in enumerate(_UNSPACED_APART.split(text)):
        if number % 2:  # what the pattern's group has matched
            yield piece
        elif piece:
            yield from _spaced_words(piece)


def _spaced_words(text: str) -> list[str]:
    return _marked_words().findall(text.replace("_", " "))


@cache
def _marks() -> re.Pattern[str]:
    """Return a pattern for the combining marks of all scripts, which `\\w` does not match."""
    codes = range(0x300, _LAST_MARK)
    marks = (chr(code) for code in codes if unicodedata.category(chr(code)) in {"Mn", "Mc"})
    return re.compile(f"[{''.join(marks)}]")


@cache
def _marked_words() -> re.Pattern[str]:
    return re.compile(rf"[\w{_marks().pattern[1:-1]}]+")


def shingles_of(words: list[str]) -> list[int]:
    """Return the hash of each shingle of a text, in the order of the text.

    A text that is shorter than one shingle has none.

    Args:
        words: the text's `story_words`; case does not matter.
    """
    together = "\n".join(words).casefold()
    folded = together.encode("utf-8", "surrogatepass").split(b"\n")
    size = SHINGLE_WORDS if together.isascii() else shingle_size(words)
    runs = zip(*(folded[start:] for start in range(size)), strict=False)
    hashes = np.fromiter(map(xxh3_64_intdigest, map(b" ".join, runs)), np.uint64)
    signed: list[int] = hashes.view(np.int64).tolist()  # SQL has no use for unsigned numbers
    return signed


def shingle_size(words: list[str]) -> int:
    """Return the number of words in a shingle: more if most words are single characters."""
    if all(map(str.isascii, words)):
        return SHINGLE_WORDS
    unspaced = sum(map(bool, map(UNSPACED.match, words)))
    return SHINGLE_CHARACTERS if 2 * unspaced > len(words) else SHINGLE_WORDS


def sample(shingles: Collection[int]) -> list[int]:
    """Return the distinct hashes that are stored of a text's shingles, in ascending order."""
    distinct = set(shingles)
    rate = rate_of(len(distinct))
    return sorted(number for number in distinct if number % rate == 0)


def rate_of(shingles: int) -> int:
    """Return the sampling rate of a text with this many distinct shingles: one in so many."""
    return next((rate for below, rate in RATES if shingles < below), COARSEST_RATE)
