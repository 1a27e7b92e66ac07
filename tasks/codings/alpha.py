"""Krippendorff's alpha: agreement of any number of coders, with values missing.

After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): one minus the observed
disagreement within units over the disagreement that chance would give.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import permutations
from typing import Literal, TypeVar

Level = Literal["nominal", "ordinal"]
V = TypeVar("V", bound=Hashable)


def krippendorff_alpha(units: Iterable[Sequence[str]], level: Level = "nominal") -> float | None:
    """Return alpha over units, each with the values that coders gave it.

    Args:
        units: the values of each unit, without missing ones. Units with one value say nothing about
            agreement and are left out.
        level: `ordinal` for ranks, which must be numbers; near ranks then disagree less.

    Returns:
        1 for perfect agreement, 0 for that of chance, less for worse; None if nothing was coded
        twice, or if all values are the same, which leaves no chance to disagree.

    Raises:
        ValueError: a value of the level `ordinal` is no number.
    """
    pairable = [list(values) for values in units if len(values) > 1]
    if level == "ordinal":
        ranked = [[float(value) for value in values] for values in pairable]
        counts = Counter(value for values in ranked for value in values)
        return _alpha(ranked, counts, _ordinal(counts))
    named = Counter(value for values in pairable for value in values)
    return _alpha(pairable, named, lambda one, other: float(one != other))


def _alpha(
    units: Sequence[Sequence[V]], counts: "Counter[V]", distance: Callable[[V, V], float]
) -> float | None:
    observed = sum(
        distance(one, other) / (len(values) - 1)
        for values in units
        for one, other in permutations(values, 2)
    )
    expected = sum(
        counts[one] * counts[other] * distance(one, other) for one, other in permutations(counts, 2)
    )
    if not expected:
        return None
    return 1 - (counts.total() - 1) * observed / expected


def _ordinal(counts: "Counter[float]") -> Callable[[float, float], float]:
    """Return the squared distance of ranks: the values between them, the ends counted half."""
    ranks = sorted(counts)

    def distance(one: float, other: float) -> float:
        low, high = min(one, other), max(one, other)
        between = sum(counts[rank] for rank in ranks if low <= rank <= high)
        return (between - (counts[low] + counts[high]) / 2) ** 2 if low != high else 0.0

    return distance
