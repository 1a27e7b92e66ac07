from collections.abc import Iterator

import duckdb
import pytest

from tests.load.resolving import Tables


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the empty tables that resolve reads."""
    with duckdb.connect(config={"threads": 1}) as opened:
        Tables(opened).create()
        yield opened


@pytest.fixture
def tables(connection: duckdb.DuckDBPyConnection) -> Tables:
    found = Tables(connection)
    found.clear()
    return found
