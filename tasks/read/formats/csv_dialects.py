"""The dialect of a CSV file, found in its beginning or named by the user."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from config.wording import counted
from tasks.read.fields import NAMED_CHARACTERS, find_columns, names_text

_DELIMITERS = ",\t;|"
_SEP = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_MOST_PREAMBLE = 20  # lines above the header, such as the name and day of an export
_SAMPLE = 30
_LONGEST_NAME = 60
_DATA = re.compile(r"https?://|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|-?\d+([.,]\d+)?$")


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How the rows of a file are written, and the names of its columns.

    Attributes:
        backslash: a quote within quotes is written as \\" and not doubled, as Spark does it.
        header: names, no two alike; the numbers 1, 2, 3, … where the file has no header.
        quote: "" where quotes mean nothing.
        skip: lines above the header, or above the first row where there is none.
        has_header: whether a line names the columns.
        repeated: columns whose name stood in the header before, with that name.
        line_end: "\\r" in files of old Macs.
    """

    delimiter: str
    backslash: bool
    header: tuple[str, ...]
    quote: str = '"'
    skip: int = 0
    has_header: bool = True
    repeated: tuple[tuple[str, str], ...] = ()
    line_end: str = "\n"

    @property
    def in_words(self) -> str:
        """Return the dialect for a person, such as `delimiter ";", with a header`."""
        delimiter = {"\t": "tab", " ": "space"}.get(self.delimiter, f'"{self.delimiter}"')
        said = [f"delimiter {delimiter}"]
        if self.quote != '"':
            said.append(f"quote {self.quote}" if self.quote else "no quotes")
        if self.backslash:
            said.append("quotes escaped by \\")
        said.append("with a header" if self.has_header else "without a header")
        if self.has_header and self.skip:
            said.append(f"{counted(self.skip, 'line')} above it")
        return ", ".join(said)

    @property
    def options(self) -> dict[str, Any]:
        """Return what `csv.reader` is to be called with."""
        options: dict[str, Any] = {"delimiter": self.delimiter}
        options |= {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        if self.backslash:
            options |= {"escapechar": "\\", "doublequote": False}
        return options


def csv_dialect(head: str, columns: Mapping[str, str]) -> CsvDialect:
    """Find the dialect; the header is the first line that names a text, else the first line.

    `csv.Sniffer` guesses from letter frequencies over all lines and is misled by prose.

    Args:
        columns: the user's choice of columns, and of `delimiter`, `quote` and `header`.
    """
    text = head.removeprefix("\ufeff")
    line_end = "\n" if "\n" in text or "\r" not in text else "\r"
    lines = text.split(line_end)
    delimiter, skip = _delimiter(lines, columns)
    # Text that is the third column of a table is no reason to take a line with a 3 for its header.
    names = {field: name for field, name in columns.items() if not name.isdigit()}
    number, cells = _header_line(lines, skip, delimiter, names)
    quote = columns.get("quote") or ("'" if _is_quoted_by_apostrophes(lines[number]) else '"')
    has_header = columns.get("header") != "no" and not (
        not names_text(cells, names) and any(map(is_data, cells))
    )
    if not has_header:
        number = skip
        delimiter = delimiter or _delimiter_of_rows(line_end.join(lines[skip:]))
    delimiter = delimiter or _most_frequent(lines[number])
    quote = "" if quote == "none" else quote
    cells = _cells(lines[number], delimiter, quote)
    header, repeated = column_names(cells, has_header=has_header)
    backslash = '\\"' in head and '""' not in head
    return CsvDialect(delimiter, backslash, header, quote, number, has_header, repeated, line_end)


def first_rows(head: str, dialect: CsvDialect) -> list[dict[str, str]]:
    """Return the first whole rows of a file, given its beginning."""
    lines = head.removeprefix("\ufeff").split(dialect.line_end)
    text = "\n".join(lines[dialect.skip + dialect.has_header : -1])
    reader = csv.reader(io.StringIO(text), **dialect.options)
    rows: list[dict[str, str]] = []
    with suppress(csv.Error):
        for cells in islice(reader, _SAMPLE):
            if len(cells) == len(dialect.header):
                rows.append(dict(zip(dialect.header, cells, strict=True)))
    return rows


def _delimiter(lines: Sequence[str], columns: Mapping[str, str]) -> tuple[str, int]:
    """Return the delimiter that is named, "" if none is, and the lines before what follows."""
    named = columns.get("delimiter", "")
    said = _SEP.fullmatch(lines[0].strip("\r")) if lines else None  # written by Excel
    skip = 1 if said else 0
    while skip < len(lines) - 1 and not lines[skip].strip():
        skip += 1
    return NAMED_CHARACTERS.get(named, named) or (said[1] if said else ""), skip


def _header_line(
    lines: Sequence[str], skip: int, delimiter: str, columns: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Return the number and the cells of the header."""
    first = _cells(lines[skip], delimiter or _most_frequent(lines[skip]))
    if names_text(first, columns):
        return skip, first
    for number in range(skip + 1, min(len(lines), skip + _MOST_PREAMBLE)):
        line = lines[number]
        cells = _cells(line, delimiter or _most_frequent(line))
        # A row may have `article` in a cell; it has no two names, nor more cells than the first.
        if len(cells) > len(first) and names_text(cells, columns) and len(_fields(cells)) > 1:
            return number, cells
    return skip, first


def _fields(cells: Sequence[str]) -> set[str]:
    return set(find_columns(cells, {}))


def _most_frequent(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _cells(line: str, delimiter: str, quote: str = '"') -> list[str]:
    if _is_quoted_by_apostrophes(line):
        quote = "'"
    quoting: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    try:
        cells = next(csv.reader([line.rstrip("\r")], delimiter=delimiter, **quoting), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in cells]


def _is_quoted_by_apostrophes(line: str) -> bool:
    return re.fullmatch(r"'[^'\"]*'([,;|\t]'[^'\"]*')+\s*", line) is not None


def is_data(cell: str) -> bool:
    """Return whether a cell can hardly be the name of a column."""
    return len(cell) > _LONGEST_NAME or _DATA.match(cell) is not None


def _delimiter_of_rows(text: str) -> str:
    """Return the delimiter that cuts most rows into the same number of cells."""

    def evenness(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
        try:
            widths = Counter(len(row) for row in islice(reader, _SAMPLE) if row)
        except csv.Error:
            return 0, 0
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        return (count, width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=evenness)


def column_names(
    cells: Sequence[str], *, has_header: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return names for the columns, no two alike, and those that repeat one with its first place.

    Args:
        cells: of the header, or of the first row where there is none.
    """
    if not has_header:
        return tuple(str(number) for number in range(1, len(cells) + 1)), ()
    names: dict[str, None] = {}  # in order; a head of 64 kB may be thousands of cells alike
    repeated = []
    reserved = set(cells)
    next_numbers: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        name = cell or f"column_{number}"
        if name in names:
            count = next_numbers.get(name, 2)
            while (numbered := f"{name}_{count}") in reserved or numbered in names:
                count += 1
            next_numbers[name] = count + 1
            repeated.append((numbered, name))
            name = numbered
        names[name] = None
    return tuple(names), tuple(repeated)
