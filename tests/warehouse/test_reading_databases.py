"""SQLite databases are read after a process that wrote to them was killed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from warehouse.metadata_files import read_database

KILLED_WHILE_COMMITTING = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("pragma cache_size = 1")
connection.execute("pragma cache_spill = 1")
connection.execute("update counts set number = 7")
connection.execute("insert into counts select 8 from counts a, counts b limit 100000")
os._exit(1)
"""


def database(path: Path, rows: int = 1) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table counts (number integer)")
        connection.executemany("insert into counts values (?)", [(0,)] * rows)
    return path


def test_a_database_is_read_after_a_writer_was_killed(tmp_path: Path) -> None:
    path = database(tmp_path / "catalog.db", rows=1000)
    subprocess.run([sys.executable, "-c", KILLED_WHILE_COMMITTING, path], check=False)
    assert Path(f"{path}-journal").exists()
    with read_database(path) as connection:
        found = connection.execute("select max(number), count(*) from counts").fetchall()
    assert found == [(0, 1000)]
