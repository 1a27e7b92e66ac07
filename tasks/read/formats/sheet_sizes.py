"""Counts the cells of a workbook before it is read, because the library makes room for all at once.

One cell in the last corner of a sheet, or a row that says it is repeated a million times, would
otherwise fill the memory of the machine. Binary sheets (.xlsb) are not counted.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from lxml import etree

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_OPEN_CONTENT = "content.xml"
_CHUNK = 1_000_000
# Cells without a value have only a style, and often reach to the last row.
_CELL = re.compile(
    rb"<(?:\w{1,10}:)?c [^<>]{0,100}?\br=\"([A-Z]{1,3})(\d{1,7})\"[^<>]{0,100}>"
    rb"<(?:\w{1,10}:)?(?:v|is|f)\b"
)
_LONGEST_CELL = 300
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def count_cells(package: zipfile.ZipFile) -> int:
    """Return how many cells the largest sheet takes up in memory; 0 if this cannot be told."""
    sheets = [name for name in package.NameToInfo if _SHEET.fullmatch(name)]
    parts = [*sheets, *({_OPEN_CONTENT} & package.NameToInfo.keys())]
    return max((_cells_of(package, name) for name in parts), default=0)


def _cells_of(package: zipfile.ZipFile, name: str) -> int:
    try:
        with package.open(name) as part:
            return _open_cells(part) if name == _OPEN_CONTENT else _excel_cells(part)
    except _DAMAGE:
        return 0  # the library says what is wrong with it


def _excel_cells(part: IO[bytes]) -> int:
    """Return the area of the smallest rectangle that has all cells."""
    first_row = first_column = 2**31
    last_row = last_column = 0
    for row, column in _places(part):
        first_row, last_row = min(first_row, row), max(last_row, row)
        first_column, last_column = min(first_column, column), max(last_column, column)
    if not last_row:
        return 0
    return (last_row - first_row + 1) * (last_column - first_column + 1)


def _places(part: IO[bytes]) -> Iterator[tuple[int, int]]:
    rest = b""
    while chunk := part.read(_CHUNK):
        data = rest + chunk
        for letters, digits in _CELL.findall(data):
            yield int(digits), _column(letters)
        rest = data[-_LONGEST_CELL:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _open_cells(part: IO[bytes]) -> int:
    """Return the cells of all tables, with repeated rows; empty cells at the end do not count."""
    cells = 0
    rows = etree.iterparse(
        part, tag=f"{_TABLE}table-row", resolve_entities=False, no_network=True, huge_tree=False
    )
    for _, row in rows:
        width = full = 0
        for cell in row:
            width += _repeated(cell, "columns")
            full = width if len(cell) else full
        cells += full * _repeated(row, "rows")
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]
    return cells


def _repeated(element: etree._Element, what: str) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated") or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1
