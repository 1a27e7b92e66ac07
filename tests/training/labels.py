"""Labels the blocks of a page by its gold text: the targets that the body model learns."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

WORD = re.compile(r"\w+")
SHINGLE = 4
SLACK = 3  # words by which the ends of two matched blocks may be off
ENOUGH = 0.5


def block_labels(texts: Sequence[str], gold: str) -> list[float]:
    """Return, per block, the share of its shingles that are in the gold text, 0 to 1.

    A passage that a page prints more often than the gold text counts where most other blocks of the
    gold text stand around it. A line too short for a shingle counts if the gold text has it between
    the same blocks.
    """
    wanted = WORD.findall(gold.lower())
    blocks = [WORD.findall(text.lower()) for text in texts]
    available = Counter(_shingles(wanted))
    found = [_share(_shingles(words), available) for words in blocks]
    order = _main_stretch_first(blocks, found)
    labels = [0.0] * len(blocks)
    for number in order:
        shingles = _shingles(blocks[number])
        labels[number] = _share(shingles, available)
        if labels[number] >= ENOUGH:
            available.subtract(shingle for shingle in shingles if available[shingle] > 0)
    _label_short_lines(blocks, labels, wanted)
    return labels


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)]


def _share(shingles: Sequence[tuple[str, ...]], available: Counter[tuple[str, ...]]) -> float:
    if not shingles:
        return 0.0
    return sum(available[shingle] > 0 for shingle in shingles) / len(shingles)


def _main_stretch_first(blocks: Sequence[Sequence[str]], found: Sequence[float]) -> list[int]:
    """Return the block numbers, those with most gold text around them first, in reading order."""
    good = [len(words) * (share >= ENOUGH) for words, share in zip(blocks, found, strict=True)]
    around = [sum(good[max(0, i - 5) : i + 6]) - good[i] for i in range(len(good))]
    return sorted(range(len(blocks)), key=lambda i: -around[i])


def _label_short_lines(
    blocks: Sequence[Sequence[str]], labels: list[float], wanted: Sequence[str]
) -> None:
    """Set the label of each short line to 1 if the gold text has it between the same blocks."""
    places = defaultdict(list)
    for place, shingle in enumerate(_shingles(wanted)):
        places[shingle].append(place)
    spans = [_span(words, label, places) for words, label in zip(blocks, labels, strict=True)]
    start = 0
    for number, words in enumerate(blocks):
        if spans[number]:
            start = spans[number][1]
        elif 0 < len(words) < SHINGLE:
            end = next((span[0] for span in spans[number + 1 : number + 30] if span), None)
            end = len(wanted) if end is None and start else (end or 0)
            at = _place(words, wanted, max(0, start - SLACK), end + SLACK)
            if at is not None:
                labels[number] = 1.0
                start = max(start, at + len(words))


def _span(
    words: Sequence[str], label: float, places: dict[tuple[str, ...], list[int]]
) -> tuple[int, int] | None:
    """Return where a block stands in the gold text, as word numbers; None if it does not.

    The start is the median of the places that the block's shingles suggest, because a shingle may
    also stand elsewhere in the gold text.
    """
    if label < ENOUGH:
        return None
    hits = [
        places[shingle][0] - offset
        for offset, shingle in enumerate(_shingles(words))
        if shingle in places
    ]
    start = sorted(hits)[len(hits) // 2]
    return start, start + len(words)


def _place(words: Sequence[str], wanted: Sequence[str], start: int, end: int) -> int | None:
    """Return the number of the word at which the gold text has these words, between two bounds."""
    size = len(words)
    for place in range(start, min(end, start + 200, len(wanted) - size + 1)):
        if list(wanted[place : place + size]) == list(words):
            return place
    return None
