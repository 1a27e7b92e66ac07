"""Rows of CSV and TSV; a bad row costs itself and not its neighbours."""

import csv
import io
from collections import deque
from collections.abc import Iterator

from tasks.read.fields import names_text
from tasks.read.formats.csv_dialects import CsvDialect, csv_dialect, first_rows
from tasks.read.formats.json_values import row_bytes
from tasks.read.kinds import HEAD_BYTES
from tasks.read.place import Place, dropped
from tasks.read.rows import row_outcome
from tasks.read.streams import FaultStream, buffered, fault_of
from tasks.read.text_columns import text_remedy
from tasks.read.transcoding import BAD_BYTE, Transcoding
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]

# Lines such as `x","y` open a quote wherever they stand, and each costs the reading of all that
# follows: past this many characters, or so many times the file, rows are given up much sooner.
MOST_AGAIN = 1_000_000
MOST_TIMES_AGAIN = 10
LINES_OF_A_ROW = 50


# The error of Python's reader.
_END_IN_QUOTES = "unexpected end of data"


class _RowTooLargeError(Exception):
    """A row's lines are more than a row may have, such as after a quote that is never closed."""


class _Lines:
    """The lines of a file, one row's worth of which can be put back.

    Attributes:
        row: the lines that the row being parsed has taken so far.
        cut_off: the file ends within the last line.
        cut: the last line is too long, and only its beginning is there.
    """

    def __init__(self, stream: io.BufferedReader, cap: int) -> None:
        self._stream = stream
        self._cap = cap
        self._again: deque[str] = deque()
        self._size = 0
        self._read_size = 0
        self._again_size = 0
        self.row: list[str] = []
        self.cut = False
        self.cut_off = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.row.append(line)
        self._size += len(line)
        if self._size > self._cap or (len(self.row) > LINES_OF_A_ROW and self._is_costly()):
            raise _RowTooLargeError
        return line

    def _is_costly(self) -> bool:
        return self._again_size > MOST_AGAIN + MOST_TIMES_AGAIN * self._read_size

    def _read(self) -> str:
        line = self._stream.readline(self._cap + 1)
        if len(line) > self._cap and not line.endswith(b"\n"):
            self.cut = True
            while (more := self._stream.readline(HEAD_BYTES)) and not more.endswith(b"\n"):
                pass
        self.cut_off = not line.endswith(b"\n")
        self._read_size += len(line)
        return line.decode("utf-8", "replace")

    def start_row(self) -> None:
        self.row = []
        self._size = 0
        self.cut = False

    def put_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self._again_size += sum(map(len, lines))


class _Rows:
    """The rows of a file as lists of cells, or as what is wrong with them."""

    def __init__(self, lines: _Lines, dialect: CsvDialect) -> None:
        self._lines = lines
        self._width = len(dialect.header)
        self._options = dialect.options
        self._delimiter = dialect.delimiter
        self._quote = dialect.quote
        # Strict: otherwise a quote that is never closed swallows the beginning of the next row,
        # and the two can look like one good row.
        self._reader = csv.reader(lines, strict=True, **self._options)

    def __iter__(self) -> Iterator[list[str] | tuple[Reason, str]]:
        while True:
            self._lines.start_row()
            try:
                cells = next(self._reader, None)
            except (csv.Error, _RowTooLargeError) as error:
                yield self._recover(error)
                continue
            if cells is None:
                return
            if not cells:  # a blank line
                continue
            if len(self._lines.row) > 1 and all(map(self._by_tabs, self._lines.row)):
                cells = self._first_of_lines()  # a quote in the text has joined whole rows
            if len(cells) > self._width and not any(cells[self._width :]):
                cells = cells[: self._width]  # a delimiter ends each row
            if len(cells) != self._width:
                yield self._recover(f"{len(cells)} columns instead of {self._width}")
            else:
                yield cells

    def _recover(self, problem: object) -> list[str] | tuple[Reason, str]:
        """Give up as few lines as possible, and put the others back."""
        lines = self._lines.row
        if self._lines.cut:
            return Reason.TOO_LARGE, "one line"
        if self._by_tabs(lines[0]) and all(map(self._by_tabs, lines[1:2])):
            return self._first_of_lines()
        if len(lines) == 1 and (not self._quote or lines[0].count(self._quote) % 2 == 0):
            return self._sloppy(lines[0]) or (Reason.BAD_ROW, str(problem)[:200])
        for number, line in enumerate(lines[1:], 1):
            if self._alone(line, strict=True):
                self._lines.put_back(lines[number:])
                return Reason.BAD_ROW, "a quote is not closed"
        if isinstance(problem, _RowTooLargeError):
            return Reason.TOO_LARGE, "one row"
        if str(problem) == _END_IN_QUOTES:
            return Reason.BAD_ROW, "a quote is not closed"
        return Reason.BAD_ROW, str(problem)[:200]

    def _sloppy(self, line: str) -> list[str] | None:
        """Return the cells of a line with quotes in odd places, such as `"a"b`."""
        return self._by_tabs(line) or self._alone(line, strict=False)

    def _first_of_lines(self) -> list[str]:
        """Return the cells of the first of several lines that are rows, and put the others back."""
        first, *others = self._lines.row
        self._lines.put_back(others)
        return self._by_tabs(first) or []

    def _by_tabs(self, line: str) -> list[str] | None:
        """Return the cells between tabs, which no quote has to protect; None if it is no row."""
        cells = line.rstrip("\r\n").split("\t") if self._delimiter == "\t" else []
        return cells if len(cells) == self._width else None

    def _alone(self, line: str, *, strict: bool) -> list[str] | None:
        """Return the cells of a line that is a whole row by itself; None if it is not."""
        try:
            cells = next(csv.reader([line], strict=strict, **self._options), [])
        except csv.Error:
            return None
        return cells if len(cells) == self._width else None


