"""Rows of spreadsheets (Excel, OpenDocument): each sheet is a table."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, BinaryIO

from tasks.read.fields import names_text
from tasks.read.formats.csv_dialects import column_names, is_data
from tasks.read.formats.reading_apart import DamagedError, from_json, lines_apart, own_file
from tasks.read.formats.sheet_sizes import count_cells
from tasks.read.locators import quoted
from tasks.read.place import Place
from tasks.read.rows import read_row
from tasks.read.streams import too_expanded
from tasks.read.text_columns import text_remedy
from tasks.read.zips import ForeignDirectoryError, open_zip
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]
_Cells = Sequence[Any]

# A workbook is read as a whole: so many bytes, of the file and of what is packed in it.
_MOST_BYTES = 500_000_000
# Cells of a sheet, which take 24 bytes each: a million rows of 16 columns have fewer.
_MOST_CELLS = 20_000_000
_MOST_PREAMBLE = 20


def read_workbook(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield one outcome per row of each sheet, and one for a sheet that names no text."""
    file = own_file(stream, place.settings)
    if file is None:
        yield from place.drop(Reason.TOO_LARGE, "a workbook in an archive: unpack it first")
        return
    with file:
        size = file.seek(0, io.SEEK_END)
        if refusal := _refusal(file, size, place):
            yield from place.drop(refusal, "a workbook: save it as CSV", size=size)
            return
        with closing(lines_apart("tasks.read.formats.sheets_process", {}, file)) as lines:
            try:
                yield from _read_sheets(lines, place)
            except DamagedError as error:
                yield from place.drop(Reason.CORRUPT, f"{error}; save it as CSV")


def _read_sheets(lines: Iterator[Any], place: Place) -> _Outcomes:
    """Yield the outcomes of all sheets; each line has the number and name of a sheet, and a row."""
    for (_, name), rows in groupby(lines, key=itemgetter(0, 1)):
        table = place.member(f"{place.locator}!{quoted(name)}", name)
        yield from read_table(([from_json(cell) for cell in row] for _, _, row in rows), table)


def _refusal(file: BinaryIO, packed: int, place: Place) -> Reason | None:
    if packed > _MOST_BYTES:
        return Reason.TOO_LARGE
    try:
        package = open_zip(file)
    except ForeignDirectoryError:
        return Reason.CORRUPT  # the library would read a workbook that is embedded in it
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None  # the library says what is wrong with it
    size = sum(member.file_size for member in package.infolist())
    if too_expanded(size, packed, place.settings):
        return Reason.BOMB
    if size > _MOST_BYTES:
        return Reason.TOO_LARGE
    return Reason.BOMB if count_cells(package) > _MOST_CELLS else None


def read_table(rows: Iterable[_Cells], place: Place) -> _Outcomes:
    """Yield the outcomes of the rows below a header, which may stand below other lines."""
    filled = (row for row in rows if any(cell not in ("", None) for cell in row))
    head = list(islice(filled, _MOST_PREAMBLE))
    if not head:
        return
    names, first = _header(head, place)
    if not names_text(names, place.columns):
        sample = [dict(zip(names, row, strict=False)) for row in head[first:]]
        detail = f"{', '.join(names)[:300]}; {text_remedy(names, sample)}"
        yield from place.drop(Reason.NO_KNOWN_COLUMNS, detail)
        return
    for number, row in enumerate(chain(head[first:], filled), 1):
        cells = dict(zip(names, map(_plain, row), strict=False))
        yield from read_row(cells, place, f"#row={number}")


def _header(head: Sequence[_Cells], place: Place) -> tuple[tuple[str, ...], int]:
    """Return the names of the columns, and how many rows stand above the first with data."""
    columns = {field: name for field, name in place.columns.items() if not name.isdigit()}
    lines = [[str(cell).strip() for cell in row] for row in head]
    for number, line in enumerate(lines):
        if names_text(line, columns):
            return column_names(line, has_header=True)[0], number + 1
    has_header = place.columns.get("header") != "no" and not any(map(is_data, lines[0]))
    return column_names(lines[0], has_header=has_header)[0], int(has_header)


def _plain(cell: Any) -> Any:
    """Return whole numbers as such; a spreadsheet has no others than floats."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
