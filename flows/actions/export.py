"""The command `export`: articles as a file or folder that opens without Broadsheet."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from config.errors import BroadsheetError, UsageError, stopped_by_ctrl_c
from config.settings import Settings
from config.wording import counted
from flows.actions.answers import name_cut_cells
from flows.terminal.screen import one_line, screen
from warehouse.answers import CutCell
from warehouse.export_files import write_database, write_table, write_texts, write_workbook
from warehouse.export_tables import (
    Choice,
    articles_table,
    choose,
    database_tables,
    text_free_tables,
)
from warehouse.files import FULL, fsync, scratch_beside, written_aside
from warehouse.folder import absolute
from warehouse.query import opened

console = screen(soft_wrap=True)

NOTE = "export.json"  # marks a folder as an export, which --force may replace
_ENDINGS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".duckdb": "duckdb",
    ".xlsx": "xlsx",
    "": "txt",
}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The options of `export`.

    Attributes:
        format: None: by the ending of `out`.
        excel: write CSV that Excel opens safely.
        force: replace `out` if it exists.
    """

    out: Path
    format: str | None = None
    choice: Choice = field(default_factory=Choice)
    excel: bool = False
    force: bool = False

    @property
    def form(self) -> str:
        """Return the format.

        Raises:
            UsageError: neither an option nor the ending names it, or options do not go together.
        """
        form = self.format or _ENDINGS.get(self.out.suffix.lower())
        if form is None:
            raise UsageError(
                f"The ending of {self.out} names no format: add --format, such as --format csv."
            )
        if self.excel and form != "csv":
            raise UsageError("--excel is for CSV: add --format csv.")
        if self.choice.text_free and form == "txt":
            raise UsageError("--format txt is texts, and --text-free leaves them out: choose one.")
        return form

    @property
    def is_folder(self) -> bool:
        """Return whether the export is a folder of several files."""
        single = self.form in ("duckdb", "xlsx") or not (
            self.choice.text_free or self.form == "txt"
        )
        return not single


def export_command(request: ExportRequest, settings: Settings) -> None:
    """Write the articles and print how many there are.

    Raises:
        UsageError: the options are wrong, or the place is taken.
        StoppedError: Ctrl-C was pressed; nothing is left under the final name.
    """
    out = absolute(request.out)
    _require_free(request, out, absolute(settings.warehouse))
    with stopped_by_ctrl_c(f"Stopped; {out} was not written."):
        articles, cut = _export(request, out, settings)
    name_cut_cells(cut)
    console.print(
        one_line(f"{counted(articles, 'article')} {'is' if articles == 1 else 'are'} in {out}.")
    )


def _require_free(request: ExportRequest, out: Path, warehouse: Path) -> None:
    is_folder = request.is_folder
    if out.is_relative_to(warehouse):
        raise UsageError(f"{out} lies in the warehouse: name a place outside of it.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: make it first, or name another.")
    if not out.exists():
        return
    if not request.force:
        raise UsageError(f"{out} exists already: name another file, or replace it by --force.")
    if is_folder != out.is_dir() or (is_folder and not (out / NOTE).is_file()):
        raise UsageError(f"{out} is no export of this kind, so --force does not replace it.")


def _export(request: ExportRequest, out: Path, settings: Settings) -> tuple[int, list[CutCell]]:
    with scratch_beside(out) as scratch:
        limits: dict[str, str | int] = {
            "memory_limit": settings.load.memory,
            "temp_directory": str(scratch),
            # With two threads the query of `stories` needs more than 500 MB for a million articles,
            # and a database is written by one thread in any case.
            "threads": 1 if request.form == "duckdb" else min(2, settings.worker_count),
        }
        with opened(settings.warehouse, settings=limits) as connection:
            articles = choose(connection, request.choice)
            return articles, _written(connection, request, out, scratch)


def _written(
    connection: duckdb.DuckDBPyConnection, request: ExportRequest, out: Path, scratch: Path
) -> list[CutCell]:
    try:
        with _aside(request, out, scratch) as aside:
            return _write(connection, request, aside)
    except duckdb.Error as error:
        kind = BroadsheetError if isinstance(error, duckdb.OperationalError) else UsageError
        raise kind(
            f"The export failed ({str(error).splitlines()[0]}): {out} was not written."
        ) from error
    except OSError as error:
        raise BroadsheetError(
            f"{out} was not written ({error.strerror or error}): make room there, or name another "
            "place."
            if error.errno in FULL
            else f"{out} was not written: {error.strerror or error}."
        ) from error


def _write(
    connection: duckdb.DuckDBPyConnection, request: ExportRequest, path: Path
) -> list[CutCell]:
    choice, form = request.choice, request.form
    articles = articles_table(choice)
    if form == "duckdb":
        return write_database(connection, [articles, *database_tables(choice)], path)
    tables = [articles, *(text_free_tables(choice) if choice.text_free else ())]
    if form == "xlsx":
        return write_workbook(connection, tables, path)
    if form == "txt":
        return write_texts(connection, articles, path)
    kind = "excel" if request.excel else form
    if not request.is_folder:
        return write_table(connection, articles, path, kind)
    cut: list[CutCell] = []
    for table in tables:
        cut += write_table(connection, table, path / f"{table.name}.{form}", kind)
    return cut


@contextmanager
def _aside(request: ExportRequest, out: Path, scratch: Path) -> Iterator[Path]:
    """Yield the path to write to; what is written there gets its final name at the end."""
    if not request.is_folder:
        with written_aside(out, scratch) as aside:
            yield aside
        return
    aside = scratch / "new"
    aside.mkdir()
    yield aside
    note = {"where": request.choice.where, "text_free": request.choice.text_free}
    (aside / NOTE).write_text(json.dumps(note) + "\n", "utf-8")
    if out.exists():
        out.rename(scratch / "old")
    aside.rename(out)
    fsync(out.parent)
