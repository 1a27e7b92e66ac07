"""A connection for a takedown: views of the tables, and the articles that are taken down."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from config.settings import Settings
from tasks.runs.address_rules import define_functions
from tasks.runs.views import define_superseded
from tasks.takedown.model import Takedown, TakenArticle
from warehouse.lake import Lake
from warehouse.layout import RUNS_FOLDER
from warehouse.reading import create_view
from warehouse.schema import SUPERSEDED, TABLES
from warehouse.snapshots import take_snapshot
from warehouse.working import working_connection


@contextmanager
def takedown_connection(lake: Lake, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection with a view of the current snapshot of each table.

    Raises:
        DamagedWarehouseError: a file of a table is missing or damaged.
    """
    spill = lake.root.parent / RUNS_FOLDER / ".takedown-spill"
    with working_connection(settings, spill) as connection:
        # Files are written anew in the order of their rows.
        connection.execute("set preserve_insertion_order = true")
        define_functions(connection)
        for table, files in take_snapshot(lake).files.items():
            if table != SUPERSEDED.name:
                schema = next(one.arrow for one in TABLES if one.name == table)
                create_view(connection, table, files, schema)
            else:
                define_superseded(connection, files)
        yield connection


def define_taken(connection: duckdb.DuckDBPyConnection, articles: Sequence[TakenArticle]) -> None:
    """Make the tables `taken_articles`, `taken_keys`, `taken_urls` and `taken_texts`."""
    define_texts(connection, "taken_articles", "article_id", (one.article_id for one in articles))
    define_texts(connection, "taken_keys", "key", (key for one in articles for key in one.keys))
    define_texts(connection, "taken_urls", "url", (url for one in articles for url in one.urls))
    texts = (text for one in articles for text in one.texts)
    define_texts(connection, "taken_texts", "content_hash", texts)


def define_journal(connection: duckdb.DuckDBPyConnection, takedown: Takedown) -> None:
    """Make tables of a takedown's locators and inputs, and of new runs, visits and conditions."""
    _define(connection, "taken_locators", ("run_id", "locator"), takedown.locators)
    _define(connection, "taken_inputs", ("run_id", "path"), takedown.inputs)
    _define(connection, "new_conditions", ("name", "where_sql"), takedown.conditions.items())
    runs = [{"run_id": run_id, **values} for run_id, values in takedown.runs.items()]
    connection.from_arrow(pa.Table.from_pylist(runs, _RUNS)).to_table("new_runs")
    visits = [{"run_id": run, "source": name, **v} for run, name, v in takedown.visits]
    connection.from_arrow(pa.Table.from_pylist(visits, _VISITS)).to_table("new_visits")


def define_texts(
    connection: duckdb.DuckDBPyConnection, name: str, column: str, values: Iterable[str]
) -> None:
    """Make or replace a table with one column of different texts."""
    _define(connection, name, (column,), ((value,) for value in dict.fromkeys(values)))


RUN_COUNTS = ("loaded", "revised", "duplicate", "rejected")
VISIT_COUNTS = (*RUN_COUNTS, "unchanged")
_RUNS = pa.schema(
    [
        pa.field("run_id", pa.string()),
        *(pa.field(name, pa.int64()) for name in RUN_COUNTS),
        pa.field("inputs", pa.list_(pa.string())),
        pa.field("parameters", pa.string()),
    ]
)
_VISITS = pa.schema(
    [
        pa.field("run_id", pa.string()),
        pa.field("source", pa.string()),
        *(pa.field(name, pa.int64()) for name in VISIT_COUNTS),
    ]
)


def _define(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
) -> None:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(column, pa.string()) for column in values]
    connection.execute(f"drop table if exists {name}")
    connection.from_arrow(pa.table(arrays, names=list(columns))).to_table(name)
