"""One session of DuckDB reads several warehouses, by the query of docs/national-archive.md."""

import re
from pathlib import Path

import duckdb

from tests.articles import article
from tests.pipeline.nights import Nights

PAGE = Path(__file__).parents[2] / "docs" / "national-archive.md"


def test_the_query_of_the_page_reads_two_warehouses(tmp_path: Path) -> None:
    query = "\n".join(re.findall(r"^    (.*)", PAGE.read_text("utf-8"), re.M))
    for day, year in ((1, "1999"), (2, "2000")):
        nights = Nights(tmp_path / year)
        nights.load(article(f"https://courier.example/{year}", "A", position=1, day=day))
    with duckdb.connect() as connection:
        found = connection.execute(query.replace("/archive", str(tmp_path))).fetchall()
    assert sorted(url for url, _ in found) == [
        "https://courier.example/1999",
        "https://courier.example/2000",
    ]
