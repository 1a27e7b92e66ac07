"""Selection of the newest entries of lists that are longer than a night needs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from tasks.discover.days import entry_day
from tasks.discover.model import Listing

T = TypeVar("T")


def keep_newest(listing: Listing, most: int) -> Listing:
    """Return a listing of its newest entries, at most `most`, with the number left out."""
    kept = newest(listing.entries, most, entry_day)
    left_out = listing.left_out + len(listing.entries) - len(kept)
    return replace(listing, entries=tuple(kept), left_out=left_out)


def newest(items: Sequence[T], most: int, day_of: Callable[[T], date | None]) -> Sequence[T]:
    """Return at most `most` items in their order: the newest, and undated ones from both ends.

    A list without dates does not show at which of its ends the newest entries stand.
    """
    if len(items) <= most:
        return items
    days = [day_of(item) for item in items]
    dated = sorted(
        (index for index, day in enumerate(days) if day), key=lambda i: days[i] or date.min
    )
    kept = set(dated[-most:])
    undated = [index for index, day in enumerate(days) if not day]
    room = most - len(kept)
    kept.update(undated[: (room + 1) // 2], undated[len(undated) - room // 2 :])
    return [item for index, item in enumerate(items) if index in kept]
