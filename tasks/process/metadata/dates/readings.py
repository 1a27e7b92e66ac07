"""Return the dates of a page in both orders of day and month, if it does not prove its order.

Other pages of the site may prove it. A worker knows only one document, so it gives the dates in
either order, and `tasks.runs.site_orders` chooses one when all documents are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tasks.process.metadata.dates.choice import instant_of
from tasks.process.metadata.model import Metadata
from tasks.records import DateReading
from tasks.web.day_orders import DayOrder

FLAG = "date_order_of_site"


def other_readings(own: Metadata, in_orders: Mapping[DayOrder, Metadata]) -> Iterator[DateReading]:
    """Yield the dates in each order in which they differ from the page's own dates.

    An order that leaves the page without a date of publication cannot be right, and is left out.

    Args:
        own: the metadata that the page has if nothing is known about its site.
        in_orders: the metadata in each order.
    """
    known = _reading("unknown", own)
    for order, metadata in in_orders.items():
        reading = _reading(order, metadata)
        same = replace(reading, day_order="unknown", date_candidates=known.date_candidates)
        if metadata.published is not None and same != known:
            yield replace(reading, date_flags=(*reading.date_flags, FLAG))


def _reading(order: DayOrder, metadata: Metadata) -> DateReading:
    published = metadata.published
    return DateReading(
        day_order=order,
        published_at=instant_of(published) if published else None,
        published_date=published.day if published else None,
        published_precision=published.precision if published else None,
        published_source=published.source if published else None,
        modified_at=metadata.modified_at,
        date_flags=tuple(flag for flag in metadata.flags if flag.startswith("date_")),
        date_candidates=metadata.date_candidates,
    )
