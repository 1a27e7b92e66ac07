"""An SQL catalog without a bucket, whose files lie in a folder: what a lease needs, and quick."""

from pyiceberg.catalog.sql import SqlCatalog


def sql_catalog(address: str, lake: str) -> SqlCatalog:
    """Open a catalog in SQLite or PostgreSQL; it is made if it does not exist."""
    return SqlCatalog("broadsheet", uri=address, warehouse=lake)
