"""The order of day and month in the dates of a table, from all of its rows.

A batch may read a part of a file only, and 13/03/2021 may stand in another part. So where a row has
a date of two readings, the whole file is read a second time, for its dates alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tasks.day_orders import DayOrder, has_two_readings, shown_order
from tasks.records import Declared, Dropped, RawDocument

Outcomes = Iterator[RawDocument | Dropped]


def with_day_orders(outcomes: Outcomes, read_whole: Callable[[], Outcomes]) -> Outcomes:
    """Yield the outcomes, those with a date of two readings with the order of their table.

    Args:
        read_whole: reads the file again, with all of its parts.
    """
    orders: dict[str, DayOrder] | None = None
    for outcome in outcomes:
        if isinstance(outcome, RawDocument) and has_two_readings(_dates(outcome.declared)):
            orders = column_orders(read_whole()) if orders is None else orders
            order = orders.get(_table(outcome.locator), "unknown")
            outcome = replace(outcome, declared=replace(outcome.declared, day_order=order))
        yield outcome


def column_orders(outcomes: Outcomes) -> dict[str, DayOrder]:
    """Return the order of each table that shows one, by the table's locator."""
    shown: dict[str, set[DayOrder]] = {}
    for outcome in outcomes:
        if isinstance(outcome, RawDocument):
            order = shown_order([_dates(outcome.declared)])
            if order != "unknown":
                shown.setdefault(_table(outcome.locator), set()).add(order)
    return {table: orders.pop() for table, orders in shown.items() if len(orders) == 1}


def _dates(declared: Declared) -> str:
    if declared.origin != "archive":
        return ""
    return f"{(declared.published or '')[:200]} | {(declared.modified or '')[:200]}"


def _table(locator: str) -> str:
    return locator.rpartition("#row=")[0]
