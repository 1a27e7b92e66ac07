"""Files that were found to have all columns are remembered between processes."""

import os
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse import reading
from warehouse.layout import KEPT
from warehouse.reading import have_all_columns, keep_complete_files, recall_complete_files

SCHEMA = pa.schema([("a", pa.int64()), ("b", pa.string())])


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_complete", set())


def written(path: Path, schema: pa.Schema, mtime_ns: int = 10**18) -> str:
    pq.write_table(schema.empty_table(), path)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return str(path)


def forget() -> None:
    reading._complete.clear()


def test_a_remembered_file_is_not_read_again(tmp_path: Path) -> None:
    (tmp_path / KEPT).mkdir()
    file = written(tmp_path / "x.parquet", SCHEMA)
    assert have_all_columns([file], SCHEMA)
    keep_complete_files(tmp_path, [file])
    Path(file).write_bytes(b"no footer")
    os.utime(file, ns=(10**18, 10**18))
    forget()
    recall_complete_files(tmp_path)
    assert have_all_columns([file], SCHEMA)


def test_neither_a_replaced_file_nor_another_schema_is_remembered(tmp_path: Path) -> None:
    (tmp_path / KEPT).mkdir()
    file = written(tmp_path / "x.parquet", SCHEMA)
    assert have_all_columns([file], SCHEMA)
    keep_complete_files(tmp_path, [file])
    forget()
    recall_complete_files(tmp_path)
    assert not have_all_columns([file], SCHEMA.append(pa.field("c", pa.int64())))
    written(Path(file), pa.schema([SCHEMA.field("a")]), mtime_ns=10**18 + 1)
    assert not have_all_columns([file], SCHEMA)


def test_files_that_left_the_tables_are_forgotten(tmp_path: Path) -> None:
    (tmp_path / KEPT).mkdir()
    files = [written(tmp_path / name, SCHEMA) for name in ("x.parquet", "y.parquet")]
    assert have_all_columns(files, SCHEMA)
    keep_complete_files(tmp_path, files[:1])
    kept = orjson.loads((tmp_path / KEPT / "complete.json").read_bytes())
    assert [name for name, *_ in kept] == ["x.parquet"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[["x"]]', b"null"])
def test_a_damaged_list_is_ignored(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEPT).mkdir()
    (tmp_path / KEPT / "complete.json").write_bytes(content)
    recall_complete_files(tmp_path)
    assert have_all_columns([written(tmp_path / "x.parquet", SCHEMA)], SCHEMA)
