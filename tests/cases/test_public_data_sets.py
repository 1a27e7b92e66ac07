"""Public data sets of news go in by one command each, and their labels come out by SQL.

AG News, 10kGNAD, MIND, LIAR, All the News, News Category Dataset, SIGNAL-1M, Newsroom, WCEP,
RealNews, XSum, CC-News, NELA-GT, BBC News, Fake and real news, CNN/DailyMail and Reuters-21578 are
rebuilt small from their published descriptions (`tests.cases.data_sets`).
"""

import shlex
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from config.settings import load_settings
from flows.actions.mapping import chosen_columns
from tasks.process.document import process_document
from tasks.process.page_type.texts import MAYBE_NOT_PROSE
from tasks.read.batch import read_batch
from tasks.read.plan import plan_inputs
from tasks.records import Article, Dropped
from tests.cases.data_sets.items import DataSet
from tests.cases.data_sets.sets import DATA_SETS
from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"
# Whole runs of sets that differ most: no header, a folder in a zip, nested rows, a database.
QUICK = ("AG News", "BBC News", "WCEP", "NELA-GT")
Told = tuple[str | None, str, date | None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the present folder, into which data sets are written."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda one: one.name)
def test_each_story_of_a_data_set_is_read_as_its_description_says(
    folder: Path, data_set: DataSet
) -> None:
    data_set.write(folder, data_set.items)

    records = list(processed(data_set.command))

    articles = [
        one
        for one in records
        if not isinstance(one, Dropped) and MAYBE_NOT_PROSE not in one.quality_flags  # a README
    ]
    told = [(one.title, one.text, one.published_date) for one in articles]
    assert in_order(told) == in_order(expected(data_set))
    others = sorted(str(one.reason) for one in records if isinstance(one, Dropped))
    assert others == sorted(data_set.others)


@pytest.mark.parametrize(
    "data_set",
    [
        pytest.param(one, marks=[] if one.name in QUICK else pytest.mark.slow, id=one.name)
        for one in DATA_SETS
    ],
)
def test_a_data_set_goes_in_by_one_command_and_its_labels_come_out_by_sql(
    folder: Path, data_set: DataSet
) -> None:
    data_set.write(folder, data_set.items)

    run(*shlex.split(data_set.command)[1:], "--warehouse", folder / "w", "--workers", "1")

    query = (
        f"select text, {data_set.label} as label from articles "
        f"where not list_contains(quality_flags, '{MAYBE_NOT_PROSE}')"
    )
    labels = {" ".join(row["text"].split()): row["label"] for row in ask(folder / "w", query)}
    assert labels == {data_set.text(item): item.label for item in data_set.items}
    query = "select reason from documents where outcome <> 'loaded' order by reason"
    others = [row["reason"] for row in ask(folder / "w", query)]
    assert others == sorted(data_set.others)


def test_the_documentation_has_the_command_and_the_label_of_each_data_set() -> None:
    lines = FORMATS.read_text("utf-8").splitlines()
    rows = [f"| {one.name} | `{one.command}` | `{one.label}` |" for one in DATA_SETS]
    assert [line for line in lines if "`broadsheet ingest" in line and line in rows] == rows


def processed(command: str) -> Iterator[Article | Dropped]:
    """Yield what becomes of the documents that a command reads, without a warehouse."""
    parser = ArgumentParser()
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--map", action="append", default=[])
    parser.add_argument("--quote")
    parser.add_argument("--no-header", dest="header", action="store_const", const="no")
    options = parser.parse_args(shlex.split(command)[2:])
    named = {"quote": options.quote, "header": options.header}
    settings = load_settings()
    columns = dict(chosen_columns(None, options.map, named.items()))
    plan = plan_inputs(options.paths, settings.read, columns=columns, limit=None)
    for batch in plan.batches:
        for document in read_batch(batch, settings.read, plan.columns):
            is_dropped = isinstance(document, Dropped)
            yield document if is_dropped else process_document(document, settings.process)


def expected(data_set: DataSet) -> list[Told]:
    return [
        (
            item.title if data_set.has_title else None,
            data_set.text(item),
            item.day if data_set.has_date else None,
        )
        for item in data_set.items
    ]


def in_order(told: list[Told]) -> list[Told]:
    """Return stories in the order of their texts, whose lines are joined."""
    joined = [(title, " ".join(text.split()), day) for title, text, day in told]
    return sorted(joined, key=lambda one: one[1])
