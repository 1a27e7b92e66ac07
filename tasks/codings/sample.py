"""Samples of articles as sheets for coders."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

import duckdb

from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from warehouse.answers import CutCell
from warehouse.export_files import write_table, write_workbook
from warehouse.export_tables import ExportTable
from warehouse.files import FULL, written_aside
from warehouse.folder import absolute
from warehouse.query import opened, require_reading, rows
from warehouse.statements import sql_quoted, statement

# Strata that a person may name, and the expressions on `articles` that they stand for.
STRATA: Final = {
    **{name: name for name in ("source", "domain", "language", "section", "access_state")},
    "page_type": "page_type",
    "day": "published_date",
    "month": "date_trunc('month', published_date)",
    "year": "date_trunc('year', published_date)",
}
# Columns of a sheet that say what was coded; all others are variables.
SHEET_COLUMNS: Final = (
    *("article_id", "version", "source", "published_date", "language", "url", "title", "text"),
)
_FORMS: Final = {".csv": "excel", ".xlsx": "xlsx"}
_MOST_ARTICLES: Final = 1 << 62  # DuckDB's integers end soon after it
_CODE: Final = re.compile(r"\w[\w .-]{0,60}")


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """A sample that is to be drawn.

    Attributes:
        count: the number of articles.
        strata: names in STRATA; the sample is in proportion to them.
        seed: the same seed draws the same articles.
        where: a condition on the columns of `articles`.
        codes: the names of the empty columns.
        force: replace `out`, which may hold the work of a coder.
    """

    count: int
    out: Path
    strata: Sequence[str] = ()
    seed: int = 1
    where: str = "true"
    codes: Sequence[str] = ()
    force: bool = False


def draw_sample(request: SampleRequest, settings: Settings) -> tuple[int, list[CutCell]]:
    """Write a sheet, and return the number of its articles and the cells that were cut.

    Raises:
        UsageError: the request cannot be met, or the sheet exists.
    """
    out = absolute(request.out)
    form = _form_of(request, out, settings.warehouse)
    query = _query(request)
    with tempfile.TemporaryDirectory(prefix="broadsheet-sample-") as spill:
        limits: dict[str, str | int] = {"memory_limit": settings.load.memory}
        limits |= {"temp_directory": spill, "threads": min(2, settings.worker_count)}
        with opened(settings.warehouse, settings=limits) as connection:
            count = _count(connection, request, query)
            return count, _write(connection, query, out, form)


def _write(
    connection: duckdb.DuckDBPyConnection, query: str, out: Path, form: str
) -> list[CutCell]:
    table = ExportTable("sample", query)
    try:
        with written_aside(out) as aside:
            if form == "xlsx":
                return write_workbook(connection, [table], aside)
            return write_table(connection, table, aside, form)
    except OSError as error:
        if error.errno in FULL:
            raise BroadsheetError(
                f"{out} was not written ({error.strerror}): make room there, or name another place."
            ) from error
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error


def _form_of(request: SampleRequest, out: Path, warehouse: Path) -> str:
    form = _FORMS.get(out.suffix.lower())
    if form is None:
        raise UsageError(f"A sheet is .csv or .xlsx, and {out} is neither: name another file.")
    if out.is_relative_to(absolute(warehouse)):
        raise UsageError(f"{out} lies in the warehouse: name a place outside of it.")
    if out.exists() and not request.force:
        raise UsageError(
            f"{out} exists already, and may hold codings: name another file, or replace it by "
            "--force."
        )
    return form


def _query(request: SampleRequest) -> str:
    if unknown := [name for name in request.strata if name not in STRATA]:
        raise UsageError(f"There is no stratum {unknown[0]!r}: choose among {', '.join(STRATA)}.")
    taken = {name.lower() for name in SHEET_COLUMNS}
    for code in request.codes:
        if not _CODE.fullmatch(code) or code.lower() in taken:
            raise UsageError(
                f"--code {code!r} cannot be a column: choose a short name of letters and digits "
                "that no other column has."
            )
        taken.add(code.lower())
    codes = "".join(f',\n    null::varchar as "{code}"' for code in request.codes)
    return Template(statement("sample")).substitute(
        where=request.where,
        strata=", ".join(f"{STRATA[name]}::varchar" for name in request.strata) or "''",
        seed=request.seed,
        count=min(request.count, _MOST_ARTICLES),
        codes=codes,
    )


def _count(connection: duckdb.DuckDBPyConnection, request: SampleRequest, query: str) -> int:
    asked = f"select count(*) from articles where (\n{request.where}\n)"
    try:
        require_reading(asked)
        [(candidates,)] = connection.execute(asked).fetchall()
    except (duckdb.Error, UsageError) as error:
        raise UsageError(
            f"--where {sql_quoted(request.where)} cannot be used ({str(error).splitlines()[0]}): "
            "give a condition on the columns of `articles`, such as \"language = 'en'\"."
        ) from error
    if not candidates:
        raise UsageError("No article meets the condition: nothing was written.")
    [(count,)] = rows(connection, f"select count(*) from (\n{query}\n)")[1]
    return int(count)
