"""The balance of ledger, totals and tables: each way in which they can disagree is found."""

from collections.abc import Iterator
from string import Template

import duckdb
import pytest

from warehouse.statements import statement

OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")
TABLES = """
create table documents (run_id varchar, outcome varchar);
create table article_versions (run_id varchar);
create schema marts;
create view marts.ledger_counts as $ledger_counts;
create view marts.version_counts as
select run_id, count(*) as versions from article_versions group by run_id;
create table repairs ("table" varchar, held_run_id varchar, rows int, healed int);
create table runs (
    run_id varchar, documents int, loaded int, revised int, duplicate int, rejected int, failed int
);
insert into runs values ('full', 10, 2, 2, 2, 2, 2), ('empty', 0, 0, 0, 0, 0, 0);
insert into documents
select 'full', unnest(['loaded', 'revised', 'duplicate', 'rejected', 'failed']) from range(2);
insert into article_versions select 'full' from range(4);
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        counts = Template(statement("ledger_counts")).substitute(documents="documents")
        opened.execute(Template(TABLES).substitute(ledger_counts=counts))
        yield opened


def unbalanced(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute(statement("imbalances")).fetchall()]


def test_tables_that_agree_are_balanced(connection: duckdb.DuckDBPyConnection) -> None:
    assert unbalanced(connection) == []


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_document_that_runs_counts_under_another_outcome_is_found(
    connection: duckdb.DuckDBPyConnection, outcome: str
) -> None:
    connection.execute(f"update documents set outcome = 'lost' where outcome = '{outcome}'")
    assert unbalanced(connection) == ["full"]


@pytest.mark.parametrize(
    "change",
    [
        "insert into documents values ('full', 'lost')",
        "insert into documents values ('full', 'lost'); "
        "update runs set documents = 11 where run_id = 'full'",
        "insert into article_versions values ('full')",
        "delete from article_versions",
    ],
    ids=["in the ledger only", "without an outcome", "one version more", "no versions"],
)
def test_a_row_that_one_table_has_and_another_lacks_is_found(
    connection: duckdb.DuckDBPyConnection, change: str
) -> None:
    connection.execute(change)
    assert unbalanced(connection) == ["full"]


@pytest.mark.parametrize("table", ["documents", "article_versions"])
def test_rows_of_a_run_that_is_not_in_runs_are_found(
    connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    connection.execute(f"insert into {table} (run_id) values ('unknown')")
    assert unbalanced(connection) == ["unknown"]


def test_rows_that_a_repair_recorded_as_lost_are_no_imbalance_but_more_are(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("insert into repairs values ('article_versions', 'full', 4, 0)")
    connection.execute("delete from article_versions")
    assert unbalanced(connection) == []
    connection.execute("insert into repairs values ('article_versions', 'full', 0, 1)")
    assert unbalanced(connection) == ["full"], "one of them was healed and is not there"
