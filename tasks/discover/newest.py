"""The newest entries of lists that are longer than a night needs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from tasks.discover.days import entry_day
from tasks.discover.model import Listing

T = TypeVar("T")


def capped(listing: Listing, most: int) -> Listing:
    """Return a listing of at most `most` entries, the newest, with the number of those left out."""
    kept = newest(listing.entries, most, entry_day)
    return replace(listing, entries=tuple(kept), left_out=len(listing.entries) - len(kept))


def newest(items: Sequence[T], most: int, day_of: Callable[[T], date | None]) -> Sequence[T]:
    """Return at most `most` items in their order: the newest, and of undated ones both ends.

    Nobody knows at which end of a list without dates the newest entries stand.
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
