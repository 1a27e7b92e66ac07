"""Krippendorff's alpha, with the values that its author works by hand.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), parts A and C.
"""

import pytest

from tasks.codings.alpha import krippendorff_alpha

# Four observers and twelve units; a dot stands for a missing value.
FOUR = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
TWO = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")


def units(lines: tuple[str, ...]) -> list[list[str]]:
    columns = zip(*(line.split() for line in lines), strict=True)
    return [[value for value in column if value != "."] for column in columns]


def test_two_observers_and_two_values() -> None:
    assert krippendorff_alpha(units(TWO)) == pytest.approx(0.095, abs=0.0005)


def test_four_observers_with_missing_values() -> None:
    assert krippendorff_alpha(units(FOUR)) == pytest.approx(0.743, abs=0.0005)
    assert krippendorff_alpha(units(FOUR), "ordinal") == pytest.approx(0.815, abs=0.0005)


def test_perfect_agreement_is_one_and_none_where_nothing_can_be_told() -> None:
    assert krippendorff_alpha([["a", "a"], ["b", "b"]]) == 1
    assert krippendorff_alpha([["1", "1"], ["3", "3"]], "ordinal") == 1
    assert krippendorff_alpha([["a", "a"], ["a", "a"]]) is None
    assert krippendorff_alpha([["a"], ["b"], []]) is None
    assert krippendorff_alpha([]) is None


def test_ranks_are_numbers() -> None:
    assert krippendorff_alpha([["2", "2.0"], ["10", "9"]], "ordinal") == pytest.approx(
        # Distances by hand: 1 of 9 and 10, 2.25 of 2 and 9, 6.25 of 2 and 10.
        1 - 3 * 2 / (2 * (2 * 2.25 + 2 * 6.25 + 1))
    )
    with pytest.raises(ValueError, match="good"):
        krippendorff_alpha([["good", "bad"]], "ordinal")
