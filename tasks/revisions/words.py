"""The comparison of two paragraphs by words, and the forms in which paragraphs are compared."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from tasks.web.fingerprint import CHARACTERS_A_WORD, UNSPACED

WordOperation = Literal["keep", "delete", "insert"]
Features = frozenset[object]

_UNSPACED_RANGES = UNSPACED.pattern.strip("[]")
# A character of a script without spaces, a word with its apostrophes and hyphens or a number with
# its separators, an ellipsis, a line of hyphens, or any other character.
_TOKENS = re.compile(
    rf"[{_UNSPACED_RANGES}]|[^\W{_UNSPACED_RANGES}]+(?:['’.,:/-][^\W{_UNSPACED_RANGES}]+)*"
    r"|\.\.\.|-{3,}|\S"
)
_SENTENCES = re.compile(r"[^.!?。！？]+[.!?。！？]*|[.!?。！？]+")
# Typography that is no change: kinds of quotation marks, dashes and spaces.
_QUOTES = "\"'`´‘’‚‛“”„‟′″‹›«»「」『』＂＇"
_TYPED_DASH = re.compile("(?<!-)--(?!-)")  # as on typewriters; more of them are a line
# Soft hyphens and characters without width.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_TYPOGRAPHY = {
    **dict.fromkeys(map(ord, _QUOTES), "'"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **_INVISIBLE,
    ord("…"): "...",
}
# A longer text is compared by sentences. Sequences that remain longer count as all different.
MOST_TOKENS = 4_000
# Pairs of equal tokens that one pass of difflib visits. Its time grows with their number, and a
# text that repeats one word 10,000 times has 100 million of them.
MOST_PAIRS = 50_000


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words that both texts have, or only one of them; with the spaces between them."""

    operation: WordOperation
    text: str


def typographic_key(text: str) -> str:
    """Return a text without white space and with one form of quotes and dashes."""
    # First typed dashes: when all dashes are hyphens, two of them may be a typed one or not.
    text = _TYPED_DASH.sub("—", text.translate(_INVISIBLE))
    key = "".join(text.translate(_TYPOGRAPHY).split())
    while "''" in key:
        key = key.replace("''", "'")
    return key


def features(text: str) -> Features:
    """Return the words of a text; for scripts without spaces, the pairs of neighbouring ones."""
    words = _words(text.translate(_TYPOGRAPHY).casefold())
    is_unspaced = sum(map(len, words)) < 2 * len(words)
    return frozenset(pairwise(words) if is_unspaced else words)


def word_likeness(one: Features, two: Features) -> float:
    """Return the Dice coefficient of the features of two texts, 0 to 1."""
    total = len(one) + len(two)
    return 2 * len(one & two) / total if total else 0.0


def count_words(text: str) -> float:
    """Return the number of words of a text; a character of a script without spaces is half of one.

    A sum of such counts does not depend on how a text was cut into pieces.
    """
    words = _words(text)
    unspaced = sum(1 for word in words if len(word) == 1 and UNSPACED.match(word))
    return len(words) - unspaced + unspaced / CHARACTERS_A_WORD


def compare_words(old: str, new: str) -> tuple[Words, ...]:
    """Return the words of both texts in reading order; equal words are in the form of `new`.

    Words that only one text has come in runs, first those deleted, then those inserted.
    """
    pieces = _pieces(_visible(old), _visible(new))
    if pieces is None:
        return (Words("delete", old), Words("insert", new))
    before, after = pieces
    found: list[Words] = []
    for tag, i1, i2, j1, j2 in matched([*map(_key, before)], [*map(_key, after)]):
        if tag == "equal":
            found.append(Words("keep", "".join(after[j1:j2])))
            continue
        if i2 > i1:
            found.append(Words("delete", "".join(before[i1:i2])))
        if j2 > j1:
            found.append(Words("insert", "".join(after[j1:j2])))
    return tuple(found)


def matched(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield difflib's operations that turn `old` into `new`, in bounded time."""
    start = _shared_beginning(old, new)
    end = _shared_beginning(old[start:][::-1], new[start:][::-1])
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield "equal", 0, start, 0, start
    if max(len(before), len(after)) > MOST_TOKENS:
        yield "replace", start, start + len(before), start, start + len(after)
    elif before or after:
        popular = _popular(before, after)
        matcher = SequenceMatcher(popular.__contains__, before, after, autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            yield tag, start + i1, start + i2, start + j1, start + j2
    if end:
        yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def _words(text: str) -> list[str]:
    return [token for token in _TOKENS.findall(text) if token[0].isalnum()]


def _key(piece: str) -> str:
    """Return the `typographic_key` of a token; most are words, to which it does nothing."""
    token = piece.rstrip()
    return token if token.isalnum() else typographic_key(token)


def _visible(text: str) -> str:
    """Return a text whose tokens can be compared.

    It is without invisible characters, and has `''` as `"` and `--` as a dash.
    """
    text = _TYPED_DASH.sub("—", text.translate(_INVISIBLE))
    return text.replace("''", '"').replace("``", '"') if "''" in text or "``" in text else text


def _pieces(old: str, new: str) -> tuple[list[str], list[str]] | None:
    """Return both texts as tokens, or as sentences if they have very many tokens."""
    for pattern in (_TOKENS, _SENTENCES):
        before, after = _split(pattern, old), _split(pattern, new)
        if max(len(before), len(after)) <= MOST_TOKENS:
            return before, after
    return None


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return the matches of a pattern, each with the characters up to the next one."""
    starts = [found.start() for found in pattern.finditer(text)]
    starts[:1] = [0]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _shared_beginning(one: Sequence[str], two: Sequence[str]) -> int:
    number = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        number += 1
    return number


def _popular(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the most frequent tokens, without which no more than MOST_PAIRS pairs are equal."""
    before, after = Counter(old), Counter(new)
    pairs = {token: count * after[token] for token, count in before.items() if token in after}
    total = sum(pairs.values())
    popular = set()
    for token in sorted(pairs, key=pairs.__getitem__, reverse=True) if total > MOST_PAIRS else ():
        if total <= MOST_PAIRS:
            break
        popular.add(token)
        total -= pairs[token]
    return popular
