"""A source or language that no article has is named, and a renamed source is found by each name."""

import json
from pathlib import Path

import pytest

from tests.articles import article
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.warehouse.visits import Visits


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words") / "w"
    nights, visits = Nights(folder), Visits(folder)
    pier = article("https://paper.example/1", "The pier is open. The pier is new.", position=0)
    nights.load(pier, source="paper")
    visits.renamed(0, "The Gazette", "paper")
    visits.night(1, "Empty Post")
    visits.ask("from sources")
    return folder


@pytest.mark.parametrize("source", ["paper", "The Gazette"])
def test_a_renamed_source_is_found_by_each_of_its_names(warehouse: Path, source: str) -> None:
    asked = ("--source", source, "--warehouse", warehouse, "--format", "json")
    counted = {row["word"]: row["count"] for row in json.loads(run("words", *asked).stdout)}
    assert counted["pier"] == 2


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--source", "it's | nothing", 'There is no article with the source "it\'s | nothing"'),
        ("--source", "Empty Post", "There is no article with the source 'Empty Post'"),
        ("--language", "xx", "There is no article with the language 'xx'"),
    ],
)
def test_a_value_that_no_article_has_is_named(
    warehouse: Path, option: str, value: str, sentence: str
) -> None:
    done = run("words", option, value, "--warehouse", warehouse, status=2)
    assert done.stdout == ""
    assert done.stderr.startswith(f"broadsheet: {sentence}: `broadsheet sql ")
