"""What the command line's commands do, once their arguments are parsed."""

import logging
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from config.errors import StoppedError, UsageError
from config.settings import DEFAULTS, LOCAL_FILE, Settings
from config.source_entries import TEMPLATE
from config.sources import PLACES
from flows.screen import one_line, screen, styled
from flows.terminal import ProgressWatcher, closing_table
from tasks.runs import Request, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.pipeline import Summary
    from warehouse.answers import CutCell

console = screen()
# Into a pipe, answers are not wrapped or cut.
WIDE = 10_000
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How `broadsheet sql` answers.

    Attributes:
        excel: CSV that Excel opens without harm.
        attached: DuckDB databases that the query may read, too.
    """

    format: str = "table"
    excel: bool = False
    attached: tuple[Path, ...] = ()


def read_columns(pairs: list[str]) -> tuple[tuple[str, str], ...]:
    """FIELD=COLUMN pairs.

    Raises:
        UsageError: a pair has no "=".
    """
    for pair in pairs:
        if "=" not in pair:
            raise UsageError(f"--map {pair!r} is not FIELD=COLUMN, such as text=story.")
    return tuple((pair.partition("=")[0], pair.partition("=")[2]) for pair in pairs)


def show_plan(request: Request, settings: Settings) -> None:
    """Prints what a run would read; makes nothing."""
    planned = plan(request, settings)
    size = sum(file.bytes for file in planned.files)
    console.print(
        f"{len(planned.files):,} files of {size / 1e6:,.1f} MB in {len(planned.batches):,} batches "
        f"would be read into {settings.warehouse}; nothing was written."
    )
    for file in planned.files[:20]:
        console.print(f"  {one_line(str(file.path))}  {file.bytes:,} bytes", soft_wrap=True)
    if len(planned.files) > 20:
        console.print(f"  … and {len(planned.files) - 20:,} more")


def ingest_command(
    request: Request, settings: Settings, *, wait: bool, prefect: bool, config: Path | None
) -> None:
    """Runs the pipeline, plain or as a Prefect flow run, and prints the closing table.

    Raises:
        StoppedError: after Ctrl-C.
    """
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s %(message)s")
    run = partial(_run_as_flow, config=config) if prefect else _run_plainly
    try:
        summary = run(request, settings, wait=wait)
    except KeyboardInterrupt as error:
        raise StoppedError("Stopped; the same command resumes the run.") from error
    console.print(closing_table(summary))


def _run_plainly(request: Request, settings: Settings, *, wait: bool) -> "Summary":
    from tasks.pipeline import ingest, plain_calls

    progress = ProgressWatcher(screen(stderr=True))
    with progress as watcher, plain_calls(settings.worker_count) as call:
        return ingest(request, settings, call, watcher, wait=wait)


def _run_as_flow(
    request: Request, settings: Settings, *, wait: bool, config: Path | None
) -> "Summary":
    from flows.prefect_environment import prepare

    prepare(settings.warehouse)
    from flows.ingest import run_as_flow

    return run_as_flow(request, settings, wait=wait, config=config)


def sql_command(query: str, settings: Settings, answer: AnswerOptions) -> None:
    """Print a query's answer to standard output.

    Raises:
        UsageError: the query does more than read, or the options do not go together.
    """
    from warehouse.answers import write_csv, write_excel_csv, write_json, write_parquet
    from warehouse.query import opened, rows

    if answer.format == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for terminals: redirect it, as in `... > answer.parquet`.")
    if answer.excel and answer.format != "csv":
        raise UsageError("--excel is for CSV: add --format csv.")
    out = sys.stdout.buffer
    with opened(settings.warehouse, answer.attached) as connection:
        if answer.excel:
            _name_cut_cells(write_excel_csv(connection, query, out))
        elif answer.format == "csv":
            write_csv(connection, query, out)
        elif answer.format == "json":
            write_json(connection, query, out)
        elif answer.format == "parquet":
            write_parquet(connection, query, out)
        else:
            table = answer_table(*rows(connection, query))
            console.print(table, width=None if console.is_terminal else WIDE)


def _name_cut_cells(cut: "Sequence[CutCell]") -> None:
    """Say on standard error which cells Excel could not have shown whole."""
    messages = screen(stderr=True, soft_wrap=True)
    for cell in cut[:MOST_NAMED]:
        messages.print(
            f"note: row {cell.row:,}, column {cell.column} was cut: it has {cell.characters:,} "
            "characters, and Excel shows 32,767."
        )
    if len(cut) > MOST_NAMED:
        messages.print(f"note: {len(cut) - MOST_NAMED:,} more cells were cut.")


def answer_table(names: list[str], rows: list[tuple[object, ...]]) -> Table:
    """A query's answer for the terminal."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for index, name in enumerate(names):
        numbers = all(isinstance(row[index], int | float) for row in rows)
        table.add_column(name, justify="right" if numbers and rows else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    return table


def _shown(value: object) -> Text:
    if value is None:
        return styled("dim", "NULL")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return Text(one_line(str(value)))


def init_command() -> None:
    """Writes ./broadsheet.toml, the defaults all commented out, and an empty ./sources.toml.

    Raises:
        UsageError: both are there already.
    """
    lines = DEFAULTS.read_text("utf-8").splitlines()
    files = {
        LOCAL_FILE: "\n".join(map(_commented, lines)) + "\n",
        PLACES[0]: TEMPLATE.read_text("utf-8"),
    }
    missing = {path: text for path, text in files.items() if not path.exists()}
    if not missing:
        raise UsageError(f"{LOCAL_FILE} and {PLACES[0]} are here already; they were left as is.")
    for path, text in missing.items():
        path.write_text(text, "utf-8")
    console.print(
        f"Wrote {' and '.join(map(str, missing))}: uncomment the settings that you change; "
        "`broadsheet sources add URL` adds a publisher.",
        soft_wrap=True,
    )


def _commented(line: str) -> str:
    """Section headers stay, so that a key can be uncommented where it stands."""
    return line if not line or line.startswith(("#", "[")) else f"# {line}"
