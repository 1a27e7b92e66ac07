"""Counts of classes of characters per block, in any script, without a loop over the text.

All texts of a page are joined and looked up in one table of the classes of all code points.
"""

import re
import sys
import unicodedata
from collections import defaultdict
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.web.fingerprint import UNSPACED

_Floats = npt.NDArray[np.float32]
CLASSES: Final = ("other", "lower", "upper", "unspaced", "digit", "space", "stop", "comma", "quote")
OTHER, LOWER, UPPER, UNSPACED_LETTER, DIGIT, SPACE, STOP, COMMA, QUOTE = range(len(CLASSES))
STOPS = ".!?…。！？।॥؟۔።‽"
COMMAS = ",;:、，；：،؛"
QUOTES = "\"'«»„“”‘’‚‹›「」『』"
_UNSPACED_RUN = re.compile(f"(?:{UNSPACED.pattern})+")
# The classes of the categories of Unicode: letters, marks and digits, and OTHER for all others.
_CLASS_OF_CATEGORY = defaultdict(
    lambda: OTHER, dict.fromkeys(("Ll", "Lm", "Lo", "Mn", "Mc", "Me"), LOWER)
)
_CLASS_OF_CATEGORY |= {"Lu": UPPER, "Lt": UPPER, "Nd": DIGIT}


@cache
def _table() -> npt.NDArray[np.uint8]:
    """Return the class of every code point, 1.1 MB, made once per process."""
    table = np.zeros(sys.maxunicode + 1, np.uint8)
    # Only the first two planes are classified one by one. Planes 2 and 3 hold rare ideographs, the
    # planes above them marks and private use, which count as "other".
    characters = np.arange(0x20000, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    categories = map(unicodedata.category, characters)
    table[:0x20000] = np.frombuffer(
        bytes(map(_CLASS_OF_CATEGORY.__getitem__, categories)), np.uint8
    )
    for run in _UNSPACED_RUN.finditer(characters):
        letters = table[run.start() : run.end()]
        letters[(letters == LOWER) | (letters == UPPER)] = UNSPACED_LETTER
    table[0x20000:0x40000] = UNSPACED_LETTER
    for characters, kind in ((STOPS, STOP), (COMMAS, COMMA), (QUOTES, QUOTE), (" ", SPACE)):
        table[[ord(character) for character in characters]] = kind
    return table


class Characters:
    """Character counts of the blocks of one page.

    Attributes:
        counts: one row for each of `CLASSES`, one column per block.
        first, last: per block the class of its first and of its last character.
        lengths: per block its characters.
    """

    __slots__ = ("counts", "first", "last", "lengths")

    def __init__(self, texts: list[str]) -> None:
        self.lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        joined = "".join(texts).encode("utf-32-le", "surrogatepass")
        classes = _table()[np.frombuffer(joined, np.uint32)]
        ends = np.cumsum(self.lengths)
        self.last = classes[ends - 1]
        self.first = classes[ends - self.lengths]
        # One bincount counts all classes of all blocks: block n owns the numbers from 9 * n on.
        numbers = np.repeat(np.arange(len(texts)) * len(CLASSES), self.lengths)
        counts = np.bincount(numbers + classes, minlength=len(texts) * len(CLASSES))
        self.counts = np.ascontiguousarray(counts.reshape(-1, len(CLASSES)).T, np.float32)

    def words(self) -> _Floats:
        """Return the words of each block: words between spaces, or half of the unspaced letters.

        Chinese, Japanese, Thai and the like are written without spaces; two characters count as one
        word there, as in `fingerprint.word_count`.
        """
        unspaced, spaces = self.counts[UNSPACED_LETTER], self.counts[SPACE]
        spaced = spaces + 1
        spaced[unspaced > 0] -= 0.5  # a part of the last word, at least, is not a spaced word
        words: _Floats = np.where(unspaced > spaced, unspaced / 2 + spaces, spaced)
        return words
