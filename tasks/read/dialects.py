"""The dialect of a CSV file, told from its header line."""

import csv
from dataclasses import dataclass

_DELIMITERS = ",\t;|"


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How the rows of a file are written, and the names of its columns.

    Attributes:
        backslash: a quote within quotes is written as \\" and not doubled, as Spark does it.
    """

    delimiter: str
    backslash: bool
    header: tuple[str, ...]


def csv_dialect(head: str) -> CsvDialect:
    """Takes the delimiter that cuts the header line into the most columns.

    `csv.Sniffer` guesses from letter frequencies over all lines and is misled by prose.
    """
    lines = head.removeprefix("\ufeff").lstrip("\r\n").splitlines()
    first = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        header = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        header = []
    backslash = '\\"' in head and '""' not in head
    return CsvDialect(delimiter, backslash, tuple(header))
