"""`search`, `kwic` and `trend` as users run them."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from config.errors import UsageError
from tasks.search.concordance import concordance
from tasks.search.find import Question, open_desk
from tasks.search.trend import trend
from tests.articles import article
from tests.pipeline.command import run
from tests.pipeline.nights import Nights

TEXTS = {
    (1, "en"): "The old ferry sails. A new ferry\n\nrests.",
    (2, "en"): "Zebra ferry, apple strike.",
    (40, "de"): "Die ferry fährt, the bridge opens.",
    (41, "en"): "Nothing here.",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("commands") / "w")
    nights.load(
        *(
            replace(
                article(f"https://courier.example/{day}", text, position=day, day=11),
                title=f"Day {day}",
                language=language,
                published_date=None if day == 41 else date.fromordinal(739_000 + day),
            )
            for (day, language), text in TEXTS.items()
        )
    )
    return nights.folder


def lines(warehouse: Path, query: str, order: str, width: int = 12) -> list[tuple[str, ...]]:
    with open_desk(warehouse) as desk:
        found = list(concordance(desk, Question(query), width, order))  # type: ignore[arg-type]
    return [tuple(line[4:7]) for line in sorted(found, key=lambda line: line[-1])]


def test_each_place_is_a_line_of_given_width(warehouse: Path) -> None:
    assert lines(warehouse, "ferry", "date") == [
        ("Die ", "ferry", " fährt, the "),
        ("Zebra ", "ferry", ", apple stri"),
        ("The old ", "ferry", " sails. A ne"),
        ("ails. A new ", "ferry", " rests."),
    ]


def test_lines_are_sorted_by_the_words_beside_them(warehouse: Path) -> None:
    left = [line[0].split()[-1] for line in lines(warehouse, "ferry", "left")]
    assert left == ["Die", "new", "old", "Zebra"]
    right = [line[2] for line in lines(warehouse, "ferry", "right")]
    assert right == sorted(right, key=lambda text: text.strip().casefold())


def test_bounds_source_and_language_narrow_a_query(warehouse: Path) -> None:
    def found(**bounds: object) -> int:
        with open_desk(warehouse) as desk:
            return len(desk.find(replace(Question("NOT zzz"), **bounds)))  # type: ignore[arg-type]

    first = date.fromordinal(739_002)
    assert [found(), found(first=first), found(last=first), found(language="de")] == [4, 2, 2, 1]
    assert found(source="courier.example") == 4
    with pytest.raises(UsageError, match="There is no article with the source 'couriers"):
        found(source="couriers.example")
    with pytest.raises(UsageError, match="There is no article with the language 'xx'"):
        found(language="xx")


def test_a_period_without_articles_has_no_count(warehouse: Path) -> None:
    with open_desk(warehouse) as desk:
        found = trend(desk, Question("ferry|bridge|nothing"), "week")
    shown = [
        (point.series, point.articles, point.collected, point.share(1000)) for point in found.points
    ]
    assert shown[:3] == [("ferry", 2, 2, 1000.0), ("bridge", 0, 2, 0.0), ("nothing", 0, 2, 0.0)]
    assert shown[3:6] == [(name, None, 0, None) for name in ("ferry", "bridge", "nothing")]
    assert shown[-3:-1] == [("ferry", 1, 1, 1000.0), ("bridge", 1, 1, 1000.0)]
    assert found.undated == {"ferry": 0, "bridge": 0, "nothing": 1}


@pytest.mark.slow
def test_hits_are_printed_in_every_format(warehouse: Path, tmp_path: Path) -> None:
    there = ("--warehouse", warehouse)
    shown = run("search", "ferry", "--format", "csv", *there)
    assert len(list(csv.DictReader(io.StringIO(shown.stdout)))) == 3
    assert "3 articles." in shown.stderr
    assert len(json.loads(run("kwic", "ferry", "--format", "json", *there).stdout)) == 4
    assert run("search", "zzz", *there).stdout == ""
    assert json.loads(run("search", "zzz", "--format", "json", *there).stdout) == []
    assert "of which the first 1" in run("search", "ferry", "--limit", "1", *there).stderr
    assert "nothing collected" in run("trend", "ferry", "--by", "day", *there).stdout
    wrong = run("search", '"ferry', *there, status=2).stderr
    assert wrong.count("\n") == 1


@pytest.mark.slow
def test_hits_become_a_table_to_join(warehouse: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table notes as select 1 as one")
    for query in ("ferry", "bridge"):
        run("search", query, "--into", file, "--warehouse", warehouse)
    with duckdb.connect(str(file)) as connection:
        assert connection.execute(
            "select count(*), (select count(*) from notes) from hits"
        ).fetchall() == [(1, 1)]
    query = "select count(*) as n from articles semi join mine.hits using (article_id)"
    joined = run("sql", query, "--attach", file, "--format", "csv", "--warehouse", warehouse)
    assert joined.stdout.split() == ["n", "1"]
    run("search", "ferry", "--into", warehouse / "x.duckdb", "--warehouse", warehouse, status=2)
