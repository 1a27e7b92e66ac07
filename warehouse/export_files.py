"""The files of an export, each written row by row, so that memory does not grow with the rows."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from config.errors import UsageError
from warehouse.answers import (
    LONGEST_CELL,
    CutCell,
    answer_names,
    answer_rows,
    plain_cell,
    write_csv,
    write_excel_csv,
    write_jsonl,
    write_parquet,
)
from warehouse.export_tables import ARTICLES, ExportTable
from warehouse.query import executed
from warehouse.schema import ARTICLE_VERSIONS, TABLES, VIEWS
from warehouse.statements import sql_quoted

_Connection = duckdb.DuckDBPyConnection

MOST_SHEET_ROWS = 1_048_575  # Excel's limit, without the header
_BATCH_ROWS = 2048
# DuckDB holds a row group in memory until it is full: by default 122,880 texts.
_ROW_GROUP_ROWS = 8192
# With an older storage version DuckDB replays a stale .wal file beside the file.
_STORAGE_VERSION = "v1.4.0"
_LATEST_DAYS = 7


def write_table(
    connection: _Connection, table: ExportTable, path: Path, form: str
) -> list[CutCell]:
    """Write a table as one file and return the cells that were cut.

    Args:
        form: `csv`, `excel`, `jsonl` or `parquet`.
    """
    with path.open("wb") as out:
        if form == "excel":
            return write_excel_csv(connection, table.query, out)
        writers: Mapping[str, Callable[..., None]] = {
            "csv": write_csv,
            "jsonl": write_jsonl,
            "parquet": write_parquet,
        }
        writers[form](connection, table.query, out)
    return []


def write_workbook(
    connection: _Connection, tables: Sequence[ExportTable], path: Path
) -> list[CutCell]:
    """Write a workbook with a sheet for each table, and return the cells that were cut.

    Texts stay texts, also those that look like formulas, numbers or links. Times are in UTC.

    Raises:
        UsageError: a table has more rows than a sheet can hold.
        OSError: the file cannot be written, such as on a full disk.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    [(scratch,)] = executed(connection, "select current_setting('temp_directory')").fetchall()
    options = {
        "constant_memory": True,  # each row is written out before the next one
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
        "tmpdir": scratch,
    }
    cut: list[CutCell] = []
    # Not `with Workbook`, which would write the file after an error, too.
    with _QuietFile(path, "wb") as out:
        book = xlsxwriter.Workbook(out, options)
        for table in tables:
            sheet = book.add_worksheet(table.name[:31])
            cut += _write_sheet(sheet, executed(connection, table.query), table.name)
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error  # the OSError that it wraps
    return cut


class _QuietFile(io.FileIO):
    """A file that ignores what is written after an error.

    The destructor of a ZipFile writes once more, and would print a traceback.
    """

    _failed = False

    def write(self, data: Any) -> int:
        whole = memoryview(data).cast("B")
        rest = whole
        try:
            while rest and not self._failed:
                rest = rest[super().write(rest) :]
        except OSError:
            self._failed = True
            raise
        return len(whole)


def _write_sheet(sheet: Any, cursor: _Connection, name: str) -> Iterator[CutCell]:
    names = answer_names(cursor)
    for number, column in enumerate(names):
        sheet.write_string(0, number, column)
    for row, values in enumerate(answer_rows(cursor), 1):
        if row > MOST_SHEET_ROWS:
            raise UsageError(
                f"The table {name} has more than {MOST_SHEET_ROWS:,} rows, which no sheet can "
                "hold: choose fewer articles by --where, or another --format."
            )
        for number, value in enumerate(map(_cell, values)):
            if isinstance(value, str) and len(value) > LONGEST_CELL:
                yield CutCell(row + 1, names[number], len(value))
                value = value[:LONGEST_CELL]
            if value is not None:
                sheet.write(row, number, value)


