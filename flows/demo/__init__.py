"""`broadsheet demo`: the main job on the corpus that ships with Broadsheet.

The corpus is about the Skerrow coast, an invented region, with invented publishers.
"""

import shutil
from pathlib import Path

from rich.console import Console

from config.errors import UsageError
from config.settings import load_settings
from flows.commands import answer_table
from flows.prefect_environment import prepare
from flows.terminal import closing_table
from tasks.runs import Request
from warehouse.query import opened, rows

CORPUS = Path(__file__).with_name("corpus")
QUESTIONS = Path(__file__).with_name("questions")
MARK = ".broadsheet-demo"


def run_demo(warehouse: Path | None) -> None:
    """Ingests the demo corpus by the Prefect flow, then asks three questions of the result.

    Args:
        warehouse: a folder that is new or holds an earlier demo, which is removed first;
            default: `demo` within the setting `warehouse`.
    """
    console = Console()
    folder = warehouse or load_settings().warehouse / "demo"
    _clear(folder)
    console.print(
        f"Ingesting {_files()} files of the demo corpus into {folder} by the Prefect flow "
        "`ingest`; its server takes some seconds to start.\n"
    )
    prepare()
    from flows.ingest import run_as_flow

    settings = load_settings(warehouse=folder)
    summary = run_as_flow(Request((str(CORPUS),)), settings, wait=False, config=None)
    console.print()
    console.print(closing_table(summary))
    _ask(console, folder)
    _say_what_next(console, folder)


def _files() -> int:
    return sum(path.is_file() for path in CORPUS.rglob("*"))


def _clear(folder: Path) -> None:
    if (folder / MARK).is_file():
        shutil.rmtree(folder)
    elif folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} holds something else than an earlier demo: name another by --warehouse."
        )
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _ask(console: Console, folder: Path) -> None:
    with opened(folder) as connection:
        for question in sorted(QUESTIONS.glob("*.sql")):
            text = question.read_text("utf-8")
            title, _, query = text.partition("\n")
            console.print(f"\n[bold]{title.removeprefix('-- ')}[/bold]")
            console.print(f"[dim]{query.strip()}[/dim]\n", highlight=False)
            console.print(answer_table(*rows(connection, query)))


def _say_what_next(console: Console, folder: Path) -> None:
    command = ".venv/bin/broadsheet" if Path(".venv/bin/broadsheet").is_file() else "broadsheet"
    console.print(
        f"\nNext:\n"
        f'  {command} sql "select title, language, published_date from articles" -w {folder}\n'
        f'  {command} sql "select outcome, reason, locator from documents" -w {folder}\n'
        f"  {command} ingest YOUR-ARCHIVE\n"
        f"  {command} ingest --help",
        highlight=False,
        soft_wrap=True,
    )
