"""Words without the accents on their letters, and patterns for all words that are the same without.

Only marks that the reader of a language may leave out count as accents: those of Latin, Greek and
Cyrillic letters, and the points of Hebrew and Arabic. Signs of vowels in Hindi or Thai stay.
"""

import re
import unicodedata
from functools import cache, lru_cache

from warehouse.search.words import folded_word

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff"
)
_MARK = re.compile(f"[{_MARKS}]")
_FIRST, _BEHIND = 0x80, 0x2000  # letters with accents lie between
# Letters whose stroke is no mark that can be taken off.
_STROKES = {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i"}
_STROKES |= {letter.upper(): base.upper() for letter, base in _STROKES.items() if letter != "ı"}


@lru_cache(maxsize=100_000)
def without_accents(word: str) -> str:
    """Return a word without accents."""
    return word if word.isascii() else "".join(map(_base, word))


def accent_pattern(form: str) -> str:
    """Return a pattern for all folded words that are the same as one without accents."""
    return "".join(map(_letter_pattern, without_accents(form)))


def _base(character: str) -> str:
    if not _FIRST <= ord(character) < _BEHIND:
        return character
    plain = _MARK.sub("", unicodedata.normalize("NFD", character))
    return _STROKES.get(plain, plain)


@cache
def _letter_pattern(letter: str) -> str:
    forms = sorted({re.escape(form) for form in (letter, *_accented().get(letter, ()))})
    choice = f"({'|'.join(forms)})" if len(forms) > 1 else forms[0]
    return f"{choice}[{_MARKS}]*" if ord(letter) < _BEHIND and letter.isalpha() else choice


@cache
def _accented() -> dict[str, list[str]]:
    """Return the folded letters with accents, by their letter without."""
    found: dict[str, list[str]] = {}
    for code in range(_FIRST, _BEHIND):
        letter = chr(code)
        base = without_accents(letter)
        if base != letter and len(base) == 1 and folded_word(letter) == letter:
            found.setdefault(base, []).append(letter)
    return found