def _cell(value: object) -> object:
    """Return a value as a sheet can hold it; Excel knows no time zones."""
    value = plain_cell(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def write_database(
    connection: _Connection, tables: Sequence[ExportTable], path: Path
) -> list[CutCell]:
    """Write a DuckDB file with native tables, their comments, and the view `latest_articles`.

    The rows pass through Arrow batches from one connection to the other, because the first one is
    locked and cannot write.
    """
    try:
        _fill_database(connection, tables, path)
    finally:
        Path(f"{path}.wal").unlink(missing_ok=True)  # an error leaves it
    return []


def _fill_database(connection: _Connection, tables: Sequence[ExportTable], path: Path) -> None:
    with duckdb.connect() as target:
        target.execute("set timezone = 'UTC'; set threads = 1; set preserve_insertion_order = true")
        target.execute("set memory_limit = '250MB'; set temp_directory = ''")
        storage = f"(storage_version '{_STORAGE_VERSION}', row_group_size {_ROW_GROUP_ROWS})"
        target.execute(f"attach {sql_quoted(str(path))} as exported {storage}")
        target.execute("use exported")
        for table in tables:
            _copy_table(connection, target, table)
        target.execute(
            f"create view latest_articles as from {ARTICLES} where published_at >= "
            f"(select max(fetched_at) from {ARTICLES}) - interval {_LATEST_DAYS} days"
        )
        target.execute("checkpoint exported; use memory; detach exported")


def _copy_table(connection: _Connection, target: _Connection, table: ExportTable) -> None:
    described = connection.execute(f"describe {table.query}").fetchall()
    columns = ", ".join(f'"{name}" {kind}' for name, kind, *_ in described)
    target.execute(f"create table {table.name} ({columns})")
    batches = executed(connection, table.query).to_arrow_reader(_BATCH_ROWS)
    for rows in whole_row_groups(batches):
        target.register("rows", rows)
        target.execute(f"insert into {table.name} from rows")
        target.unregister("rows")
    target.execute("begin")
    for comment in _comments(table.name, [name for name, *_ in described]):
        target.execute(comment)
    target.execute("commit")


def whole_row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the rows in tables of a row group each, the last one smaller.

    Each is a statement of its own. One `insert` of 300,000 articles took 1,660 MB, and 630 MB were
    taken without any; these took 790 MB.
    """
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        while (rows := sum(map(len, waiting))) >= _ROW_GROUP_ROWS:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, _ROW_GROUP_ROWS)
            waiting = whole.slice(_ROW_GROUP_ROWS).to_batches() if rows > _ROW_GROUP_ROWS else []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _comments(name: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield the statements that give a table and its columns the meanings of the schema."""
    is_articles = name == ARTICLES
    of = ARTICLE_VERSIONS.name if is_articles else name
    table = next((table for table in (*TABLES, *VIEWS) if table.name == of), None)
    if table is None:
        return
    grain = "one row per article, its current version" if is_articles else table.grain
    yield f"comment on table {name} is {sql_quoted(grain)}"
    for column in (*table, *table.joined):
        if column.name in columns:
            meaning = sql_quoted(column.meaning)
            yield f'comment on column {name}."{column.name}" is {meaning}'


def write_texts(connection: _Connection, table: ExportTable, folder: Path) -> list[CutCell]:
    """Write `texts/ARTICLE_ID.txt` for each article, and `metadata.csv` with all other columns.

    A text file holds the text alone, in UTF-8, as corpus tools expect. The first column of the
    table, `file`, is its path.
    """
    (folder / "texts").mkdir()
    cursor = executed(connection, table.query)
    names = answer_names(cursor)
    text_at, id_at = names.index("text"), names.index("article_id")
    others = [number for number, name in enumerate(names) if name != "text"]
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file", *(names[number] for number in others)])
        for row in answer_rows(cursor):
            file = f"texts/{row[id_at]}.txt"
            (folder / file).write_text(f"{row[text_at]}\n", "utf-8", newline="\n")
            writer.writerow([file, *(plain_cell(row[number]) for number in others)])
    return []
