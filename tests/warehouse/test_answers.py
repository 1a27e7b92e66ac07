"""The answer of a query in each format."""

import csv
import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.articles import article
from tests.pipeline.command import COMMAND, start
from tests.pipeline.nights import Nights
from warehouse.answers import (
    LONGEST_CELL,
    CutCell,
    write_csv,
    write_excel_csv,
    write_json,
    write_parquet,
)
from warehouse.query import opened

QUERY = "select title, authors, published_at from articles"


@pytest.fixture(scope="module")
def connection(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    nights = Nights(tmp_path_factory.mktemp("w") / "w")
    nights.load(article("https://courier.example/basin", "A", position=1, day=1))
    with opened(nights.folder) as found:
        yield found


def as_rows(out: io.BytesIO, encoding: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(out.getvalue().decode(encoding), newline="")))


def test_csv_has_a_header_and_lists_as_json(connection: duckdb.DuckDBPyConnection) -> None:
    out = io.BytesIO()
    write_csv(connection, QUERY, out)
    found = as_rows(out)
    assert found[0] == ["title", "authors", "published_at"]
    assert found[1] == ["The basin opens again", '["Ida Marsh"]', "2025-03-11 06:30:00+00:00"]


def test_csv_is_utf_8_without_a_byte_order_mark_and_leaves_texts_unchanged(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    out = io.BytesIO()
    write_csv(connection, "select '=1+1' as a, 'Fähre' as b, repeat('x', 40000) as c", out)
    assert as_rows(out) == [["a", "b", "c"], ["=1+1", "Fähre", "x" * 40_000]]
    assert out.getvalue().startswith(b"a,b,c")


def test_csv_for_excel_has_a_byte_order_mark_and_no_formulas(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    out = io.BytesIO()
    query = "select '=cmd()' as a, '+1' as b, '-1' as c, '@x' as d, e'\\tx' as e, -1 as f, 'x' as g"
    assert write_excel_csv(connection, query, out) == []
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    assert as_rows(out, "utf-8-sig")[1] == ["'=cmd()", "'+1", "'-1", "'@x", "'\tx", "-1", "x"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Fähre;=cmd()", "Fähre;'=cmd()"),
        ('Fähre;"=cmd()"', 'Fähre;\'"=cmd()"'),
        ("Fähre\n@cmd()", "Fähre\n'@cmd()"),
        ("＝cmd()", "'＝cmd()"),
        ("a; b - c = d, e-mail", "a; b - c = d, e-mail"),
    ],
)
def test_csv_for_excel_has_no_formulas_where_semicolons_separate_cells(
    connection: duckdb.DuckDBPyConnection, text: str, written: str
) -> None:
    out = io.BytesIO()
    quoted = text.replace("'", "''")
    write_excel_csv(connection, f"select '{quoted}' as a, 1 as b", out)
    assert as_rows(out, "utf-8-sig")[1] == [written, "1"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("170141183460469231731687303715884105727::hugeint", 2**127 - 1),
        ("[18446744073709551616::hugeint]", [2**64]),
        ("map([1, 2], ['a', 'b'])", {"1": "a", "2": "b"}),
        ("map([1.5::decimal(3, 1)], [date '2025-03-11'])", {"1.5": "2025-03-11"}),
        ("{'a': 18446744073709551616::hugeint, 'b': 'nan'::double}", {"a": 2**64, "b": None}),
        ("chr(27) || '[2J'", "\x1b[2J"),
    ],
)
def test_json_holds_values_of_any_type(
    connection: duckdb.DuckDBPyConnection, value: str, written: object
) -> None:
    out = io.BytesIO()
    write_json(connection, f"select {value} as v", out)
    assert json.loads(out.getvalue()) == [{"v": written}]


def test_csv_holds_maps_as_json(connection: duckdb.DuckDBPyConnection) -> None:
    out = io.BytesIO()
    write_csv(connection, "select map([1], [18446744073709551616::hugeint]) as m", out)
    assert as_rows(out)[1] == ['{"1":18446744073709551616}']


def test_csv_for_excel_cuts_cells_that_are_too_long_and_names_them(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    out = io.BytesIO()
    query = "select repeat('x', n) as text from (values (1), (32767), (32768)) t(n)"
    assert write_excel_csv(connection, query, out) == [CutCell(4, "text", 32_768)]
    assert [len(row[0]) for row in as_rows(out, "utf-8-sig")[1:]] == [1, 32_767, LONGEST_CELL]


@pytest.mark.parametrize(("where", "count"), [("true", 1), ("false", 0)])
def test_json_is_an_array_of_objects(
    connection: duckdb.DuckDBPyConnection, where: str, count: int
) -> None:
    out = io.BytesIO()
    write_json(connection, f"{QUERY} where {where}", out)
    assert len(json.loads(out.getvalue())) == count


def test_parquet_keeps_the_types(connection: duckdb.DuckDBPyConnection) -> None:
    out = io.BytesIO()
    write_parquet(connection, QUERY, out)
    assert pq.read_table(io.BytesIO(out.getvalue())).column("authors").to_pylist() == [
        ["Ida Marsh"]
    ]


def test_ctrl_c_during_a_long_task_of_duckdb_ends_with_one_sentence(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(article("https://courier.example/basin", "A", position=1, day=1))
    slow = "select sum(a.range * b.range) from range(90000) a, range(90000) b"
    process = start("sql", slow, "-w", nights.folder)
    # With one processor the main thread itself does the work, all of it in one task.
    os.sched_setaffinity(process.pid, [min(os.sched_getaffinity(0))])
    while not _holds_open(process.pid, nights.folder / "news.duckdb") and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=25)
    assert (process.returncode, err) == (130, "broadsheet: Stopped.\n")


def test_a_second_ctrl_c_ends_a_query_inside_a_costly_function(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(article("https://courier.example/basin", "A", position=1, day=1))
    slow = "select levenshtein(repeat(url, 20000), repeat(url, 19999)) from articles"
    process = start("sql", slow, "-w", nights.folder)
    while not _holds_open(process.pid, nights.folder / "news.duckdb") and process.poll() is None:
        time.sleep(0.01)
    for _ in range(2):
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (130, "broadsheet: Stopped.\n")


def test_ctrl_c_outside_of_duckdb_ends_with_the_same_sentence(tmp_path: Path) -> None:
    arguments = [*COMMAND, "sql", "-", "-w", str(tmp_path)]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_heed_ctrl_c
    ) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(b"select")
        process.stdin.flush()
        while _unread_bytes(process.stdin) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"broadsheet: Stopped.\n"
    assert process.returncode == 130


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored


def _unread_bytes(pipe: IO[bytes]) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def _holds_open(pid: int, file: Path) -> bool:
    descriptors = Path(f"/proc/{pid}/fd").glob("*")
    with suppress(FileNotFoundError):  # the command closes others meanwhile
        return any(link.exists() and link.samefile(file) for link in descriptors)
    return False
