"""Questions to the published file, in each format."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from config.errors import UsageError
from tests.articles import article
from tests.pipeline.nights import Nights
from warehouse.query import opened, rows, write_csv, write_json, write_parquet

QUERY = "select title, authors, published_at from articles"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("w") / "w")
    nights.load(article("https://courier.example/basin", "A", position=1, day=1))
    return nights.folder


def test_csv_has_a_header_and_lists_as_json(folder: Path) -> None:
    out = io.StringIO()
    with opened(folder) as connection:
        write_csv(connection, QUERY, out)
    found = list(csv.reader(io.StringIO(out.getvalue())))
    assert found[0] == ["title", "authors", "published_at"]
    assert found[1] == ["The basin opens again", '["Ida Marsh"]', "2025-03-11 06:30:00+00:00"]


@pytest.mark.parametrize(("where", "count"), [("true", 1), ("false", 0)])
def test_json_is_an_array_of_objects(folder: Path, where: str, count: int) -> None:
    out = io.BytesIO()
    with opened(folder) as connection:
        write_json(connection, f"{QUERY} where {where}", out)
    assert len(json.loads(out.getvalue())) == count


def test_parquet_keeps_the_types(folder: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    with opened(folder) as connection:
        write_parquet(connection, QUERY, out)
    assert pq.read_table(io.BytesIO(out.getvalue())).column("authors").to_pylist() == [
        ["Ida Marsh"]
    ]


@pytest.mark.parametrize("query", ["drop view articles", "create table mine (a int)"])
def test_what_is_published_cannot_be_changed(folder: Path, query: str) -> None:
    with opened(folder) as connection, pytest.raises(UsageError, match="read-only"):
        rows(connection, query)


def test_a_folder_without_a_publication_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `broadsheet ingest"), opened(tmp_path):
        pass
