"""The process that reads one data file of Stata or SPSS: damaged files crash ReadStat.

Lines (see `reading_process`): the head, an object, and a list of cells for each row.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import pyreadstat

from tasks.read.formats.reading_process import BEFORE_CALL, json_line, limited_time, write_lines

_Columns = Mapping[str, Sequence[Any]]
_Read = Callable[..., tuple[_Columns, Any]]

_READERS: Mapping[str, _Read] = {
    "Stata": pyreadstat.read_dta,
    "SPSS": pyreadstat.read_sav,
    "SPSS portable": pyreadstat.read_por,
}
# A chunk is so large, by the declared width of its columns. ReadStat reads a compressed file from
# its beginning for each chunk, so that many small chunks would take long.
_CHUNK_BYTES = 64_000_000


def _lines(file: BinaryIO, job: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the lines of a data file.

    Args:
        job: `program`; `encoding`, or null; `first_rows`, how many rows the head has; `chunk_rows`,
            how many are read at once, or 0 for the head alone.
    """
    read = _READERS[job["program"]]
    options = {"encoding": job["encoding"]} if job["encoding"] else {}
    columns, about = _called(read, file, row_limit=job["first_rows"], **options)
    yield json_line(_head(columns, about))
    if not job["chunk_rows"]:
        return
    width = sum(about.variable_storage_width.values()) or 1
    chunk = max(1, min(job["chunk_rows"], _CHUNK_BYTES // width))
    offset = found = 0
    while not offset or found == chunk:
        yield BEFORE_CALL
        columns, about = _called(read, file, row_offset=offset, row_limit=chunk, **options)
        found = len(next(iter(columns.values()), ()))
        yield from map(json_line, _rows(columns))
        offset += found or chunk


def _called(read: _Read, file: BinaryIO, **options: Any) -> tuple[_Columns, Any]:
    file.seek(0)
    with limited_time(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns that are named twice
        return read(file, output_format="dict", **options)


def _head(columns: _Columns, about: Any) -> dict[str, Any]:
    """Return the columns, what they are called in words, the labels of codes, and first rows.

    Attributes of the same name in `pyreadstat` call the words labels, too.
    """
    labels = about.variable_value_labels
    return {
        "names": about.column_names,
        "columns": list(columns),
        "words": about.column_names_to_labels,
        "labels": {name: list(labels[name].items()) for name in columns if name in labels},
        "rows": list(_rows(columns)),
    }


def _rows(columns: _Columns) -> Iterator[tuple[Any, ...]]:
    return zip(*columns.values(), strict=True)


if __name__ == "__main__":
    write_lines(_lines)
