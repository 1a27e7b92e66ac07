"""The corpus in a bucket as others read it, without Broadsheet."""

from pathlib import Path

import duckdb
import pytest
from duckdb_extension_httpfs import __file__ as httpfs

from tests.bucket.corpus import Corpus, pushed_corpus
from tests.bucket.service import KEY, REGION, SECRET, ObjectService


@pytest.fixture
def corpus(objects: ObjectService, catalog: str, tmp_path: Path) -> Corpus:
    return pushed_corpus(objects, catalog, tmp_path)


def test_duckdb_with_httpfs_reads_what_the_warehouse_has(corpus: Corpus) -> None:
    [extension] = Path(httpfs).parent.glob("extensions/*/httpfs.duckdb_extension")
    lake = corpus.settings.lake
    with duckdb.connect() as connection:
        connection.execute(f"load '{extension}'")
        connection.execute(
            f"create secret (type s3, key_id '{KEY}', secret '{SECRET}', region '{REGION}', "
            f"endpoint '{corpus.objects.endpoint.removeprefix('http://')}', url_style 'path', "
            "use_ssl false)"
        )
        connection.execute(f"attach '{lake}/news.duckdb' as news (read_only); use news")
        for view in ("articles", "article_versions", "documents", "sources", "coverage", "stories"):
            query = f"select count(*), count(columns(*)) from {view}"
            assert connection.execute(query).fetchall() == corpus.nights.ask(query), view
        query = "select text from articles where url like '%/1'"
        assert connection.execute(query).fetchall() == [(corpus.text,)]
        comment = "select comment from duckdb_columns() where comment is not null"
        assert connection.execute(comment).fetchall()[0][0]
