"""The words of a text, as the index and the search see them.

A word is a run of letters, digits and combining marks. Everything else separates words: `l'accord`
and `co-operate` are two words each. Scripts that are written without spaces (Han, Kana, Thai, Lao,
Khmer, Burmese) have no words that could be told apart by rule. There each character, with the marks
on it, is a unit, and the index holds each unit together with the next one of its run: `発/売`, and
`売/` at the end of the run. Consecutive pairs then say exactly where any sequence of units stands.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Raise this number when texts are divided or folded in another way: indexes are then built anew.
WORDS_FORMAT = 1
# Longer words are cut, for they are no words of a language. The index refuses words of 64 kB.
LONGEST_WORD = 200
PAIR_SIGN = "/"  # between the units of a pair; no word contains it

# The halves of half-width kana's voiced sounds are marks, too.
_KANA_MARKS = "\uff9e\uff9f"
# A letter by its category, but used as an apostrophe.
_NO_LETTERS = "\u02bc\u02b9\u02bb\u02bd"
# Han, Kana, Thai, Lao, Burmese and Khmer, with their signs of iteration and length.
_UNSPACED = (
    "\u3005-\u3007\u3031-\u3035\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"
    "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3\u17d7\u17dc"
)
# Beyond U+FFFF, the blocks of letters, without those of symbols and emoji.
_FAR_LETTERS = "\U00010280-\U0001cfff\U0001d400-\U0001d7ff\U0001df00-\U0001efff"
_FAR_MARKS = "\U000e0100-\U000e01ef"


# The categories of the characters up to U+FFFF, by two letters each.
_CATEGORIES = "".join(map(unicodedata.category, map(chr, range(0x10000))))


def _ranges(categories: str) -> str:
    """Return the characters up to U+FFFF of some categories, as ranges of a pattern."""
    runs = re.finditer(f"(?:{categories})+", _CATEGORIES)
    return "".join(f"\\u{run.start() // 2:04x}-\\u{run.end() // 2 - 1:04x}" for run in runs)


_MARKS = _ranges("M.") + _KANA_MARKS + _FAR_MARKS
_LETTERS = _ranges("[LMN].|Cf") + _FAR_LETTERS + _FAR_MARKS
_UNIT = re.compile(f"[{_UNSPACED}][{_MARKS}]*")
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(f"[{_LETTERS}]+")
# A run of units, or a word that ends before any.
_RUN = re.compile(f"((?:[{_UNSPACED}][{_MARKS}]*)+)|(?:(?![{_UNSPACED}])[{_LETTERS}])+")
_ASCII_WORD = re.compile("[0-9A-Za-z]+")
_APOSTROPHES = str.maketrans(dict.fromkeys(_NO_LETTERS, "'"))
# Characters that only direct or stretch what is shown, such as the soft hyphen and the tatweel.
# NFKC takes these apart, so that the halves would be units of their own.
_SARA_AM = {"\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}
_UNSEEN = re.compile(f"[{_ranges('Cf')}\u0640]+")


@dataclass(frozen=True, slots=True)
class TextWords:
    """The words and pairs of units of a text, in their order.

    Attributes:
        forms: each word as it is compared; a pair of units for each unit of a run.
        spans: where each word, or the first unit of each pair, stands in the text.
        runs: whether each is a unit that the next one continues.
    """

    forms: list[str]
    spans: list[tuple[int, int]]
    runs: list[bool]


class _Folded(dict[str, str]):
    """Words by their forms in the text; each form is folded once."""

    most = 200_000

    def __init__(self, *, case: bool) -> None:
        self._case = case

    def __missing__(self, word: str) -> str:
        if len(self) >= self.most:
            self.clear()
        self[word] = folded = _fold(word, case=self._case)
        return folded


def _fold(word: str, *, case: bool) -> str:
    """Return the form of a word that is compared: NFKC, without unseen characters.

    Args:
        case: keep the difference of capital and small letters.
    """
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", word))
    if not case:
        # The capital İ folds to i with a dot above, which nobody types.
        plain = plain.casefold().replace("i\u0307", "i")
        plain = unicodedata.normalize("NFKC", plain)
    for halves, whole in _SARA_AM.items():
        plain = plain.replace(halves, whole)
    # A few letters stand for whole phrases, with spaces between their words.
    return "".join(plain.split())[:LONGEST_WORD].replace(PAIR_SIGN, "\u2044")


_FOLDED = {case: _Folded(case=case) for case in (False, True)}


def folded_word(word: str, *, case: bool = False) -> str:
    """Return the form in which a word is compared.

    Args:
        case: keep the difference of capital and small letters.
    """
    return _FOLDED[case][word]


def indexed_words(text: str) -> str:
    """Return the words and pairs of a text with spaces between them, as the index takes them."""
    folded = _FOLDED[False]
    if text.isascii():
        found = _ASCII_WORD.findall(text)
        if max(map(len, found), default=0) > LONGEST_WORD:
            found = [word[:LONGEST_WORD] for word in found]
        return " ".join(found).lower()
    plain = text.translate(_APOSTROPHES) if any(sign in text for sign in _NO_LETTERS) else text
    if not _HAS_UNSPACED.search(plain):
        return " ".join(filter(None, map(folded.__getitem__, _WORD.findall(plain))))
    return " ".join(text_words(text).forms)


def text_words(text: str, *, case: bool = False) -> TextWords:
    """Return the words of a text with their places.

    Args:
        case: keep the difference of capital and small letters.
    """
    folded = _FOLDED[case]
    plain = text.translate(_APOSTROPHES) if any(sign in text for sign in _NO_LETTERS) else text
    if not _HAS_UNSPACED.search(plain):
        found = list(_WORD.finditer(plain))
        forms = [folded[run[0]] for run in found]
        if not all(forms):
            found = [run for run, form in zip(found, forms, strict=True) if form]
            forms = [form for form in forms if form]
        return TextWords(forms, [run.span() for run in found], [False] * len(forms))
    words = TextWords([], [], [])
    for run in _RUN.finditer(plain):
        if run[1]:
            _add_units(words, run, case=case)
        elif form := folded[run[0]]:
            words.forms.append(form)
            words.spans.append(run.span())
            words.runs.append(False)
    return words


def _add_units(words: TextWords, run: re.Match[str], *, case: bool) -> None:
    units = list(_units(run))
    forms = [folded_word(text, case=case) for text, _ in units]
    for number, (_, span) in enumerate(units):
        is_last = number == len(units) - 1
        words.forms.append(f"{forms[number]}{PAIR_SIGN}{'' if is_last else forms[number + 1]}")
        words.spans.append(span)
        words.runs.append(not is_last)


def _units(run: re.Match[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    start = run.start()
    for unit in _UNIT.finditer(run[1]):
        yield unit[0], (start + unit.start(), start + unit.end())
