"""Connections to DuckDB for the pipeline's own work: bounded in memory, and spilling to disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from config.settings import Settings

# Each thread has buffers of its own for reading, sorting and hashing: DuckDB's documentation asks
# for 125 MB at least (https://duckdb.org/docs/stable/guides/performance/environment). A run of 2
# million rows ran out of 500 MB with four threads, and ended well with two.
THREAD_BYTES = 250_000_000


@contextmanager
def working_connection(settings: Settings, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens an empty database within `load.memory`, with as many threads as that is enough for.

    Args:
        spill: the folder for what does not fit; made when it is needed.
    """
    threads = min(settings.worker_count, max(1, memory_bytes(settings.load.memory) // THREAD_BYTES))
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set memory_limit = $limit", {"limit": settings.load.memory})
        connection.execute("set temp_directory = $folder", {"folder": str(spill)})
        connection.execute("set threads = $count", {"count": threads})
        # Where the order matters the statements say so; to keep it otherwise holds rows back.
        connection.execute("set preserve_insertion_order = false")
        yield connection


def memory_bytes(memory: str) -> int:
    """Return a size such as `600MB` or `1.5GiB` as a number of bytes."""
    unit = 1024 if "i" in memory else 1000
    power = "KMGT".index(memory.rstrip("iB")[-1]) + 1
    return int(float(memory.rstrip("KMGTiB")) * unit**power)
