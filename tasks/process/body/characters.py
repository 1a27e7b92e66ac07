"""Counts of kinds of characters per block, whatever the script, without a loop over the text."""

import sys
import unicodedata
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.process.fingerprint import UNSPACED

Floats = npt.NDArray[np.float32]
CLASSES: Final = ("other", "lower", "upper", "unspaced", "digit", "space", "stop", "comma", "quote")
OTHER, LOWER, UPPER, UNSPACED_LETTER, DIGIT, SPACE, STOP, COMMA, QUOTE = range(len(CLASSES))
STOPS = ".!?…。！？।॥؟۔።‽"
COMMAS = ",;:、，；：،؛"
QUOTES = "\"'«»„“”‘’‚‹›「」『』"


@cache
def _table() -> npt.NDArray[np.uint8]:
    """The class of every code point."""
    table = np.zeros(sys.maxunicode + 1, np.uint8)
    for code in range(0x20000):  # beyond are rare ideographs, marks and private use
        table[code] = _class_of(chr(code))
    table[0x20000:0x40000] = UNSPACED_LETTER
    for characters, kind in ((STOPS, STOP), (COMMAS, COMMA), (QUOTES, QUOTE), (" ", SPACE)):
        table[[ord(character) for character in characters]] = kind
    return table


def _class_of(character: str) -> int:
    category = unicodedata.category(character)
    if category[0] in "LM":
        if UNSPACED.match(character):
            return UNSPACED_LETTER
        return UPPER if category in {"Lu", "Lt"} else LOWER
    return DIGIT if category == "Nd" else OTHER


class Characters:
    """Of blocks: counts by class, and the classes of the first and the last character.

    Attributes:
        counts: one row for each of `CLASSES`, one column a block.
    """

    __slots__ = ("counts", "first", "last", "lengths")

    def __init__(self, texts: list[str]) -> None:
        self.lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        joined = "".join(texts).encode("utf-32-le", "surrogatepass")
        classes = _table()[np.frombuffer(joined, np.uint32)]
        ends = np.cumsum(self.lengths)
        self.last = classes[ends - 1]
        self.first = classes[ends - self.lengths]
        numbers = np.repeat(np.arange(len(texts)) * len(CLASSES), self.lengths)
        counts = np.bincount(numbers + classes, minlength=len(texts) * len(CLASSES))
        self.counts = np.ascontiguousarray(counts.reshape(-1, len(CLASSES)).T, np.float32)

    def words(self) -> Floats:
        """Words between spaces; in scripts without spaces one for two characters."""
        unspaced, spaces = self.counts[UNSPACED_LETTER], self.counts[SPACE]
        spaced = spaces + 1
        spaced[unspaced > 0] -= 0.5  # part of it, at least, is no word of its own
        words: Floats = np.where(unspaced > spaced, unspaced / 2 + spaces, spaced)
        return words
