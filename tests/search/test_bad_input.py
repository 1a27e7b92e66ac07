"""Queries, options and files that make no sense are refused in one sentence."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import BroadsheetError, UsageError
from config.settings import Settings, load_settings
from tasks.codings.importing import import_sheet
from tasks.codings.sample import SampleRequest, draw_sample
from tasks.codings.sheets import read_sheet
from tasks.pipeline import Stages, thread_runner
from tasks.report.corpus_report import ReportRequest, make_report
from tasks.runs.progress import ProgressListener
from tasks.search.concordance import SEARCH_COLUMNS
from tasks.search.find import Question, open_desk
from tasks.search.hits_table import hits_table
from tasks.search.tree import Folding
from tests.articles import article
from tests.pipeline.nights import Nights
from warehouse.files import written_aside
from warehouse.layout import PUBLISHED, REPORT

TEN_KB = 10_000
WRONG = (
    *('"', '""', "AND", "OR", "NOT", "(", ")", "()", "*", "*a", "fe*y", "title:", "title:(", "|"),
    *("nofield:x", "a OR", '"a b"~', '"a b"~999', '"a"~3', "~5", "-a", "+a", "\x00", "\udcff"),
    *("", " ", "\n", "🚢", "\u202e", "(" * TEN_KB, "NOT " * 2_000, "a* " * 50 + '"'),
)
ODD = (
    *("and", "\u202eferry", "שלום", "東京", "東京*", "ferry\x00sails", "ferry\udcff", "[a TO b]"),
    *("a " * 5_000, "a" * TEN_KB, "a" * TEN_KB + "*", '"' + "a* " * 100 + '"', "a OR " * 500 + "a"),
    *("ß", "İ*", "\u0301*", "ferry^2", "ferr?"),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    nights = Nights(tmp_path_factory.mktemp("odd") / "w")
    nights.load(article("https://courier.example/1", "The ferry sails.", position=1, day=1))
    return nights.settings


def refusal(error: BroadsheetError) -> str:
    sentence = str(error)
    assert "\n" not in sentence.strip()
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("query", WRONG, ids=range(len(WRONG)))
def test_a_query_without_meaning_is_refused_in_one_sentence(settings: Settings, query: str) -> None:
    with open_desk(settings.warehouse) as desk, pytest.raises(UsageError) as caught:
        desk.find(Question(query))
    assert "position" in refusal(caught.value)


@pytest.mark.parametrize("query", ODD, ids=range(len(ODD)))
def test_an_odd_query_is_answered(settings: Settings, query: str) -> None:
    with open_desk(settings.warehouse) as desk:
        desk.find(Question(query))


@pytest.mark.parametrize(
    "question",
    [
        Question("a" * 3_000 + "*", folding=Folding(accents=False)),
        Question("ferry", language="\udcff"),
    ],
    ids=["long prefix", "no characters"],
)
def test_what_the_index_refuses_is_one_sentence(settings: Settings, question: Question) -> None:
    with open_desk(settings.warehouse) as desk, pytest.raises(UsageError) as caught:
        desk.find(question)
    refusal(caught.value)


def test_hits_go_to_no_file_without_a_name_and_have_no_largest_number(settings: Settings) -> None:
    rows = [("a", 1, "s", None, "en", "t", "u", "key")]
    with hits_table(rows, SEARCH_COLUMNS, settings, limit=10**30) as table:
        assert table.connection.execute(table.query).fetchall()
        with pytest.raises(UsageError) as caught:
            table.store(Path("\udcff.duckdb"))
        refusal(caught.value)


def test_a_report_replaces_no_file_of_the_warehouse(settings: Settings) -> None:
    before = (settings.warehouse / PUBLISHED).read_bytes()
    for name in (PUBLISHED, "lake/x.html", "report/../catalog.db"):
        with pytest.raises(UsageError) as caught:
            make_report(ReportRequest(out=settings.warehouse / name), settings)
        refusal(caught.value)
    assert (settings.warehouse / PUBLISHED).read_bytes() == before
    assert REPORT not in {path.name for path in settings.warehouse.iterdir()}


def test_only_a_regular_file_is_replaced(tmp_path: Path, settings: Settings) -> None:
    """Root could rename a file over /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="regular"), written_aside(pipe) as aside:
        aside.write_text("x")
    with pytest.raises(UsageError) as caught:
        make_report(ReportRequest(out=pipe), settings)
    refusal(caught.value)
    assert pipe.is_fifo()


SHEETS = {
    "too short": "article_id,version,tone\n{id}\n",
    "not a number": "article_id,version,tone\n{id},one,warm\n",
    "no digit": "article_id,version,tone\n{id},²,warm\n",
    "too large": "article_id,version,tone\n{id},1000000000000000000000000000000,warm\n",
    "negative": "article_id,version,tone\n{id},-1,warm\n",
    "two columns": "article_id,version,tone,tone\n{id},1,warm,cool\n",
    "twice": "article_id,version,tone\n{id},1,warm\n{id},1,cool\n",
    "no version": "article_id,tone\n{id},warm\n",
    "no variable": "article_id,version\n{id},1\n",
    "empty": "",
    "nul": "\x00\x00",
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_broken_sheet_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEETS[name].format(id="a" * 32), "utf-8")
    with pytest.raises(UsageError) as caught:
        read_sheet(sheet)
    refusal(caught.value)


def test_a_coder_has_a_name_that_can_be_stored(tmp_path: Path, settings: Settings) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("article_id,version,tone\na,1,warm\n", "utf-8")
    with thread_runner(1) as run_stage:
        stages = Stages(settings, run_stage, ProgressListener())
        for coder in ("", " ", "\udcff", "A\x00"):
            with pytest.raises(UsageError) as caught:
                import_sheet(sheet, coder, stages)
            refusal(caught.value)


def test_a_sample_may_ask_for_more_than_there_is(tmp_path: Path, settings: Settings) -> None:
    request = SampleRequest(10**30, tmp_path / "sheet.csv")
    assert draw_sample(request, settings)[0] == 1
    for changed in ({"where": "1="}, {"strata": ["nope"]}, {"codes": ["a", "A"]}, {"codes": [""]}):
        with pytest.raises(UsageError) as caught:
            draw_sample(replace(request, force=True, **changed), settings)
        refusal(caught.value)


def test_a_folder_without_a_warehouse_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        with pytest.raises(UsageError) as caught, open_desk(folder):
            pass
        refusal(caught.value)
        with pytest.raises(UsageError):
            make_report(ReportRequest(), load_settings(warehouse=folder))
