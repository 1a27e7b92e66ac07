"""Queries of the published file: they read the warehouse alone and change nothing."""

import os
from pathlib import Path

import duckdb
import pytest

from config.errors import UsageError
from tests.articles import article
from tests.pipeline.nights import Nights
from warehouse.query import opened, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("w") / "it's")
    nights.load(article("https://courier.example/basin", "A", position=1, day=1))
    return nights.folder


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "query",
    [
        "drop view articles",
        "create table mine (a int)",
        "create temp table mine as from articles",
        "insert into superseded values ('a', 1, 'r')",
        "copy articles to '{folder}/catalog.db'",
        "copy (select 1) to '{folder}/lake/x.parquet'",
        "explain analyze copy (select 1) to '{folder}/news.duckdb'",
        "/* a */ -- b\n explain (analyze, format json) copy (select 1) to '{folder}/x.csv'",
        "EXPLAIN ANALYZE /* c */ COPY (select 1) TO '{folder}/x.csv'",
        "export database '{folder}/out'",
        "attach '{folder}/other.duckdb'",
        "call checkpoint()",
        "set memory_limit = '1GB'",
        "set allowed_directories = ['/']",
        "load httpfs",
        "install httpfs",
        "use memory",
        "prepare p as select 1",
        "from enable_logging(level='trace', storage='file', storage_path='{folder}/raw')",
        "from query('from ENABLE_LOGGING(storage=''file'', storage_path=''{folder}/raw'')')",
    ],
)
def test_a_statement_that_does_more_than_read_is_refused_and_changes_nothing(
    folder: Path, query: str
) -> None:
    before = content(folder)
    query = query.format(folder=str(folder).replace("'", "''"))
    with opened(folder) as connection, pytest.raises(UsageError):
        rows(connection, query)
    assert content(folder) == before


@pytest.mark.parametrize("query", ["select 1; select 2", "from articles; drop view articles"])
def test_several_statements_are_refused(folder: Path, query: str) -> None:
    with opened(folder) as connection, pytest.raises(UsageError, match="2 statements"):
        rows(connection, query)


@pytest.mark.parametrize("query", ["", " ; ", "-- nothing"])
def test_a_query_without_a_statement_is_refused_in_one_sentence(folder: Path, query: str) -> None:
    with opened(folder) as connection, pytest.raises(UsageError, match="no statement"):
        rows(connection, query)


@pytest.mark.parametrize(
    "query",
    [
        "from articles;",
        "-- all\nfrom articles",
        "with a as (from articles) select count(*) from a",
        "describe articles",
        "summarize articles",
        "show tables",
        "values (1)",
        "pivot articles on language using count(*) group by source",
        "explain from articles",
        "explain analyze select count(*) from articles",
        "explain (format json) select 1",
        "select * from read_parquet('{folder}/lake/article_versions/data/*.parquet')",
    ],
)
def test_a_query_that_reads_the_warehouse_is_answered(folder: Path, query: str) -> None:
    with opened(folder) as connection:
        found = rows(connection, query.format(folder=str(folder).replace("'", "''")))
    assert found[0]
    assert found[1]


@pytest.mark.parametrize(
    "query",
    [
        "from read_text('/etc/passwd')",
        "from read_csv('/etc/passwd')",
        "from '/etc/passwd'",
        "from glob('/etc/*')",
        "from read_text('{folder}/../outside.txt')",
        "from read_parquet('https://harbour-courier.example/x.parquet')",
        "from read_blob('/proc/self/environ')",
    ],
)
def test_nothing_outside_the_warehouse_can_be_read(folder: Path, query: str) -> None:
    (folder.parent / "outside.txt").write_text("a secret")
    query = query.format(folder=str(folder).replace("'", "''"))
    with opened(folder) as connection, pytest.raises(UsageError, match="refuses"):
        rows(connection, query)


def test_a_warehouse_that_is_opened_through_a_link_is_answered(
    folder: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    with opened(link) as connection:
        assert rows(connection, "select count(*) from articles")[1] == [(1,)]


def test_a_warehouse_with_a_relative_path_is_answered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    with opened(Path(folder.name)) as connection:
        assert rows(connection, "select count(*) from articles")[1] == [(1,)]


def test_no_progress_bar_is_printed_among_the_rows_of_a_long_query(folder: Path) -> None:
    with opened(folder) as connection:
        assert rows(connection, "select current_setting('enable_progress_bar')")[1] == [(False,)]


def test_a_large_sort_may_use_the_disk(folder: Path) -> None:
    with opened(folder) as connection:
        query = "select max(h) from (select md5(range::varchar) h from range(100000) order by h)"
        assert rows(connection, query)[1]


def test_a_query_that_needs_too_much_memory_is_refused_in_one_sentence(folder: Path) -> None:
    bound: dict[str, str | int] = {"memory_limit": "30MB", "temp_directory": ""}
    with (
        opened(folder, settings=bound) as connection,
        pytest.raises(UsageError, match=r"^The query needs more memory.*load\.memory\.$"),
    ):
        rows(connection, "select list(range) from range(20_000_000)")


def test_attached_databases_are_read_under_their_names_and_not_written(
    folder: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "my codes.duckdb"
    with duckdb.connect(str(mine)) as connection:
        connection.execute("create table tone as select 'A' as code")
    with opened(folder, [mine]) as connection:
        assert rows(connection, 'from "my codes".tone')[1] == [("A",)]
        with pytest.raises(UsageError, match="read-only"):
            rows(connection, 'insert into "my codes".tone values (1)')


@pytest.mark.parametrize("content", [None, b"no database"])
def test_a_file_that_cannot_be_attached_is_refused_in_one_sentence(
    folder: Path, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "x.duckdb"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.duckdb"), opened(folder, [file]):
        pass


def test_a_folder_without_a_publication_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `broadsheet ingest"), opened(tmp_path):
        pass


def test_readers_do_not_hinder_a_publication(folder: Path) -> None:
    """Publish while a reader is open; it keeps the file that it opened."""
    with opened(folder) as connection:
        published = folder / "news.duckdb"
        copy = folder / "aside"
        copy.write_bytes(published.read_bytes())
        os.replace(copy, published)  # noqa: PTH105
        assert rows(connection, "select count(*) from articles")[1] == [(1,)]


def test_a_process_may_open_the_publication_several_times(folder: Path) -> None:
    limits = {"memory_limit": "300MB"}
    with opened(folder) as one, opened(folder, settings=limits) as other, opened(folder) as third:
        for connection in (one, other, third):
            assert rows(connection, "select count(*) from articles")[1] == [(1,)]
            zone = rows(connection, "select current_setting('timezone')")[1]
            assert zone == [("UTC",)]
