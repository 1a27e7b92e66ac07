"""`broadsheet demo`: two nights of invented publishers, or an archive of their pages.

All publishers and stories are about the Skerrow coast, an invented region.
"""

import shutil
from pathlib import Path

from rich.console import Console

from config.errors import UsageError
from config.settings import load_settings
from flows.actions.answers import answer_table
from flows.demo.prefect_start import start_prefect
from flows.prefect_environment import prepare
from flows.terminal.screen import screen, styled
from flows.terminal.tables import closing_table
from tasks.report.corpus_report import ReportRequest, make_report
from tasks.runs.run import IngestRequest
from warehouse.query import opened, rows

CORPUS = Path(__file__).with_name("corpus")
QUESTIONS = Path(__file__).with_name("questions")
MARK = ".broadsheet-demo"


def run_demo(warehouse: Path | None, *, archive: bool) -> None:
    """Run the demo as a Prefect flow, then print some queries and their answers.

    Args:
        warehouse: a folder that is new or holds an earlier demo, which is removed first; None:
            `demo` within the setting `warehouse`.
        archive: ingest the archive that ships with Broadsheet instead of fetching two nights.
    """
    console = screen()
    folder = (warehouse or load_settings().warehouse / "demo").absolute()
    _clear(folder)
    prepare()
    if archive:
        _ingest_corpus(console, folder)
    else:
        from flows.demo.nights import run_nights

        run_nights(console, folder)
    _print_answers(console, folder, QUESTIONS / ("archive" if archive else "nights"))
    console.print(
        f"\nThe corpus as a page, with pictures and what is missing; open it in a browser:\n"
        f"  {make_report(ReportRequest(), load_settings(warehouse=folder))}",
        soft_wrap=True,
    )
    _print_next_steps(console, folder)


def _ingest_corpus(console: Console, folder: Path) -> None:
    console.print(
        f"Ingesting {_file_count()} files of the demo corpus into {folder} by the Prefect flow "
        "`ingest`."
    )
    start_prefect(console)
    from flows.ingest import run_as_flow

    settings = load_settings(warehouse=folder)
    summary = run_as_flow(IngestRequest((str(CORPUS),)), settings, wait=False, config=None)
    console.print()
    console.print(closing_table(summary))


def _file_count() -> int:
    return sum(path.is_file() for path in CORPUS.rglob("*"))


def _clear(folder: Path) -> None:
    if (folder / MARK).is_file():
        shutil.rmtree(folder)
    elif folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} holds something else than an earlier demo: name another folder by "
            "--warehouse."
        )
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _print_answers(console: Console, folder: Path, questions: Path) -> None:
    with opened(folder) as connection:
        for question in sorted(questions.glob("*.sql")):
            text = question.read_text("utf-8")
            title, _, query = text.partition("\n")
            console.print(styled("bold", f"\n{title.removeprefix('-- ')}"))
            console.print(styled("dim", f"{query.strip()}\n"))
            console.print(answer_table(*rows(connection, query)))


def _print_next_steps(console: Console, folder: Path) -> None:
    command = ".venv/bin/broadsheet" if Path(".venv/bin/broadsheet").is_file() else "broadsheet"
    console.print(
        f"\nNext:\n"
        f'  {command} sql "select title, language, published_date from articles" -w {folder}\n'
        f'  {command} sql "select outcome, reason, locator from documents" -w {folder}\n'
        f"  {command} sources add https://YOUR-FIRST-PUBLISHER/\n"
        f"  {command} nightly\n"
        f"  {command} ingest YOUR-ARCHIVE",
        soft_wrap=True,
    )
