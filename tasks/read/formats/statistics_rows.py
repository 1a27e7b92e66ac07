"""Rows of the data files of Stata and SPSS, which a process of its own reads by ReadStat."""

import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, BinaryIO

from config.settings import ReadSettings
from tasks.read.fields import names_text
from tasks.read.formats.reading_apart import DamagedError, from_json, lines_apart, own_file
from tasks.read.formats.statistics_heads import statistics_program
from tasks.read.place import Place
from tasks.read.rows import read_row
from tasks.read.text_columns import text_remedy
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]
_Row = dict[str, Any]

# Long strings of Stata (strL) are read into memory with each chunk.
_MOST_BYTES = 1_000_000_000
_MOST_ROWS = 20_000  # of a chunk
_FIRST_ROWS = 20


def read_statistics(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield one outcome per row; one for the file if no column is known to be the text."""
    program = statistics_program(stream.peek())
    file = own_file(stream, place.settings)
    if file is None or program is None:
        yield from place.drop(Reason.TOO_LARGE, "a data file in an archive: unpack it first")
        return
    with file:
        size = file.seek(0, io.SEEK_END)
        if size > _MOST_BYTES:
            yield from place.drop(Reason.TOO_LARGE, "a data file: export it as CSV", size=size)
        else:
            yield from _read_rows(file, program, place)


def _read_rows(file: BinaryIO, program: str, place: Place) -> _Outcomes:
    number = 0
    lines = _lines(file, program, _MOST_ROWS, place.columns.get("encoding"))
    with closing(lines):
        try:
            head = _Head(next(lines))
            if not names_text(head.names, place.columns):
                yield from place.drop(Reason.NO_KNOWN_COLUMNS, head.described())
                return
            for number, cells in enumerate(lines, 1):
                yield from read_row(head.row(cells), place, f"#row={number}")
        except DamagedError as error:
            suffix = f"#row={number + 1}" if number else ""
            yield from place.drop(Reason.CORRUPT, f"{error}; export it as CSV", suffix=suffix)


def first_data_rows(
    stream: io.BufferedReader, settings: ReadSettings
) -> tuple[Sequence[str], list[_Row]] | None:
    """Return the names of the columns of a data file and its first rows; None if it is damaged."""
    program = statistics_program(stream.peek())
    file = own_file(stream, settings)
    if file is None or program is None:
        return None
    with file, closing(_lines(file, program, 0)) as lines:
        try:
            head = _Head(next(lines))
        except DamagedError:
            return None
    return head.names, head.first_rows()


class _Head:
    """The beginning of a data file.

    Attributes:
        names: its columns.
    """

    def __init__(self, line: Mapping[str, Any]) -> None:
        """Take the first line of the process."""
        self.names: Sequence[str] = line["names"]
        self._columns: Sequence[str] = line["columns"]  # without repetitions, as cells are ordered
        self._words: Mapping[str, str | None] = line["words"]
        self._labels = {name: dict(labels) for name, labels in line["labels"].items()}
        self._rows: Sequence[Sequence[Any]] = line["rows"]

    def row(self, cells: Sequence[Any]) -> _Row:
        """Return a row; where a code has a label, the label, and the code in `NAME_code`."""
        row: _Row = {}
        for name, cell in zip(self._columns, cells, strict=True):
            value = from_json(cell)
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # SPSS has no numbers but floats
            label = self._labels[name].get(value) if name in self._labels else None
            row[name] = value if label is None else label
            if label is not None:
                row[f"{name}_code"] = value
        return row

    def first_rows(self) -> list[_Row]:
        """Return the first rows, those of `described` and of a preview."""
        return [self.row(cells) for cells in self._rows]

    def described(self) -> str:
        """Return the names of the columns in code and in words, which often say more."""
        words = self._words
        shown = (f"{name} ({words[name]})" if words.get(name) else name for name in self.names)
        remedy = text_remedy(self.names, self.first_rows())
        return f"{', '.join(shown)[:500]}; {remedy}"


def _lines(
    file: BinaryIO, program: str, chunk: int, encoding: str | None = None
) -> Generator[Any, None, None]:
    """Return the lines of the process that reads a file.

    Args:
        chunk: rows that are read at once; 0 for the head alone.
    """
    job = {
        "program": program,
        "encoding": encoding,
        "first_rows": _FIRST_ROWS,
        "chunk_rows": chunk,
    }
    return lines_apart("tasks.read.formats.statistics_process", job, file)
