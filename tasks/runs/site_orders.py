"""The order of day and month on each site, as the dates of its pages prove it.

A page says 05/03/2024 and nothing about whose date this is; where another page of its site says
13/03/2024, it is 5 March. Processing knows one document only. So it gives the dates of such a page
in either order (`readings`), and the order of its site is found here, from all articles of the run
and from what the warehouse holds of the site. The dates stand before anything is compared, sorted
or written, and they depend on neither the order of the input nor the number of workers.

What a later run shows changes no article: `reprocess` reads it again with all that is known then.
"""

from typing import Final

import duckdb
import pyarrow as pa

from tasks.web.day_orders import shown_order
from warehouse.statements import statement

# Editions for other countries, and dates that a story quotes, contradict the rest of a site.
LEAST_SHARE: Final = 0.8
# Grain: one row per date as written that shows an order.
RAW_ORDERS: Final = pa.schema([("raw", pa.string()), ("day_order", pa.string())])


def read_in_order_of_site(
    connection: duckdb.DuckDBPyConnection, source: str | None, last_run: str | None = None
) -> None:
    """Give the documents of the view `processed` the dates that the order of their site shows.

    Reads `documents_read`, `article_versions` and `date_candidates`.

    Args:
        source: what the run says is the source of all its documents.
        last_run: what later runs have stored does not count; None: everything counts.
    """
    connection.execute(statement("open_documents"), {"source": source})
    if connection.execute("from open_documents limit 1").fetchone() is None:
        return
    connection.execute(statement("site_dates"), {"source": source, "last_run": last_run})
    _define_raw_orders(connection)
    connection.execute(statement("site_orders"), {"least_share": LEAST_SHARE})
    connection.execute(statement("redated"))
    connection.execute(statement("processed"))


def _define_raw_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `raw_orders`: the order of each date that shows one.

    DuckDB would call a function for each row, in 0.5 ms, and not once for each of the few dates.
    """
    raws = connection.execute("select distinct raw from site_dates").fetchall()
    orders = [{"raw": raw, "day_order": shown_order([raw])} for (raw,) in raws]
    shown = [row for row in orders if row["day_order"] != "unknown"]
    connection.execute("drop table if exists raw_orders")
    connection.from_arrow(pa.Table.from_pylist(shown, RAW_ORDERS)).to_table("raw_orders")
