"""The documentation is true: tables are the schema's, and every query runs."""

import json
import re
import runpy
import shlex
from datetime import date
from pathlib import Path

import pytest

from config.settings import load_settings
from flows.cli import app
from flows.demo.server import serve
from tasks.jobs.ingest import ingest
from tasks.jobs.nightly import NightRequest, nightly
from tasks.jobs.urls import open_list, request_of, take_urls
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tasks.runs.run import IngestRequest
from tests.jobs.site import write_config
from warehouse.query import opened, rows

ROOT = Path(__file__).parent.parent
STORIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "stories.md").read_text("utf-8"), re.S)
# Queries with the answers that the page shows, and the part of the demo that gives them.
ANSWERS = re.findall(
    r"```sql\n((?:(?!```).)*?)```\n\nOn the demo's (archive|two nights) [^`]*?:\n\n```\n(.*?)```",
    (ROOT / "docs" / "stories.md").read_text("utf-8"),
    re.S,
)
# Commands with their output, on the demo's archive.
COMMANDS = re.findall(
    r"```\n\$ broadsheet ([^\n]*)\n(.*?)```", (ROOT / "docs" / "words.md").read_text("utf-8"), re.S
)
MARTS = ("attention", "syndication", "agencies", "coverage")
QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "cookbook.md").read_text("utf-8"), re.S)
LABELLED = """title,text,label
The pier opens,"The harbour council met on Monday and said that the pier would open in May.",harbour
The pier closes,"Storms have damaged the pier, and the council closed it on Tuesday night.",weather
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's archive and nights, a data set with labels, and a list of addresses.

    Before the second night a line is dropped.
    """
    base = tmp_path_factory.mktemp("demo")
    corpus = str(ROOT / "flows" / "demo" / "corpus")
    labelled = base / "labelled.csv"
    labelled.write_text(LABELLED, "utf-8")
    addresses = base / "addresses.txt"
    addresses.write_text("http://www.marrowbycourier.example/about\n", "utf-8")
    with serve() as site, thread_runner(2) as run_stage:
        settings = load_settings(write_config(base, site), warehouse=base / "w")
        ingest(
            IngestRequest((corpus, str(labelled))), Stages(settings, run_stage, ProgressListener())
        )
        for number in (1, 2):
            site.show_night(number)
            stages = Stages(settings, run_stage, ProgressListener())
            nightly(NightRequest(date(2025, 3, 10 + number)), stages)
            if number == 1:
                drop_a_line(base / "w")
        listed = open_list(addresses, settings, None)
        take_urls(request_of("addresses.txt", listed, date(2025, 3, 13), None), listed, stages)
    return base / "w"


def drop_a_line(warehouse: Path) -> None:
    """Says that the last paragraph of some article is boilerplate."""
    query = "select source, string_split(text, e'\n\n')[-1] from articles where source is not null"
    with opened(warehouse) as connection:
        _, [(source, line), *_] = rows(connection, query)
    said = f"[{json.dumps(source)}]\ndrop = [{json.dumps(line)}]\n"
    (warehouse / "boilerplate.toml").write_text(said, "utf-8")


def test_the_page_of_tables_is_the_one_that_the_schema_makes() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_tables.py"))["page"]()
    assert (ROOT / "docs" / "tables.md").read_text("utf-8") == made, "run `make docs`"


def test_the_names_of_columns_are_those_that_are_known() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_tables.py"))["with_field_names"]
    text = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert text == made(text), "run `make docs`"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n")[1].strip())
def test_a_query_of_the_cookbook_runs_and_has_an_answer(warehouse: Path, query: str) -> None:
    with opened(warehouse) as connection:
        _, found = rows(connection, query)
    assert found


@pytest.mark.parametrize("query", STORIES, ids=lambda query: query.split("\n")[0][3:])
def test_a_query_of_the_page_on_stories_runs(warehouse: Path, query: str) -> None:
    with opened(warehouse) as connection:
        rows(connection, query)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's archive alone."""
    folder = tmp_path_factory.mktemp("archive") / "w"
    corpus = str(ROOT / "flows" / "demo" / "corpus")
    with thread_runner(2) as run_stage:
        stages = Stages(load_settings(warehouse=folder), run_stage, ProgressListener())
        ingest(IngestRequest((corpus,)), stages)
    return folder


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's nights alone."""
    base = tmp_path_factory.mktemp("nights")
    with serve() as site, thread_runner(2) as run_stage:
        settings = load_settings(write_config(base, site), warehouse=base / "w")
        for number in (1, 2):
            site.show_night(number)
            stages = Stages(settings, run_stage, ProgressListener())
            nightly(NightRequest(date(2025, 3, 10 + number)), stages)
    return base / "w"


def test_each_mart_has_an_answer_on_the_page_of_stories() -> None:
    shown = [re.findall(r"^from (\w+)", query, re.M) for query, _, _ in ANSWERS]
    assert shown == [[mart] for mart in MARTS]


@pytest.mark.parametrize(("query", "part", "answer"), ANSWERS, ids=MARTS)
def test_an_answer_on_the_page_of_stories_is_the_one_of_the_demo(
    request: pytest.FixtureRequest, query: str, part: str, answer: str
) -> None:
    folder: Path = request.getfixturevalue(part.replace(" ", "_"))
    with opened(folder) as connection:
        names, found = rows(connection, query)
    cells = [["NULL" if cell is None else str(cell) for cell in row] for row in found]
    assert [re.split(r" {2,}", line.strip()) for line in answer.splitlines()] == [names, *cells]


@pytest.mark.parametrize(("command", "answer"), COMMANDS, ids=lambda text: text.split("\n")[0][:40])
def test_the_output_on_the_page_of_words_is_the_one_of_the_demo(
    archive: Path,
    command: str,
    answer: str,
    capsysbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    app([*shlex.split(command), "--warehouse", str(archive)], standalone_mode=False)
    printed = b"".join(capsysbinary.readouterr()).decode()
    assert [line.rstrip() for line in printed.splitlines()] == answer.splitlines()


def test_the_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


def test_every_dependency_has_a_line_that_says_why() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    block = pyproject.partition("dependencies = [")[2].partition("\n]")[0]
    names = re.findall(r'^ +"([a-z0-9-]+)', block, re.M)
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert names
    assert not [name for name in names if name not in page]
