"""The comparison of two texts by paragraphs.

difflib finds the paragraphs that both texts have. Between two of these lie paragraphs that were
deleted, inserted or rewritten. difflib would pair them by their order, so that one new paragraph
makes all those behind it look rewritten. Here they are paired by their words, in reading order,
with the highest sum of likeness. A paragraph may be paired with two, for editors split and join
them. What is left over is looked for at other places of the text: it may have been moved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from tasks.boilerplate.remove import BORDER
from tasks.revisions.words import (
    Features,
    Words,
    compare_words,
    features,
    matched,
    typographic_key,
    word_likeness,
)

Operation = Literal["keep", "insert", "delete", "replace", "move"]

# Paragraphs with fewer words in common are not shown as one that was rewritten. Unrelated
# paragraphs of a story share a quarter of their words at most.
LEAST_SHARED = 0.4
# A paragraph is paired with two if that is so much better than with either of them.
_LEAST_GAIN = 0.02
# A moved paragraph may have been edited, but it must be recognisable.
_LEAST_MOVED = 0.7
_FEWEST_FEATURES = 8  # of a paragraph that was moved and edited
# Pairs of paragraphs between two kept ones; more of them are not compared with each other.
MOST_BLOCK_PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class ComparedParagraph:
    """A paragraph of one or both texts.

    Attributes:
        operation: what happened to it. A kept paragraph may differ in white space and quotes.
        old, new: its texts; None in the text that lacks it.
        words: the words within a paragraph that was rewritten, or moved and edited.
    """

    operation: Operation
    old: str | None = None
    new: str | None = None
    words: tuple[Words, ...] = ()


def compare_paragraphs(old: Sequence[str], new: Sequence[str]) -> tuple[ComparedParagraph, ...]:
    """Return the paragraphs of both texts in reading order, with what happened to each.

    A deleted paragraph stands where it was; a moved one stands at its new place only.
    """
    found: list[ComparedParagraph] = []
    before, after = [typographic_key(one) for one in old], [typographic_key(one) for one in new]
    for tag, i1, i2, j1, j2 in matched(before, after):
        if tag == "equal":
            found += map(_kept, old[i1:i2], new[j1:j2])
        elif "".join(before[i1:i2]) == "".join(after[j1:j2]):  # only its breaks differ
            found.append(_kept(BORDER.join(old[i1:i2]), BORDER.join(new[j1:j2])))
        else:
            found += _rewritten(old[i1:i2], new[j1:j2])
    return tuple(_with_moves(found))


def _kept(old: str, new: str) -> ComparedParagraph:
    return ComparedParagraph("keep", old, new)


def _pair(old: str, new: str, operation: Operation = "replace") -> ComparedParagraph:
    """Return a pair of paragraphs; one that differs in typography only is kept."""
    if typographic_key(old) == typographic_key(new):
        return ComparedParagraph("keep" if operation == "replace" else operation, old, new)
    return ComparedParagraph(operation, old, new, compare_words(old, new))


def _rewritten(old: Sequence[str], new: Sequence[str]) -> Iterator[ComparedParagraph]:
    """Yield the paragraphs of a stretch in which no paragraph is the same in both texts."""
    i = j = 0
    for rows, columns, height, width in _pairs([*map(features, old)], [*map(features, new)]):
        yield from (ComparedParagraph("delete", old=one) for one in old[i:rows])
        yield from (ComparedParagraph("insert", new=one) for one in new[j:columns])
        i, j = rows + height, columns + width
        yield _pair(BORDER.join(old[rows:i]), BORDER.join(new[columns:j]))
    yield from (ComparedParagraph("delete", old=one) for one in old[i:])
    yield from (ComparedParagraph("insert", new=one) for one in new[j:])


def _pairs(old: Sequence[Features], new: Sequence[Features]) -> list[tuple[int, int, int, int]]:
    """Return the pairs with the highest sum of likeness: (place in old, in new, height, width).

    Height and width are the numbers of paragraphs: 1 and 1, 2 and 1, or 1 and 2.

    Args:
        old, new: the features of the paragraphs.
    """
    rows, columns = len(old), len(new)
    if not rows or not columns or rows * columns > MOST_BLOCK_PAIRS:
        return []
    # best[i][j]: the highest sum for the paragraphs from old[i] and new[j] on, and its first step:
    # whether that is a pair, and the number of paragraphs of either text.
    best = [[(0.0, False, 0, 0)] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            steps = [(best[i + 1][j][0], False, 1, 0), (best[i][j + 1][0], False, 0, 1)]
            for value, height, width in _candidates(old[i : i + 2], new[j : j + 2]):
                steps.append((value + best[i + height][j + width][0], True, height, width))
            best[i][j] = max(steps, key=itemgetter(0))
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        _, is_pair, height, width = best[i][j]
        if is_pair:
            pairs.append((i, j, height, width))
        i, j = i + height, j + width
    return pairs


def _candidates(
    old: Sequence[Features], new: Sequence[Features]
) -> Iterator[tuple[float, int, int]]:
    """Yield the likeness of pairs of the first paragraphs, with their heights and widths.

    Args:
        old, new: the features of the next paragraph, and of the one behind it if there is one.
    """
    single = word_likeness(old[0], new[0])
    if single >= LEAST_SHARED:
        yield single, 1, 1
    if len(old) == 2:
        double = word_likeness(old[0] | old[1], new[0])
        if double >= max(LEAST_SHARED, _LEAST_GAIN + max(single, word_likeness(old[1], new[0]))):
            yield double, 2, 1
    if len(new) == 2:
        double = word_likeness(old[0], new[0] | new[1])
        if double >= max(LEAST_SHARED, _LEAST_GAIN + max(single, word_likeness(old[0], new[1]))):
            yield double, 1, 2


def _with_moves(found: list[ComparedParagraph]) -> Iterator[ComparedParagraph]:
    """Yield the paragraphs; those deleted at one place and inserted at another were moved."""
    deleted = [n for n, one in enumerate(found) if one.operation == "delete"]
    inserted = [n for n, one in enumerate(found) if one.operation == "insert"]
    origins = dict(_same(found, deleted, inserted))
    left = [n for n in deleted if n not in origins.values()]
    origins |= _similar(found, left, [n for n in inserted if n not in origins])
    gone = set(origins.values())
    for number, one in enumerate(found):
        if number in origins:
            yield _pair(found[origins[number]].old or "", one.new or "", "move")
        elif number not in gone:
            yield one


def _same(
    found: list[ComparedParagraph], deleted: list[int], inserted: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield (inserted, deleted) numbers of paragraphs with the same text."""
    places: dict[str, list[int]] = {}
    for number in deleted:
        places.setdefault(typographic_key(found[number].old or ""), []).append(number)
    for number in inserted:
        numbers = places.get(typographic_key(found[number].new or ""))
        if numbers:
            yield number, numbers.pop(0)


def _similar(
    found: list[ComparedParagraph], deleted: list[int], inserted: list[int]
) -> dict[int, int]:
    """Return the deleted paragraph of each inserted one that was moved and edited."""
    if not deleted or not inserted or len(deleted) * len(inserted) > MOST_BLOCK_PAIRS:
        return {}
    before = {n: features(found[n].old or "") for n in deleted}
    after = {n: features(found[n].new or "") for n in inserted}
    pairs = [
        (word_likeness(before[i], after[j]), j, i)
        for i in deleted
        for j in inserted
        if min(len(before[i]), len(after[j])) >= _FEWEST_FEATURES
    ]
    origins: dict[int, int] = {}
    for value, j, i in sorted(pairs, key=lambda pair: -pair[0]):
        if value >= _LEAST_MOVED and j not in origins and i not in origins.values():
            origins[j] = i
    return origins


def numbered(paragraphs: Sequence[ComparedParagraph]) -> Iterator[tuple[int, ComparedParagraph]]:
    """Yield the changed paragraphs with their places among all paragraphs of both texts, from 1."""
    for number, paragraph in enumerate(paragraphs, 1):
        if paragraph.operation != "keep":
            yield number, paragraph
