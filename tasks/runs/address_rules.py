"""Finds what newer rules of addresses change in a warehouse whose keys older rules made.

Keys identify articles, and tell which addresses are known. When a run finds that the warehouse was
last written by a Broadsheet with other rules (`tasks.process.urls.ADDRESS_RULES`), it takes the key
of each stored address anew and stores those that differ, in `article_keys` and `address_keys`. No
row is rewritten, and an article keeps its id; whoever looks for a key looks there, too.
"""

from collections.abc import Callable, Mapping
from string import Template
from urllib.parse import urlsplit

import duckdb
from duckdb.func import SPECIAL
from duckdb.sqltypes import VARCHAR

from tasks.process.canonical import identifying_url
from tasks.process.fingerprint import article_id
from tasks.process.urls import ADDRESS_RULES, url_key
from warehouse.former_names import columns_shown
from warehouse.lake import Lake
from warehouse.publish import Snapshot
from warehouse.schema import DISCOVERIES, FETCHES
from warehouse.statements import statement

# Rows of the history whose addresses get new keys together: 200 MB.
ROWS_AT_ONCE = 1_000_000


def address_key(url: str) -> str | None:
    """Return the key of a listed address; one with a password is never asked: its own key."""
    return url if "@" in urlsplit(url).netloc else url_key(url)


def claim_of(url: str | None, url_canonical: str | None) -> str | None:
    """Return the key that a page claims: of its canonical, if the page makes that believable."""
    return url_key(identifying_url(url, url_canonical))


def define_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the rules of addresses functions of SQL; they are Python: some 10 µs a row."""

    def define(name: str, function: Callable[..., str | None], arguments: int = 1) -> None:
        connection.create_function(
            name, function, [VARCHAR for _ in range(arguments)], VARCHAR, null_handling=SPECIAL
        )

    define("key_of", url_key)
    define("claim_of", claim_of, arguments=2)
    define("address_key_of", lambda url: url and address_key(url))
    define("id_of", lambda key: key and article_id(key))


def define_article_keys(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Make the table `changed_article_keys`: articles' keys that the present rules change."""
    values = {"is_older": _is_older(lake), "rules": ADDRESS_RULES}
    connection.execute(statement("changed_article_keys"), values)


def define_address_keys(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    snapshot: Snapshot,
    names: Mapping[str, str],
) -> None:
    """Make the table `changed_address_keys`: keys of addresses, found or fetched, that change.

    Also makes the views that it reads: `stored_fetches`, `stored_discoveries`, `address_keys`.

    Args:
        names: the present names of sources that had another one.
    """
    for table in (FETCHES, DISCOVERIES):
        rows = _read(connection, snapshot, table.name)
        rows.project(columns_shown(table, names)).create_view(f"stored_{table.name}")
    _read(connection, snapshot, "address_keys").create_view("address_keys")
    connection.execute(
        "create temp table changed_address_keys as "
        "select url, url_key, rules from address_keys limit 0"
    )
    parts = _parts(connection) if _is_older(lake) else 0
    for part in range(parts):
        values = {"rules": ADDRESS_RULES, "parts": parts, "part": part}
        connection.execute(statement("changed_address_keys"), values)


def define_addresses(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views `fetches` and `discoveries`, with the present keys of their addresses."""
    connection.execute(statement("present_address_keys"))
    counted = connection.execute("select count(*) from present_address_keys").fetchone()
    for name in ("fetches", "discoveries"):
        if counted and counted[0]:
            connection.execute(Template(statement("with_present_keys")).substitute(table=name))
        else:
            connection.execute(f"create view {name} as from stored_{name}")


def _is_older(lake: Lake) -> bool:
    return lake.address_rules < ADDRESS_RULES


def _parts(connection: duckdb.DuckDBPyConnection) -> int:
    counts = (
        connection.execute(f"select count(*) from {name}").fetchall()
        for name in ("stored_fetches", "stored_discoveries")
    )
    rows: int = sum(count for [(count,)] in counts)
    return 1 + rows // ROWS_AT_ONCE


def _read(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, name: str
) -> duckdb.DuckDBPyRelation:
    return connection.read_parquet(snapshot.files[name], union_by_name=True)
