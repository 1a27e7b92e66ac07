"""A plain scan of all texts, and random queries that it and the search must answer alike.

Nothing here uses the code of the search. Words are found letter by letter. Where a script has no
spaces, a phrase is found as a part of the folded text.
"""

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

Span = tuple[int, int]
UNSPACED = (
    *("HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "CJK UNIFIED", "IDEOGRAPHIC ITERATION"),
    *("THAI", "LAO", "KHMER", "MYANMAR"),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or one character of a script without spaces, with the marks on it.

    Attributes:
        goes_on: whether the next character belongs to the same run of such a script.
    """

    form: str
    is_unit: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Doc:
    title: list[Word]
    text: list[Word]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it is typed, and what the scan says of a document."""

    query: str
    matches: Callable[[Doc], bool]


def is_unspaced(character: str) -> bool:
    name = unicodedata.name(character, "")
    return unicodedata.category(character)[0] == "L" and name.startswith(UNSPACED)


def scan(text: str) -> list[Word]:
    words: list[Word] = []
    behind = "gap"  # "gap", "word" or "unit"
    for character in text:
        category = unicodedata.category(character)
        kind = "gap"
        if category == "Cf" and behind != "unit":
            continue
        if category[0] == "M" and behind != "gap":
            words[-1] = replace(words[-1], form=words[-1].form + character)
            continue
        if is_unspaced(character):
            kind = "unit"
            if behind == "unit":
                words[-1] = replace(words[-1], goes_on=True)
            words.append(Word(character, is_unit=True))
        elif category[0] in "LMN" and character not in "ʼʹʻʽ":
            kind = "word"
            if behind == "word":
                words[-1] = replace(words[-1], form=words[-1].form + character)
            else:
                words.append(Word(character))
        behind = kind
    return [replace(word, form=folded(word.form)) for word in words]


def folded(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word).replace("ـ", "")
    plain = unicodedata.normalize("NFKC", plain.casefold().replace("i̇", "i"))
    return plain.replace("\u0e4d\u0e32", "\u0e33")  # sara am stays whole


def places(words: Sequence[Word], phrase: Sequence[Word], *, prefix: bool = False) -> list[Span]:
    """Where a phrase begins and ends; `prefix`: the words that begin with its last one, too."""
    found = []
    for start in range(len(words) - len(phrase) + 1):
        here = list(words[start : start + len(phrase)])
        if prefix:
            here[-1] = replace(here[-1], form=here[-1].form[: len(phrase[-1].form)])
        # Behind the last word of a phrase, its run may go on.
        here[-1] = replace(here[-1], goes_on=phrase[-1].goes_on)
        if here == list(phrase):
            found.append((start, start + len(phrase)))
    return found


def near(words: Sequence[Word], phrases: Sequence[Sequence[Word]], apart: int) -> bool:
    for chosen in product(*(places(words, phrase) for phrase in phrases)):
        inner = sorted(chosen)
        overlaps = any(one[1] > other[0] for one, other in pairwise(inner))
        between = inner[-1][1] - inner[0][0] - sum(end - start for start, end in inner)
        if not overlaps and between <= apart:
            return True
    return False


def typed(phrase: Sequence[Word]) -> str:
    """Return a phrase as somebody types it: units of one run without spaces."""
    words = [word.form + ("" if word.goes_on else " ") for word in phrase]
    return "".join(words).strip()


Anywhere = Callable[[Callable[[Sequence[Word]], object]], Callable[[Doc], bool]]


class Asker:
    """Makes random queries of the words of some documents."""

    def __init__(self, docs: Sequence[Doc], seed: int) -> None:
        self.docs = docs
        self.random = random.Random(seed)

    def ask(self, depth: int = 2) -> Asked:
        kind = self.random.choice(("word", "phrase", "prefix", "near", "and", "or", "not"))
        if depth and kind in ("and", "or"):
            return self._joined(kind, depth)
        if depth and kind == "not":
            one, other = self.ask(depth - 1), self.ask(depth - 1)
            return Asked(
                f"({one.query}) NOT ({other.query})",
                lambda doc: one.matches(doc) and not other.matches(doc),
            )
        return self._leaf(kind)

    def _joined(self, kind: str, depth: int) -> Asked:
        one, other = self.ask(depth - 1), self.ask(depth - 1)
        if kind == "and":
            sign = self.random.choice((" AND ", " "))
            return Asked(
                f"({one.query}){sign}({other.query})",
                lambda doc: one.matches(doc) and other.matches(doc),
            )
        return Asked(
            f"({one.query}) OR ({other.query})",
            lambda doc: one.matches(doc) or other.matches(doc),
        )

    def _leaf(self, kind: str) -> Asked:
        field = self.random.choice(("", "", "title:", "text:"))

        def anywhere(test: Callable[[Sequence[Word]], object]) -> Callable[[Doc], bool]:
            def matches(doc: Doc) -> bool:
                texts = {"title:": [doc.title], "text:": [doc.text]}
                return any(test(words) for words in texts.get(field, [doc.title, doc.text]))

            return matches

        some = self._some_words(self.random.randint(1, 4))
        if kind == "near":
            return self._near(field, some, anywhere)
        if kind == "prefix" and not some[0].is_unit:
            form = some[0].form[: self.random.randint(1, len(some[0].form))]
            cut = [Word(form)]
            if scan(form) == cut:  # not between a letter and what it would be composed with
                return Asked(f"{field}{form}*", anywhere(lambda w: places(w, cut, prefix=True)))
        if kind == "phrase":
            return Asked(f'{field}"{typed(some)}"', anywhere(lambda w: places(w, some)))
        one = some[:1]
        return Asked(f'{field}"{typed(one)}"', anywhere(lambda w: places(w, one)))

    def _near(self, field: str, some: Sequence[Word], anywhere: Anywhere) -> Asked:
        phrases = [[replace(word, goes_on=False)] for word in (some[0], some[-1])]
        if self.random.random() < 0.3:
            phrases.append([replace(self._some_words(1)[0], goes_on=False)])
        apart = self.random.choice((0, 1, 3, 8, 40))
        text = " ".join(typed(phrase) for phrase in phrases)
        return Asked(f'{field}"{text}"~{apart}', anywhere(lambda w: near(w, phrases, apart)))

    def _some_words(self, count: int) -> list[Word]:
        """Return words that follow each other in some text."""
        doc = self.random.choice(self.docs)
        words = self.random.choice((doc.title, doc.text)) or [Word("x")]
        start = self.random.randrange(len(words))
        return words[start : start + count]
