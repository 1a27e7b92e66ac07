"""DuckDB connections for the pipeline's own work, with bounded memory and spilling to disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from config.settings import Settings
from warehouse.statements import sql_quoted

# Each thread has its own buffers for reading, sorting and hashing. DuckDB's documentation asks for
# at least 125 MB per thread (https://duckdb.org/docs/stable/guides/performance/environment). In
# 500 MB, a run of 2 million rows failed with four threads and succeeded with two.
_THREAD_BYTES = 250_000_000
_numbers = count(1)


@contextmanager
def working_connection(settings: Settings, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty in-memory database, bounded by the setting `load.memory`.

    It gets as many threads as this memory is enough for.

    Args:
        spill: the folder for data that does not fit; DuckDB makes it when it is needed.
    """
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        # DuckDB prints it to standard output, among the rows of a command that prints such.
        connection.execute("set enable_progress_bar = false")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.execute("set temp_directory = $folder", {"folder": str(spill)})
        connection.execute("set threads = $count", {"count": most_threads(settings)})
        # Statements say `order by` where the order matters. Keeping the order of other rows would
        # make DuckDB hold them back in memory.
        connection.execute("set preserve_insertion_order = false")
        yield connection


@contextmanager
def small_connection(file: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for a question about few rows.

    All such databases are in one DuckDB, which this process opens once: opening a DuckDB takes as
    long as fifty such questions.

    Args:
        file: the database's file; None: an empty database in memory.
    """
    path, name = sql_quoted(str(file or ":memory:")), f"small_{next(_numbers)}"
    with _shared().cursor() as connection:
        try:
            connection.execute(f"attach {path} as {name}; use {name}")
            yield connection
            connection.execute(f"use memory; detach {name}")
        except BaseException:
            _shared.cache_clear()  # a damaged file may have made this DuckDB unusable
            raise


@cache
def _shared() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def most_threads(settings: Settings) -> int:
    """Return the number of DuckDB's threads for which the setting `load.memory` is enough."""
    most = memory_bytes(settings.load.memory) // _THREAD_BYTES
    return min(settings.worker_count, max(1, most))


def memory_bytes(memory: str) -> int:
    """Return a size such as `600MB` or `1.5GiB` as a number of bytes."""
    unit = 1024 if "i" in memory else 1000
    power = "KMGT".index(memory.rstrip("iB")[-1]) + 1
    return int(float(memory.rstrip("KMGTiB")) * unit**power)
