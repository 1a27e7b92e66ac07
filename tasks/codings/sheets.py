"""Sheets that coders have filled in: CSV as spreadsheets write it, or a workbook."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import UsageError
from tasks.codings.sample import SHEET_COLUMNS

_MOST_BYTES: Final = 500_000_000
_MOST_NAMED: Final = 12  # rows that a message names
_CELL: Final = 1_000_000
_VERSION: Final = re.compile(r"([0-9]{1,9})(\.0)?")


@dataclass(frozen=True, slots=True)
class CodedRow:
    """A row of a sheet: its number in the file, the version that was coded, and the values.

    Attributes:
        row: as spreadsheets count, where the header is row 1.
        values: the value of each variable; None where the cell is empty.
    """

    row: int
    article_id: str
    version: int
    values: dict[str, str | None]


def read_sheet(path: Path) -> list[CodedRow]:
    """Return the rows of a filled sheet.

    Raises:
        UsageError: it is no sheet of a sample, or a row names no version, or two rows name one.
    """
    names, found = _cells(path)
    for column in ("article_id", "version"):
        if column not in names:
            raise UsageError(
                f"{path} has no column {column!r}: give a sheet that `broadsheet sample` wrote."
            )
    if twice := [name for name in dict.fromkeys(names) if name and names.count(name) > 1]:
        raise UsageError(f"{path} has two columns {twice[0]!r}: rename or remove one of them.")
    variables = [name for name in names if name and name not in SHEET_COLUMNS]
    if not variables:
        raise UsageError(f"{path} has no column for a code: add one beside the text.")
    rows, unreadable = [], []
    for number, cells in found:
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        version = _VERSION.fullmatch(row.get("version", ""))
        if not row["article_id"] or version is None:
            unreadable.append(number)
            continue
        values = {name: row.get(name) or None for name in variables}
        rows.append(CodedRow(number, row["article_id"], int(version[1]), values))
    _refuse(path, unreadable, "name no article_id and version")
    _refuse(path, _repeated(rows), "name a version that another row has coded")
    return rows


def _repeated(rows: Sequence[CodedRow]) -> list[int]:
    seen: set[tuple[str, int]] = set()
    repeated = []
    for row in rows:
        if (row.article_id, row.version) in seen:
            repeated.append(row.row)
        seen.add((row.article_id, row.version))
    return repeated


def _refuse(path: Path, numbers: Sequence[int], what: str) -> None:
    if numbers:
        raise UsageError(f"Nothing was imported, for {rows_named(numbers)} of {path} {what}.")


def rows_named(numbers: Sequence[int]) -> str:
    """Return words such as "rows 4, 7 and 12" for the numbers of rows."""
    if len(numbers) == 1:
        return f"row {numbers[0]:,}"
    shown = [f"{number:,}" for number in numbers[:_MOST_NAMED]]
    if len(numbers) > _MOST_NAMED:
        return f"rows {', '.join(shown)} and {len(numbers) - _MOST_NAMED:,} more"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"


def _cells(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header, and the other rows with their numbers, without empty ones."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path} is larger than 500 MB: give the sheet of a sample.")
        rows = _workbook(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if not rows:
        raise UsageError(f"{path} is empty: give a sheet that `broadsheet sample` wrote.")
    numbered = ((n, cells) for n, cells in enumerate(rows[1:], 2) if any(map(str.strip, cells)))
    return [name.strip() for name in rows[0]], numbered


def _csv(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file; a spreadsheet may have saved it with semicolons or tabs."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not in UTF-8: save it as “CSV UTF-8”, or as a workbook (.xlsx)."
        ) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UsageError(f"{path} cannot be read as CSV: {error}.") from error


def _workbook(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise UsageError(f"{path} cannot be read as a workbook: {error}.") from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
