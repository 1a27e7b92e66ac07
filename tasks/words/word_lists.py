"""The words of a text as they are counted, and those near others.

They are the words of the search (`warehouse.search.words`). In scripts without spaces, pairs of
neighbouring characters are counted, each pair once: 東京都 has 東京 and 京都. A character that
stands alone counts as itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tasks.search.match import phrase_places
from tasks.search.tree import PLAIN_FOLDING, Phrase
from warehouse.search.words import PAIR_SIGN, TextWords, indexed_words, text_words

MOST_SPAN: Final = 50


def counted_words(text: str) -> list[str]:
    """Return the words of a text in their order."""
    indexed = indexed_words(text)
    forms = indexed.split(" ") if indexed else []
    if PAIR_SIGN not in indexed:
        return forms
    return [_shown(forms[place]) for place in _places(forms, range(len(forms)))]


def near_words(texts: Iterable[str], node: Phrase, span: int) -> tuple[int, list[str]]:
    """Return how often a phrase stands in some texts, and the words near it.

    A word near two places of the phrase is returned once. The words of the phrase itself are left
    out, as are pairs of characters that begin before it or end behind it.

    Args:
        span: the number of words on each side.
    """
    places, found = 0, []
    for text in texts:
        forms = indexed_words(text).split(" ")
        if next(phrase_places(node, TextWords(forms, [], []), PLAIN_FOLDING), None) is None:
            continue
        words = text_words(text)
        spans = list(phrase_places(node, words, PLAIN_FOLDING))
        places += len(spans)
        within: set[int] = set()
        itself: set[int] = set()
        for start, end in spans:
            first = start - 1 if start and words.runs[start - 1] else start
            itself.update(range(first, end))
            within.update(range(max(first - span, 0), min(end + span, len(words.forms))))
        near = sorted(within - itself)
        found += [_shown(words.forms[place]) for place in _places(words.forms, near)]
    return places, found


def _places(forms: Sequence[str], places: Iterable[int]) -> Iterator[int]:
    """Yield those of some places whose word counts; the end of a run is part of the pair before."""
    for place in places:
        is_end = forms[place].endswith(PAIR_SIGN) and place > 0
        if not (is_end and _goes_on(forms[place - 1])):
            yield place


def _goes_on(form: str) -> bool:
    return PAIR_SIGN in form and not form.endswith(PAIR_SIGN)


def _shown(form: str) -> str:
    return form.replace(PAIR_SIGN, "")