class _LineEnds(FaultStream):
    """A UTF-8 text whose lines end with CR, as old Macs write them, with LF in its place."""

    def __init__(self, stream: io.BufferedReader) -> None:
        super().__init__()
        self._stream = stream

    def more(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.fault: Reason | None = fault_of(self._stream)
        return data.replace(b"\r", b"\n")


def read_csv(stream: io.BufferedReader, place: Place, encoding: str | None) -> _Outcomes:
    """Yield an outcome per row that is not blank, numbered without the header."""
    # A process-wide setting of the csv module; rows are bounded by _Lines already.
    csv.field_size_limit(row_bytes(place) + 1)
    text = buffered(Transcoding(stream, encoding))
    head = text.peek(HEAD_BYTES).decode("utf-8", "replace")
    dialect = csv_dialect(head, place.columns)
    place.monitor.reports.of(place.locator).dialect = dialect.in_words
    if not names_text(dialect.header, place.columns):
        remedy = text_remedy(dialect.header, first_rows(head, dialect))
        detail = f"{', '.join(dialect.header)[:300]}; {remedy}"
        yield from place.drop(Reason.NO_KNOWN_COLUMNS, detail)
        return
    if dialect.line_end == "\r":
        text = buffered(_LineEnds(text))
    for _ in range(dialect.skip):
        text.readline()
    yield from _read_rows(text, dialect, place)


def _read_rows(text: io.BufferedReader, dialect: CsvDialect, place: Place) -> _Outcomes:
    lines = _Lines(text, row_bytes(place))
    rows = iter(_Rows(lines, dialect))
    if dialect.has_header:
        next(rows, None)
    number = 1
    for row in rows:
        if lines.cut_off and fault_of(text):
            break
        yield from _read_cells(row, dialect, place, f"#row={number}")
        number += 1
    if fault := fault_of(text):
        yield from place.drop(fault, "and what follows", suffix=f"#row={number}")


def _read_cells(
    row: list[str] | tuple[Reason, str], dialect: CsvDialect, place: Place, suffix: str
) -> _Outcomes:
    position = place.tally.claim()
    if position is None:
        return
    locator = place.locator + suffix
    if isinstance(row, tuple):
        yield dropped(locator, position, *row)
    elif any(BAD_BYTE in cell for cell in row):
        detail = "not UTF-8; name the encoding of the file by --encoding"
        yield dropped(locator, position, Reason.BAD_ROW, detail)
    else:
        named = dict(zip(dialect.header, row, strict=True))
        for again, name in dialect.repeated:
            if not named[name]:  # of two columns of a name the first with a value counts
                named[name] = named.pop(again)
        yield row_outcome(named, place, locator, position)
