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
from warehouse.layout import DAMAGED, LAKE, RUNS
from warehouse.schema import VISITS
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Stored:
    """A file with entries that hold keys."""

    path: Path
    entries: tuple[KeyedEntry, ...]


def stored_entries(warehouse: Path) -> list[Stored]:
    """Find the files in which entries with keys are stored; changes nothing.

    Reads the column `entry` of `visits`, also in files that no snapshot names, and the small files
    of unfinished runs and of what a repair set aside. Files that cannot be read are left out.
    """
    in_lake = (warehouse / LAKE / VISITS.name / "data").glob("*.parquet")
    in_runs = (warehouse / RUNS).rglob(f"{VISITS.name}.parquet")
    paths = sorted((*in_lake, *in_runs, *_set_aside(warehouse)))
    whole = [path for path in paths if parquet_fault(path) is None]
    return [*_in_parquet(whole), *_in_descriptions(warehouse)]


def unreadable_files(warehouse: Path) -> list[Path]:
    """Return files of `visits` that a repair set aside, and that nobody can look into."""
    return [path for path in _set_aside(warehouse) if not _is_readable(path)]


def rewrite_entries(path: Path, target: Path, settings: LoadSettings) -> None:
    """Write a Parquet file with entries without their headers; all else stays as it is."""
    rows = pq.read_table(path)
    place = rows.schema.get_field_index("entry")
    texts = [_without_headers(text) for text in rows["entry"].to_pylist()]
    rows = rows.set_column(place, rows.schema.field(place), pa.array(texts, pa.string()))
    with written_aside(target) as aside:
        pq.write_table(rows, aside, compression="zstd", row_group_size=settings.row_group_rows)


def rewrite_description(path: Path) -> None:
    """Write a `run.json` with entries without their headers."""
    described = orjson.loads(path.read_bytes())
    described["entries"] = [_bare(entry) for entry in described["entries"]]
    write_bytes(path, orjson.dumps(described))


def _in_parquet(paths: Sequence[Path]) -> list[Stored]:
    try:
        return _read(paths) if paths else []
    except duckdb.Error:  # one of them is damaged where its ends do not show it
        return _read(whole) if (whole := [path for path in paths if _is_readable(path)]) else []


def _read(paths: Sequence[Path]) -> list[Stored]:
    with duckdb.connect() as connection:
        names = [str(path) for path in paths]
        files = connection.read_parquet(names, union_by_name=True, filename=True)
        files.create_view("stored_visits")
        found: dict[str, list[KeyedEntry]] = {}
        for name, source, headers in connection.execute(statement("keyed_entries")).fetchall():
            found.setdefault(name, []).append(KeyedEntry(source, orjson.loads(headers)))
    return list(_with_keys((Path(name), entries) for name, entries in sorted(found.items())))


def _in_descriptions(warehouse: Path) -> Iterator[Stored]:
    paths = (path for name in (RUNS, DAMAGED) for path in (warehouse / name).rglob("run.json"))
    yield from _with_keys((path, _described(path)) for path in sorted(paths))


def _with_keys(found: Iterable[tuple[Path, Iterable[KeyedEntry]]]) -> Iterator[Stored]:
    for path, entries in found:
        if keyed := tuple(entry for entry in entries if entry.holds_keys):
            yield Stored(path, keyed)


def _described(path: Path) -> list[KeyedEntry]:
    try:
        entries = orjson.loads(path.read_bytes()).get("entries", ())
    except (OSError, ValueError, AttributeError):
        return []  # finished meanwhile, or damaged, which other checks say
    return [KeyedEntry(entry["name"], entry["headers"]) for entry in entries if "headers" in entry]


def _set_aside(warehouse: Path) -> list[Path]:
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
    return orjson.dumps(_bare(orjson.loads(text))).decode()


def _bare(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "headers"}
