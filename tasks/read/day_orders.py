"""Finds the order of day and month in the dates of a table, from all of its rows.

03/04/2021 can be read in two ways, and only a date such as 13/03/2021 in another row shows which
one is meant. A batch may read a part of the file that lacks such a row. Therefore the whole file is
read a second time, for its dates alone, at the first ambiguous date.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tasks.read.understanding import InputReports
from tasks.records import Declared, Dropped, RawDocument
from tasks.web.day_orders import DayOrder, has_two_readings, shown_order

_Outcomes = Iterator[RawDocument | Dropped]


def with_day_orders(
    outcomes: _Outcomes, read_whole: Callable[[], _Outcomes], reports: InputReports
) -> _Outcomes:
    """Yield the outcomes; documents with an ambiguous date get the order of their table.

    Args:
        read_whole: reads the whole file again. It is called once at most, and only if a date is
            ambiguous.
        reports: record the order of each table.
    """
    orders: dict[str, DayOrder] | None = None
    for outcome in outcomes:
        if isinstance(outcome, RawDocument) and has_two_readings(_dates(outcome.declared)):
            orders = column_orders(read_whole()) if orders is None else orders
            table = _table(outcome.locator)
            order = orders.get(table, "unknown")
            if table in reports.inputs:
                reports.inputs[table].order = order
            outcome = replace(outcome, declared=replace(outcome.declared, day_order=order))
        yield outcome


def column_orders(outcomes: _Outcomes) -> dict[str, DayOrder]:
    """Return the order of day and month per table, keyed by the table's locator.

    A table is left out if no date shows its order, or if its dates show both orders.
    """
    shown: dict[str, set[DayOrder]] = {}
    for outcome in outcomes:
        if isinstance(outcome, RawDocument):
            order = shown_order([_dates(outcome.declared)])
            if order != "unknown":
                shown.setdefault(_table(outcome.locator), set()).add(order)
    return {table: orders.pop() for table, orders in shown.items() if len(orders) == 1}


def _dates(declared: Declared) -> str:
    """Return the dates that the row of a table declares, as one string."""
    if declared.origin != "archive":
        return ""
    return f"{(declared.published or '')[:200]} | {(declared.modified or '')[:200]}"


def _table(locator: str) -> str:
    return locator.rpartition("#row=")[0]
