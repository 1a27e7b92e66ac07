"""A query on the words of one article: whether it matches, and where."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tasks.search.accents import without_accents
from tasks.search.tree import AllOf, Folding, Leaf, Near, Not, Phrase, QueryNode, WordPattern
from warehouse.search.index import BETWEEN_NAMES, TEXT_FIELDS
from warehouse.search.words import TextWords, text_words

TextSpan = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The texts that a query is compared with.

    Attributes:
        source_matches: says whether a phrase finds the article's source.
    """

    title: str
    text: str
    authors: Sequence[str]
    source_matches: Callable[[Leaf], bool]


class Matcher:
    """Compares a query with the words of an article, of which each field is read once."""

    def __init__(self, article: ArticleText, folding: Folding) -> None:
        self.article, self.folding = article, folding
        self._words: dict[str, TextWords] = {}

    def matches(self, node: QueryNode) -> bool:
        """Return whether the article is meant."""
        if isinstance(node, Phrase | Near):
            return self._has(node)
        if isinstance(node, Not):
            return not self.matches(node.node)
        found = map(self.matches, node.nodes)
        return all(found) if isinstance(node, AllOf) else any(found)

    def spans(self, leaf: Leaf, name: str) -> list[TextSpan]:
        """Return where a phrase or near stands in a field, as places in its text."""
        words = self.words(name)
        found = places_of(leaf, words, self.folding)
        return sorted({_span(words, start, end) for start, end in found})

    def words(self, name: str) -> TextWords:
        """Return the words of a field."""
        if name not in self._words:
            if name == "author":
                self._words[name] = _joined(self.article.authors, self.folding)
            else:
                text = self.article.title if name == "title" else self.article.text
                self._words[name] = text_words(text, case=self.folding.case)
        return self._words[name]

    def _has(self, leaf: Leaf) -> bool:
        if leaf.field == "source":
            return self.article.source_matches(leaf)
        names = [leaf.field] if leaf.field else TEXT_FIELDS
        found = (places_of(leaf, self.words(name), self.folding) for name in names)
        return any(next(places, None) for places in found)


def name_matches(name: str, leaf: Leaf, folding: Folding) -> bool:
    """Return whether a phrase or near stands in a short text, such as the name of a source."""
    return next(places_of(leaf, text_words(name, case=folding.case), folding), None) is not None


def places_of(leaf: Leaf, words: TextWords, folding: Folding) -> Iterator[TextSpan]:
    """Yield the places of a phrase or near: its first word, and the word behind its last one."""
    if isinstance(leaf, Phrase):
        return phrase_places(leaf, words, folding)
    return near_places(leaf, words, folding)


def _span(words: TextWords, start: int, end: int) -> TextSpan:
    """Return the place of words in their text."""
    return words.spans[start][0], words.spans[end - 1][1]


def phrase_places(phrase: Phrase, words: TextWords, folding: Folding) -> Iterator[TextSpan]:
    """Yield the first word of each place of a phrase, and the word behind its last one."""
    forms = words.forms if folding.accents else [without_accents(form) for form in words.forms]
    wanted = [_wanted(pattern, folding) for pattern in phrase.patterns]
    first, *others = wanted
    for start in _starts(forms, first):
        if start + len(wanted) <= len(forms) and all(
            _is(forms[start + place], pattern) for place, pattern in enumerate(others, 1)
        ):
            yield start, start + phrase.length


def near_places(near: Near, words: TextWords, folding: Folding) -> Iterator[TextSpan]:
    """Yield the shortest places of a near; none of them holds another one."""
    found = [list(phrase_places(phrase, words, folding)) for phrase in near.phrases]
    if not all(found):
        return
    windows = []
    for start in sorted({place[0] for places in found for place in places}):
        if (end := _nearest_end(near, found, start)) is not None:
            windows.append((start, end))
    first_end: int | None = None
    for window in reversed(windows):
        if first_end is None or window[1] < first_end:
            first_end = window[1]
            yield window


def _nearest_end(near: Near, found: Sequence[Sequence[TextSpan]], start: int) -> int | None:
    """Return the end of the shortest place that begins with a word; None if there is none."""
    most = start + near.apart + sum(phrase.length for phrase in near.phrases)
    within = [
        [place for place in places if start <= place[0] and place[1] <= most] for places in found
    ]
    best: int | None = None

    def choose(number: int, taken: tuple[TextSpan, ...]) -> None:
        nonlocal best
        if number == len(within):
            end = max(place[1] for place in taken)
            length = sum(place[1] - place[0] for place in taken)
            begins = min(place[0] for place in taken) == start
            if begins and end - start - length <= near.apart and (best is None or end < best):
                best = end
            return
        for place in within[number]:
            if best is not None and place[1] >= best:
                return
            if all(place[1] <= other[0] or other[1] <= place[0] for other in taken):
                choose(number + 1, (*taken, place))

    choose(0, ())
    return best


def _starts(forms: Sequence[str], pattern: WordPattern) -> Iterator[int]:
    form, at = pattern.form, -1
    if pattern.is_prefix:
        yield from (place for place, word in enumerate(forms) if word.startswith(form))
        return
    try:
        while True:
            at = forms.index(form, at + 1)
            yield at
    except ValueError:
        return


def _is(form: str, pattern: WordPattern) -> bool:
    return form.startswith(pattern.form) if pattern.is_prefix else form == pattern.form


def _wanted(pattern: WordPattern, folding: Folding) -> WordPattern:
    if folding.accents:
        return pattern
    return WordPattern(without_accents(pattern.form), pattern.is_prefix)


def _joined(names: Sequence[str], folding: Folding) -> TextWords:
    """Return the words of several names, with a sign between two of them."""
    joined = TextWords([], [], [])
    for number, name in enumerate(names):
        if number:
            joined.forms.append(BETWEEN_NAMES)
            joined.spans.append((0, 0))
        words = text_words(name, case=folding.case)
        joined.forms.extend(words.forms)
        joined.spans.extend(words.spans)
    return joined
