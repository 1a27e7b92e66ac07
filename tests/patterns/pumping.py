"""Texts on which a regular expression may take far too long, derived from the expression itself."""

import re
from collections.abc import Iterable, Iterator
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

LONG_REPEAT = 100  # a part that may be repeated so often can be pumped
MOST_PIECES = 14
MOST_PREFIXES = 8
TAILS = ("", "\x00", "!\n<a")
CATEGORIES = {
    _constants.CATEGORY_DIGIT: "1",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_WORD: "a",
    _constants.CATEGORY_NOT_DIGIT: "x",
    _constants.CATEGORY_NOT_SPACE: "x",
    _constants.CATEGORY_NOT_WORD: "-",
}
CANDIDATES = "x1 -<>\"'/=.,\n\t([{&;:_#!|\\Aé"
REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}


def pumped(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Return (prefix, piece, tail): the prefix, the piece many times over, and the tail.

    Prefixes are what the expression matches up to each of its repeated parts; pieces are what
    these parts match, and single characters of them.
    """
    tree = _parser.parse(pattern.pattern, pattern.flags)
    found: dict[tuple[str, str], None] = {}
    pieces = dict.fromkeys(_pieces(tree))
    prefixes = list(dict.fromkeys(["", *(prefix for prefix, _ in _repeats(tree, ""))]))
    for prefix, piece in _repeats(tree, ""):
        found[prefix, piece] = None
        if prefix:
            found["", prefix] = None  # the beginning of a match, again and again
            found["", prefix + piece] = None
    for prefix in prefixes[:MOST_PREFIXES]:
        for piece in list(pieces)[:MOST_PIECES]:
            found[prefix, piece] = None
    return [(prefix, piece, tail) for prefix, piece in found if piece for tail in TAILS]


def _repeats(tree: Iterable[Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield each part that may be repeated often, with a text that leads to it."""
    for item in tree:
        kind, value = item
        if kind in REPEATS and (value[1] is _constants.MAXREPEAT or value[1] >= LONG_REPEAT):
            for piece in _examples(value[2]):
                yield prefix, piece
        for inner in _inner(item):
            yield from _repeats(inner, prefix)
        prefix += _example([item])


def _pieces(tree: Iterable[Any]) -> Iterator[str]:
    """Yield a character for each literal and class, those of repeated parts first."""
    for _, piece in _repeats(tree, ""):
        yield piece
    yield from _characters(tree)


def _characters(tree: Iterable[Any]) -> Iterator[str]:
    for item in tree:
        yield from _of_item(item)
        for inner in _inner(item):
            yield from _characters(inner)


def _inner(item: Any) -> list[Any]:
    kind, value = item
    if kind in REPEATS:
        return [value[2]]
    if kind is _constants.SUBPATTERN:
        return [value[3]]
    if kind is _constants.BRANCH:
        return list(value[1])
    if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is _constants.ATOMIC_GROUP else []


def _examples(tree: Any) -> list[str]:
    """Return texts that the tree matches: one for each branch and class member at its top."""
    items = list(tree)
    if len(items) != 1:
        return [_example(items)]
    kind, value = items[0]
    if kind is _constants.BRANCH:
        return [_example(branch) for branch in value[1]]
    if kind is _constants.SUBPATTERN:
        return _examples(value[3])
    return list(_of_item(items[0])) or [_example(items)]


def _example(tree: Iterable[Any]) -> str:
    """Return a short text that the tree matches, as far as that is easily found."""
    text = ""
    for item in tree:
        kind, value = item
        if kind in REPEATS:
            text += _example(value[2]) * max(value[0], 0 if value[1] == 1 else 1)
        elif kind is _constants.SUBPATTERN:
            text += _example(value[3])
        elif kind is _constants.ATOMIC_GROUP:
            text += _example(value)
        elif kind is _constants.BRANCH:
            text += _example(value[1][0])
        else:
            text += next(_of_item(item), "")
    return text


def _of_item(item: Any) -> Iterator[str]:
    kind, value = item
    if kind is _constants.LITERAL:
        yield chr(value)
    elif kind is _constants.NOT_LITERAL:
        yield from [one for one in CANDIDATES if one != chr(value)][:2]
    elif kind is _constants.ANY:
        yield "x"
    elif kind is _constants.IN:
        yield from _of_class(value)


def _of_class(members: list[Any]) -> Iterator[str]:
    if members[0][0] is _constants.NEGATE:
        excluded = re.compile(f"[{_written(members[1:])}]", re.DOTALL)
        yield from [one for one in CANDIDATES if not excluded.match(one)][:3]
        return
    for kind, value in members[:6]:
        if kind is _constants.LITERAL:
            yield chr(value)
        elif kind is _constants.RANGE:
            yield chr(value[0])
        elif kind is _constants.CATEGORY:
            yield CATEGORIES.get(value, "x")


def _written(members: list[Any]) -> str:
    """Write the members of a class as an expression has them."""
    parts = []
    for kind, value in members:
        if kind is _constants.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is _constants.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif kind is _constants.CATEGORY:
            parts.append(WRITTEN[value])
    return "".join(parts)


WRITTEN = {
    _constants.CATEGORY_DIGIT: r"\d",
    _constants.CATEGORY_SPACE: r"\s",
    _constants.CATEGORY_WORD: r"\w",
    _constants.CATEGORY_NOT_DIGIT: r"\D",
    _constants.CATEGORY_NOT_SPACE: r"\S",
    _constants.CATEGORY_NOT_WORD: r"\W",
}
