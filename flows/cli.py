"""The command `broadsheet`. Heavy modules are imported where they are used: --help stays quick."""

import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from config.errors import BroadsheetError, disk_fault
from flows.cli_nights import register as register_nights
from flows.cli_repair import register as register_repair
from flows.cli_service import register as register_service
from flows.options import (
    AsFlow,
    Columns,
    Config,
    DryRun,
    Extractor,
    KeepAll,
    Limit,
    Paths,
    Source,
    Wait,
    Warehouse,
    Workers,
)

app = typer.Typer(
    name="broadsheet",
    help="News pages in, trustworthy tables out.\n\n"
    "Try [bold]broadsheet demo[/bold]; then [bold]broadsheet ingest[/bold] a folder of your own, "
    "and ask it with [bold]broadsheet sql[/bold].",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Runs the command line; every expected error is one sentence and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that the terminal cannot show
    try:
        app()
    except BroadsheetError as error:
        _say(str(error))
        sys.exit(error.exit_status)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        _say(disk_fault(error))
        sys.exit(1)


def _say(sentence: str) -> None:
    from flows.screen import visible

    typer.echo(f"broadsheet: {visible(sentence)}", err=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"broadsheet {version('broadsheet')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
]


@app.callback()
def _root(version: Version = False) -> None:
    """Options that come before the command."""


@app.command()
def ingest(
    paths: Paths,
    warehouse: Warehouse = None,
    source: Source = None,
    workers: Workers = None,
    limit: Limit = None,
    columns: Columns = None,
    extractor: Extractor = None,
    dry_run: DryRun = False,
    keep_all: KeepAll = False,
    wait: Wait = False,
    prefect: AsFlow = False,
    config: Config = None,
) -> None:
    """Read archives and folders into the warehouse.

    Takes WARC, saved HTML pages, plain text, Markdown, JSON, JSONL, CSV/TSV,
    Parquet, each also compressed (gzip, bzip2, xz, zstd) or inside zip and tar;
    files are known by their content. Closes with a table of what became of every
    document. The same command again changes nothing; after a kill it resumes.

    [dim]broadsheet ingest archive.warc.gz[/dim]
    [dim]broadsheet ingest stories/ --source "Harbour Courier" --limit 100[/dim]
    [dim]broadsheet ingest dump.jsonl --map text=story --map published=day[/dim]
    """
    from config.settings import load_settings
    from flows.commands import ingest_command, read_columns, show_plan
    from tasks.runs import Request

    chosen = {"extractor": extractor, "keep_all": keep_all or None}
    settings = load_settings(config, warehouse=warehouse, workers=workers, process=chosen)
    request = Request(tuple(paths), source, read_columns(columns or []), limit)
    if dry_run:
        show_plan(request, settings)
    else:
        ingest_command(request, settings, wait=wait, prefect=prefect, config=config)


@app.command()
def sql(
    query: Annotated[
        str, typer.Argument(help="One SQL statement; - reads it from standard input.")
    ],
    warehouse: Warehouse = None,
    format: Annotated[
        Literal["table", "csv", "json", "parquet"],
        typer.Option("--format", "-f", help="How to print the answer."),
    ] = "table",
    excel: Annotated[
        bool,
        typer.Option("--excel", help="CSV that Excel opens: with a BOM, without formulas."),
    ] = False,
    attach: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A DuckDB database to read, too, under its file's name."),
    ] = None,
    config: Config = None,
) -> None:
    """Ask the published tables, read-only; also while a run is loading.

    One statement that reads the warehouse, and databases named by --attach;
    other files are out of reach.

    [dim]broadsheet sql "select source, count(*) from articles group by all"[/dim]
    [dim]broadsheet sql "select reason, count(*) from documents group by all order by 2 desc"[/dim]
    [dim]broadsheet sql "from articles" --format parquet > articles.parquet[/dim]
    """
    from config.settings import load_settings
    from flows.commands import AnswerOptions, sql_command

    settings = load_settings(config, warehouse=warehouse)
    answer = AnswerOptions(format, excel, tuple(attach or ()))
    sql_command(sys.stdin.read() if query == "-" else query, settings, answer)


@app.command()
def explain(
    named: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE|ARTICLE_ID",
            help="An address or article_id that the warehouse knows, or a file's first document.",
        ),
    ],
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it as a page with the text in colours."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show short blocks that were dropped, too.")
    ] = False,
    extractor: Extractor = None,
    keep_all: KeepAll = False,
    warehouse: Warehouse = None,
    config: Config = None,
) -> None:
    """Show what was kept and dropped of one page, and why.

    Processes the stored bytes of a document anew, with the settings as they are
    now: the outcome, the titles and dates that were weighed, and every block of
    text with its verdict. Works for rejected documents, too.

    [dim]broadsheet explain https://courier.example/2025/pier[/dim]
    [dim]broadsheet explain saved/page.html --html why.html[/dim]
    """
    from config.settings import load_settings
    from flows.explain import explain_command

    chosen = {"extractor": extractor, "keep_all": keep_all or None}
    settings = load_settings(config, warehouse=warehouse, process=chosen)
    explain_command(named, settings, html, every=every)


@app.command()
def demo(
    warehouse: Warehouse = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Ingest a small archive instead of the two nights.")
    ] = False,
) -> None:
    """Two nights of invented publishers, served on this machine; shows what comes out.

    Runs the flow `nightly` twice, with the sites changed between.
    """
    from flows.demo import run_demo

    run_demo(warehouse, archive=archive)


@app.command()
def doctor(
    warehouse: Warehouse = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read all of the warehouse's files, not only their ends.")
    ] = False,
    config: Config = None,
) -> None:
    """Check the installation, the settings, the disk and the warehouse; change nothing."""
    from flows.doctor import report

    sys.exit(report(config, warehouse, deep=deep))


@app.command()
def init() -> None:
    """Write a commented broadsheet.toml and sources.toml into this folder."""
    from flows.commands import init_command

    init_command()


register_nights(app)
register_repair(app)
register_service(app)
