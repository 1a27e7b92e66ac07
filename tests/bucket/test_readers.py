"""The corpus in a bucket as others read it, by the programs of docs/reading-from-a-bucket.md."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from duckdb_extension_httpfs import __file__ as httpfs

from tests.bucket.corpus import Corpus, pushed_corpus
from tests.bucket.service import KEY, REGION, SECRET, ObjectService
from tests.readers import run_as_reader
from tests.service.postgres import PASSWORD, Postgres
from warehouse.bucket.catalogs import open_bucket_catalog

PAGE = (Path(__file__).parents[2] / "docs" / "reading-from-a-bucket.md").read_text("utf-8")


METADATA = "s3://press/lake/article_versions/metadata/00007-1c.metadata.json"


@pytest.fixture(scope="module")
def corpus(
    _running: ObjectService, _databases: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Corpus]:
    with pytest.MonkeyPatch.context() as patch:
        environment = {
            **_running.environment,
            "AWS_ENDPOINT_URL": _running.endpoint,
            "AWS_ALLOW_HTTP": "true",
        }
        for name, value in {**environment, "PGPASSWORD": PASSWORD}.items():
            patch.setenv(name, value)
        catalog = f"postgresql://prefect@{_databases.place}"
        yield pushed_corpus(_running, catalog, tmp_path_factory.mktemp("readers"))


def example(heading: str, number: int = 0) -> str:
    """Return an example of the page, by the heading above it."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```(?:python|sql)\n(.*?)```", section, re.S)[number]


def read(program: str, corpus: Corpus, folder: Path) -> str:
    """Run a program of the page on the corpus of the test and return what it prints."""
    versions = open_bucket_catalog(corpus.settings).load_table("news.article_versions")
    database = corpus.settings.bucket.catalog.partition("://")[2]
    for shown, present in {
        METADATA: versions.metadata_location,
        "https://s3.press.example": corpus.objects.endpoint,
        "s3://press/lake": corpus.settings.lake,
        "reader@db.example/lake": database,
        "'courier'": "'courier.example'",
    }.items():
        program = program.replace(shown, present)
    return run_as_reader(program, folder)


def shown(corpus: Corpus, table: str) -> tuple[int, str]:
    [row] = corpus.nights.ask(f"select count(*), min(text) from {table}")
    return row


@pytest.mark.slow
def test_duckdb_with_httpfs_reads_what_the_warehouse_has(corpus: Corpus) -> None:
    [extension] = Path(httpfs).parent.glob("extensions/*/httpfs.duckdb_extension")
    place = corpus.objects.endpoint.removeprefix("http://")
    program = example("DuckDB")
    for written, present in {
        "load httpfs": f"load '{extension}'",
        "'reader'": f"'{KEY}'",
        "'correct-horse'": f"'{SECRET}'",
        "'eu-central-1'": f"'{REGION}'",
        "'s3.press.example'": f"'{place}', url_style 'path', use_ssl false",
        "s3://press/lake": corpus.settings.lake,
    }.items():
        assert written in program
        program = program.replace(written, present)
    with duckdb.connect() as connection:
        assert connection.execute(program).fetchall() == [shown(corpus, "articles")]
        connection.execute("use news")
        for view in ("articles", "article_versions", "documents", "sources", "coverage", "stories"):
            query = f"select count(*), count(columns(*)) from {view}"
            assert connection.execute(query).fetchall() == corpus.nights.ask(query), view
        named = "select count(*) from duckdb_views() where sql like ?"
        assert connection.execute(named, ["%/news/lake/%"]).fetchall() == [(0,)]
        described = "select count(*) from duckdb_columns() where comment is not null"
        assert connection.execute(described).fetchall() == corpus.nights.ask(described)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_pyiceberg_reads_the_tables(corpus: Corpus, tmp_path: Path, number: int) -> None:
    count, text = shown(corpus, "article_versions")
    assert read(example("pyiceberg", number), corpus, tmp_path).startswith(f"{count} {text}\n")


@pytest.mark.slow
def test_pandas_reads_the_tables(corpus: Corpus, tmp_path: Path) -> None:
    count, text = shown(corpus, "article_versions")
    assert read(example("pandas"), corpus, tmp_path) == f"{count} {text}\n"


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["polars", "Spark"])
def test_polars_and_spark_read_the_current_articles(
    corpus: Corpus, tmp_path: Path, reader: str
) -> None:
    assert read(example(reader), corpus, tmp_path) == f"{shown(corpus, 'articles')}\n"
