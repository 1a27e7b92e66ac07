"""Small databases do not see each other, and a damaged file spoils no later question."""

from pathlib import Path

import duckdb
import pytest

from warehouse.working import small_connection


def test_small_databases_do_not_see_each_other() -> None:
    with small_connection() as one, small_connection() as other:
        one.execute("create table found as select 1 as number")
        other.execute("create table found as select 2 as number")
        assert one.execute("from found").fetchall() == [(1,)]
    with small_connection() as later, pytest.raises(duckdb.CatalogException):
        later.execute("from found")


def test_what_is_written_to_a_file_is_there_for_everybody(tmp_path: Path) -> None:
    file = tmp_path / "it's small.duckdb"
    with small_connection(file) as connection:
        connection.execute("create table found as select 1 as number")
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute("from found").fetchall() == [(1,)]


def test_a_damaged_file_spoils_no_later_question(tmp_path: Path) -> None:
    file = tmp_path / "damaged.duckdb"
    file.write_bytes(b"no database" * 1_000)
    with pytest.raises(duckdb.Error), small_connection(file):
        pass
    with small_connection() as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]
