"""The statements of resolving by themselves: any captures of one article, in any runs."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.statements import statement

# A text, a line below it that is boilerplate, and the day of the fetch.
Capture = tuple[str, str, int | None]
Captures = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.sampled_from(" ad"), st.one_of(st.none(), st.integers(1, 5))
    ),
    max_size=5,
)
# Of each run whether the line below is known to be boilerplate.
Runs = st.lists(st.tuples(Captures, st.booleans()), max_size=3)
TABLES = """
create table article_versions (
    article_id varchar, version int, fetched_at timestamptz, content_hash varchar,
    payload_digest varchar, url varchar, whole_hash varchar
);
create table reprocessed (
    position bigint, article_id varchar, fetched_at timestamptz, duplicate_reason varchar,
    version int, outcome varchar
);
create table documents (
    article_id varchar, version int, fetched_at timestamptz, outcome varchar, whole_hash varchar
);
create table superseded (article_id varchar, version int);
create table processed (
    position bigint, outcome varchar, article_id varchar, fetched_at timestamptz,
    content_hash varchar, payload_digest varchar, url varchar, reason varchar, whole_hash varchar
);
"""
LOAD = """
insert into article_versions
select
    processed.article_id, decided.version, processed.fetched_at, content_hash, payload_digest, url,
    whole_hash
from decided join processed using (position) where decided.outcome <> 'duplicate';
insert into documents
select decided.article_id, version, decided.fetched_at, decided.outcome, whole_hash
from decided join processed using (position);
"""


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute(TABLES)
        yield opened


def load(
    connection: duckdb.DuckDBPyConnection, captures: list[Capture], is_learned: bool
) -> list[str]:
    """Resolves one run and takes it into the tables; gives the outcomes in order."""
    connection.execute("delete from processed")
    for position, (text, below, day) in enumerate(captures):
        fetched = None if day is None else datetime(2025, 3, day, tzinfo=UTC)
        whole = text + below
        kept = text if is_learned else whole
        row = [
            position,
            None,
            "article",
            fetched,
            kept,
            whole + "bytes",
            "https://courier.example/",
        ]
        values = [*row, None, whole]
        connection.execute("insert into processed values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.execute("drop table if exists known; drop table if exists decided")
    connection.execute(statement("known"))
    connection.execute(statement("resolve"))
    outdated = connection.execute(statement("newly_superseded"), {"run_id": "run"}).fetchall()
    connection.execute(LOAD)
    for article_id, version, _ in outdated:
        connection.execute("insert into superseded values (?, ?)", [article_id, version])
    outcomes = connection.execute("select outcome from decided order by position").fetchall()
    return [outcome for (outcome,) in outcomes]


def current(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    query = (
        "select version, content_hash from article_versions "
        "anti join superseded using (article_id, version)"
    )
    return connection.execute(query).fetchall()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(runs=Runs)
def test_any_runs_leave_one_current_version_and_again_they_change_nothing(
    connection: duckdb.DuckDBPyConnection, runs: list[tuple[list[Capture], bool]]
) -> None:
    for table in ("article_versions", "documents", "superseded"):
        connection.execute(f"delete from {table}")
    for captures, is_learned in runs:
        assert len(load(connection, captures, is_learned)) == len(captures)
        before = current(connection)
        for since in (is_learned, not is_learned):  # whatever was learned or forgotten since
            assert load(connection, captures, since) == ["duplicate"] * len(captures)
            assert current(connection) == before
    captured = [capture for captures, _ in runs for capture in captures]
    assert len(current(connection)) == bool(captured)
    newest = {text for text, _, day in captured if day == 5}
    if len(newest) == 1:
        assert current(connection)[0][1][0] in newest


def test_a_page_with_the_same_text_is_a_duplicate_whatever_was_learned_since(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for table in ("article_versions", "documents", "superseded"):
        connection.execute(f"delete from {table}")
    assert load(connection, [("A", "d", 1)], True) == ["loaded"]
    assert load(connection, [("A", "d", 2)], False) == ["duplicate"]
    assert load(connection, [("A", "a", 3)], True) == ["duplicate"], "other boilerplate only"
    assert load(connection, [("A", "a", 4)], False) == ["duplicate"], "unchanged since the third"
    assert load(connection, [("A", "b", 5)], False) == ["revised"], "now it is part of the text"


def test_an_older_page_with_the_same_text_is_a_duplicate_of_the_one_after_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for table in ("article_versions", "documents", "superseded"):
        connection.execute(f"delete from {table}")
    assert load(connection, [("A", "d", 3)], True) == ["loaded"]
    assert load(connection, [("A", "d", 2)], False) == ["duplicate"]
