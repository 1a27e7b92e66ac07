"""Import of filled sheets into the table `codings`, and the agreement of coders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import xxhash

from config.errors import UsageError
from config.visible import visible
from tasks.codings.alpha import Level, krippendorff_alpha
from tasks.codings.sheets import CodedRow, read_sheet, rows_named
from tasks.load.commit import publish_tables, run_row
from tasks.pipeline import Stages
from warehouse.files import write_table_files
from warehouse.lake import Lake, open_lake
from warehouse.load import commit_run
from warehouse.query import opened, rows
from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, CODINGS
from warehouse.snapshots import take_snapshot

CODINGS_FLOW = "codings"


@dataclass(frozen=True, slots=True)
class ImportedSheet:
    """The result of an import.

    Attributes:
        articles: rows of the sheet.
        values: cells that are coded, of which `new` were not known before.
    """

    articles: int
    values: int
    new: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of all coders on a variable.

    Attributes:
        coders: those who have coded something.
        units: versions with at least two values.
        alpha: Krippendorff's alpha; None if there is nothing to compare.
    """

    variable: str
    coders: int
    units: int
    alpha: float | None


def import_sheet(
    path: Path, coder: str, stages: Stages, ordinal: Sequence[str] = (), *, wait: bool = False
) -> ImportedSheet:
    """Append the values of a sheet that the table does not have yet, and publish.

    Importing the same sheet again changes nothing. A value that was changed in the sheet replaces
    the earlier one of the same coder, and a cell that was emptied takes it back.

    Raises:
        UsageError: a row names no version of this warehouse, or `ordinal` names a variable that is
            unknown or has no ranks; then nothing is imported.
    """
    if not coder.strip() or visible(coder) != coder:
        raise UsageError("--coder is empty or has invisible characters: name who filled the sheet.")
    sheet = read_sheet(path)
    stages = stages.prepared()
    _require_ranks(sheet, ordinal, stages.settings.warehouse)
    with stages.locked("codings import", wait=wait):
        lake = open_lake(stages.settings.warehouse)
        known = _known(lake, sheet, path, coder)
        new = list(_new_values(sheet, known, path, coder))
        if new:
            _commit(new, lake, stages)
            publish_tables(stages.settings.warehouse, stages.settings)
    coded = sum(value is not None for row in sheet for value in row.values.values())
    return ImportedSheet(len(sheet), coded, len(new))


def _require_ranks(sheet: Sequence[CodedRow], ordinal: Sequence[str], warehouse: Path) -> None:
    coded = {name for row in sheet for name in row.values}
    agreements(warehouse, [name for name in ordinal if name not in coded])
    for name in coded.intersection(ordinal):
        values = [value for row in sheet if (value := row.values.get(name)) is not None]
        _agreement(name, 1, [[value, value] for value in values], is_ordinal=True)


def agreements(warehouse: Path, ordinal: Sequence[str] = ()) -> list[Agreement]:
    """Return the agreement on each variable; those in `ordinal` have ranks.

    Raises:
        UsageError: there is no such variable, or its values are no numbers.
    """
    with opened(warehouse) as connection:
        _, found = rows(
            connection,
            "select variable, article_id, version, coder, value from codings "
            "where value is not null order by all",
        )
    by_variable: dict[str, dict[tuple[str, int], list[str]]] = {}
    coders: dict[str, set[str]] = {}
    for variable, article_id, version, coder, value in found:
        units = by_variable.setdefault(variable, {})
        units.setdefault((article_id, version), []).append(value)
        coders.setdefault(variable, set()).add(coder)
    if unknown := [name for name in ordinal if name not in by_variable]:
        raise UsageError(f"No coding has the variable {unknown[0]!r}: name one of `codings`.")
    return [
        _agreement(name, len(coders[name]), list(units.values()), name in ordinal)
        for name, units in by_variable.items()
    ]


def _agreement(name: str, coders: int, units: list[list[str]], is_ordinal: bool) -> Agreement:
    level: Level = "ordinal" if is_ordinal else "nominal"
    try:
        alpha = krippendorff_alpha(units, level)
    except ValueError as error:
        raise UsageError(
            f"{name!r} has a value that is no rank ({error}): leave out --ordinal {name}."
        ) from error
    return Agreement(name, coders, sum(len(values) > 1 for values in units), alpha)


def _known(
    lake: Lake, sheet: Sequence[CodedRow], path: Path, coder: str
) -> dict[tuple[str, int, str], str | None]:
    """Return the coder's present values, after a check that all versions of the sheet exist.

    The tables themselves are asked, so that an import that was killed before it published is seen.
    """
    files = take_snapshot(lake).files
    with duckdb.connect() as connection:
        for table in (ARTICLE_VERSIONS, CODINGS):
            create_view(connection, table.name, files[table.name], table.arrow)
        named = pa.table(
            {
                "row": [row.row for row in sheet],
                "article_id": [row.article_id for row in sheet],
                "version": pa.array([row.version for row in sheet], pa.int64()),
            }
        )
        connection.register("named", named)
        strange = connection.execute(
            "select row from named anti join article_versions using (article_id, version) "
            "order by row"
        ).fetchall()
        if strange:
            raise UsageError(
                f"Nothing was imported, for {rows_named([row for (row,) in strange])} of {path} "
                "name an article or version that this warehouse does not have."
            )
        values = connection.execute(
            "select article_id, version, variable, value from codings where coder = $coder "
            "qualify row_number() over (partition by article_id, version, variable "
            "order by imported_at desc, run_id desc) = 1",
            {"coder": coder},
        ).fetchall()
    return {(article_id, version, name): value for article_id, version, name, value in values}


def _new_values(
    sheet: Sequence[CodedRow],
    known: dict[tuple[str, int, str], str | None],
    path: Path,
    coder: str,
) -> Iterator[dict[str, Any]]:
    for row in sheet:
        for variable, value in row.values.items():
            if known.get((row.article_id, row.version, variable)) != value:
                yield {
                    "article_id": row.article_id,
                    "version": row.version,
                    "coder": coder,
                    "variable": variable,
                    "value": value,
                    "sheet": path.name,
                }


def _commit(values: list[dict[str, Any]], lake: Lake, stages: Stages) -> None:
    """Commit the values as a run of its own, without documents."""
    now = datetime.now(UTC)
    key = xxhash.xxh3_64_hexdigest(repr(values).encode())[:8]
    run_id = f"{now:%Y%m%dT%H%M%S%fZ}-{key}"
    written = {"imported_at": now, "run_id": run_id}
    batch = pa.RecordBatch.from_pylist([value | written for value in values], CODINGS.arrow)
    path = lake.folder(CODINGS) / f"{run_id}-00000.parquet"
    files = write_table_files([batch], CODINGS, stages.settings.load, lambda _: path)
    row = run_row(run_id, CODINGS_FLOW, now)
    commit_run(lake, {CODINGS.name: [file.path for file in files]}, row, stages.settings.load)
