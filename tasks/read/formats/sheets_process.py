"""The process that reads one workbook, which isolates a library that aborts.

A forged cell makes the library ask for more memory than there is. Lines (see `reading_process`): a
list for each row, of the number and name of its sheet, and its cells.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from python_calamine import load_workbook

from tasks.read.formats.reading_process import BEFORE_CALL, json_line, limited_time, write_lines


def _lines(file: BinaryIO, _: Mapping[str, Any]) -> Iterator[bytes]:
    with limited_time():
        book = load_workbook(file)
    for number, name in enumerate(book.sheet_names):
        yield BEFORE_CALL
        with limited_time():
            rows = book.get_sheet_by_name(name).iter_rows()
        yield from (json_line((number, name, row)) for row in rows)


if __name__ == "__main__":
    write_lines(_lines)
