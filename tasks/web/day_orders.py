"""The order of day and month in numeric dates such as 05/10/2022, shown by a site's other dates."""

import re
from collections.abc import Iterable
from typing import Final, Literal

DayOrder = Literal["day_first", "month_first", "unknown"]
ORDERS: Final[tuple[DayOrder, ...]] = ("day_first", "month_first")

NUMBERS: Final = re.compile(
    r"(?<![\d/.-])\d{1,2}\s?(?P<sep>[/-])\s?\d{1,2}\s?(?P=sep)\s?(?:\d{4}|\d{2})(?![\d/-])"
)
_PARTS: Final = re.compile(r"\d+")


def has_two_readings(text: str) -> bool:
    """Return whether a text holds a date whose day and month could be swapped."""
    return any(one <= 12 and two <= 12 and one != two for one, two in _pairs(text))


def shown_order(texts: Iterable[str]) -> DayOrder:
    """Return the order that dates with a number above 12 prove; `unknown` if none or both."""
    shown: set[DayOrder] = set()
    for text in texts:
        for one, two in _pairs(text):
            if one > 12 >= two:
                shown.add("day_first")
            elif two > 12 >= one:
                shown.add("month_first")
    return shown.pop() if len(shown) == 1 else "unknown"


def _pairs(text: str) -> Iterable[tuple[int, int]]:
    """Yield the first two numbers of each date that can be a day and a month."""
    for match in NUMBERS.finditer(text):
        one, two, _ = map(int, _PARTS.findall(match.group()))
        if 1 <= one <= 31 and 1 <= two <= 31:
            yield one, two
