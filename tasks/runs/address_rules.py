"""Keys of stored addresses that change when a newer Broadsheet has other rules of addresses.

Keys identify articles, and say which addresses are known. When a run finds that the warehouse was
last written under older rules (`tasks.web.urls.ADDRESS_RULES`), it computes the key of each stored
address again and stores those that differ in `article_keys` and `address_keys`. No row is
rewritten, and an article keeps its id. Every look-up by key therefore reads these tables, too.
"""

from collections.abc import Callable, Mapping
from string import Template
from urllib.parse import urlsplit

import duckdb
from duckdb.func import SPECIAL
from duckdb.sqltypes import VARCHAR

from tasks.web.canonical import identifying_url
from tasks.web.fingerprint import article_id
from tasks.web.urls import ADDRESS_RULES, registered_domain, url_key
from warehouse.former_names import columns_shown
from warehouse.lake import Lake
from warehouse.reading import read_files
from warehouse.schema import DISCOVERIES, FETCHES, TABLES
from warehouse.snapshots import Snapshot
from warehouse.statements import statement

# So many rows of the history are handled at a time; their addresses take 200 MB of memory.
_ROWS_AT_ONCE = 1_000_000


def address_key(url: str) -> str | None:
    """Return the key of a listed address.

    An address with a user name or password is never fetched, and is its own key.
    """
    return url if "@" in urlsplit(url).netloc else url_key(url)


def claim_of(url: str | None, url_canonical: str | None) -> str | None:
    """Return the key that a page claims for itself.

    It is the key of its canonical URL if the page alone makes that URL believable, else of its own.
    """
    return url_key(identifying_url(url, url_canonical))


def define_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the rules of addresses callable from SQL; as Python functions they cost 10 µs a row."""

    def define(name: str, function: Callable[..., str | None], arguments: int = 1) -> None:
        connection.create_function(
            name, function, [VARCHAR for _ in range(arguments)], VARCHAR, null_handling=SPECIAL
        )

    define("key_of", url_key)
    define("claim_of", claim_of, arguments=2)
    define("address_key_of", lambda url: url and address_key(url))
    define("domain_of", registered_domain)
    define("id_of", lambda key: key and article_id(key))


def define_article_keys(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Make the table `changed_article_keys`, the keys of articles that the present rules change."""
    values = {"is_older": is_older(lake), "rules": ADDRESS_RULES}
    connection.execute(statement("changed_article_keys"), values)


def define_address_keys(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    snapshot: Snapshot,
    names: Mapping[str, str],
) -> None:
    """Make the table `changed_address_keys`, the keys of addresses that the present rules change.

    It covers addresses that were found or fetched. This also makes the views that it reads:
    `stored_fetches`, `stored_discoveries` and `address_keys`.

    Args:
        names: for each source that was renamed, its present name by its former one.
    """
    for table in (FETCHES, DISCOVERIES):
        rows = _read(connection, snapshot, table.name)
        rows.project(columns_shown(table, names)).create_view(f"stored_{table.name}")
    _read(connection, snapshot, "address_keys").create_view("address_keys")
    connection.execute(
        "create temp table changed_address_keys as "
        "select url, url_key, rules from address_keys limit 0"
    )
    parts = _parts(connection) if is_older(lake) else 0
    for part in range(parts):
        values = {"rules": ADDRESS_RULES, "parts": parts, "part": part}
        connection.execute(statement("changed_address_keys"), values)


def define_addresses(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views `fetches` and `discoveries`, with the present key of each address.

    Where no key has changed, they are the stored rows without a join.
    """
    connection.execute(statement("present_address_keys"))
    counted = connection.execute("select count(*) from present_address_keys").fetchone()
    for name in ("fetches", "discoveries"):
        if counted and counted[0]:
            connection.execute(Template(statement("with_present_keys")).substitute(table=name))
        else:
            connection.execute(f"create view {name} as from stored_{name}")


def is_older(lake: Lake) -> bool:
    """Return whether keys in the tables may have been made under older rules of addresses."""
    return lake.address_rules < ADDRESS_RULES


def _parts(connection: duckdb.DuckDBPyConnection) -> int:
    counts = (
        connection.execute(f"select count(*) from {name}").fetchall()
        for name in ("stored_fetches", "stored_discoveries")
    )
    rows: int = sum(count for [(count,)] in counts)
    return 1 + rows // _ROWS_AT_ONCE


def _read(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, name: str
) -> duckdb.DuckDBPyRelation:
    schema = next(table.arrow for table in TABLES if table.name == name)
    return read_files(connection, snapshot.files[name], schema)
