"""Entries of sources as earlier versions stored them: in files of `visits`, and in `run.json`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.settings import LoadSettings
from tasks.keys.model import KeyedEntry
from warehouse.files import parquet_fault, write_bytes, written_aside
from warehouse.layout import DAMAGED, LAKE, RUNS_FOLDER
from warehouse.schema import VISITS
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class FileWithKeys:
    """A file with source entries that hold keys."""

    path: Path
    entries: tuple[KeyedEntry, ...]


def stored_entries(warehouse: Path) -> list[FileWithKeys]:
    """Find the files in which entries with keys are stored; change nothing.

    It reads the column `entry` of `visits`, also in files that no snapshot names, and the small
    files of unfinished runs and of what a repair set aside. Unreadable files are left out.
    """
    in_lake = (warehouse / LAKE / VISITS.name / "data").glob("*.parquet")
    in_runs = (warehouse / RUNS_FOLDER).rglob(f"{VISITS.name}.parquet")
    paths = sorted((*in_lake, *in_runs, *_files_set_aside(warehouse)))
    whole = [path for path in paths if parquet_fault(path) is None]
    return [*_in_parquet(whole), *_in_descriptions(warehouse)]


def unreadable_files(warehouse: Path) -> list[Path]:
    """Return the files of `visits` that a repair set aside and that cannot be read."""
    return [path for path in _files_set_aside(warehouse) if not _is_readable(path)]


def rewrite_entries(path: Path, target: Path, settings: LoadSettings) -> None:
    """Write a Parquet file with its entries without headers; everything else stays the same."""
    rows = pq.read_table(path)
    place = rows.schema.get_field_index("entry")
    texts = [_without_headers(text) for text in rows["entry"].to_pylist()]
    rows = rows.set_column(place, rows.schema.field(place), pa.array(texts, pa.string()))
    with written_aside(target) as aside:
        pq.write_table(rows, aside, compression="zstd", row_group_size=settings.row_group_rows)


def rewrite_description(path: Path) -> None:
    """Write a `run.json` with its entries without headers."""
    described = orjson.loads(path.read_bytes())
    described["entries"] = [_without_header_values(entry) for entry in described["entries"]]
    write_bytes(path, orjson.dumps(described))


def _in_parquet(paths: Sequence[Path]) -> list[FileWithKeys]:
    """Find entries in Parquet files, without the files that turn out to be damaged."""
    try:
        return _read(paths) if paths else []
    except duckdb.Error:  # a file is damaged between its intact ends
        return _read(whole) if (whole := [path for path in paths if _is_readable(path)]) else []


def _read(paths: Sequence[Path]) -> list[FileWithKeys]:
    with duckdb.connect() as connection:
        names = [str(path) for path in paths]
        files = connection.read_parquet(names, union_by_name=True, filename=True)
        files.create_view("stored_visits")
        found: dict[str, list[KeyedEntry]] = {}
        for name, source, headers in connection.execute(statement("keyed_entries")).fetchall():
            found.setdefault(name, []).append(KeyedEntry(source, orjson.loads(headers)))
    return list(_with_keys((Path(name), entries) for name, entries in sorted(found.items())))


def _in_descriptions(warehouse: Path) -> Iterator[FileWithKeys]:
    paths = (
        path for name in (RUNS_FOLDER, DAMAGED) for path in (warehouse / name).rglob("run.json")
    )
    yield from _with_keys((path, _entries_of_description(path)) for path in sorted(paths))


def _with_keys(found: Iterable[tuple[Path, Iterable[KeyedEntry]]]) -> Iterator[FileWithKeys]:
    for path, entries in found:
        if keyed := tuple(entry for entry in entries if entry.holds_keys):
            yield FileWithKeys(path, keyed)


def _entries_of_description(path: Path) -> list[KeyedEntry]:
    try:
        entries = orjson.loads(path.read_bytes()).get("entries", ())
    except (OSError, ValueError, AttributeError):
        return []  # the run finished meanwhile, or the file is damaged, which other checks report
    return [KeyedEntry(entry["name"], entry["headers"]) for entry in entries if "headers" in entry]


def _files_set_aside(warehouse: Path) -> list[Path]:
    """Return the Parquet files of `visits` that a repair set aside."""
    found = (warehouse / DAMAGED).rglob("*.parquet")
    return [path for path in found if path.stem == VISITS.name or VISITS.name in path.parts]


def _is_readable(path: Path) -> bool:
    try:
        pq.read_table(path, columns=["entry"])
    except (OSError, ValueError, pa.ArrowException):
        return False
    return True


def _without_headers(text: str | None) -> str | None:
    if text is None or '"headers"' not in text:
        return text
    return orjson.dumps(_without_header_values(orjson.loads(text))).decode()


def _without_header_values(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "headers"}
