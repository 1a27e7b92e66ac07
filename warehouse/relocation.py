"""The relocation of a warehouse that was moved or copied: its files name the present place.

    unfinished runs ─▶ manifests ─▶ manifest lists ─▶ metadata files ─▶ catalog
                                           ─▶ published file ─▶ the place in format.json

Absolute paths stand in all of these. Names, ids and contents of files stay, and so do snapshots,
tags and history. Each file is written aside and renamed over the old one, so that a copy made of
hard links leaves the original alone. The place is recorded last: after a kill, the next
command finds the warehouse moved and does the rest. Damaged files stay as they are, for `repair`.
"""

import logging
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson
from pyiceberg.avro.file import AvroFile, AvroOutputFile
from pyiceberg.typedef import Record
from pyiceberg.types import StructType

from config.errors import DamagedWarehouseError
from warehouse.files import fsync, write_bytes, written_aside
from warehouse.format_file import recorded_place
from warehouse.layout import CATALOG, LAKE, PUBLISHED, RUNS_FOLDER
from warehouse.manifests import IO, UnreadableFileError, reading, require_avro
from warehouse.metadata_files import METADATA, read_database
from warehouse.place_names import names_elsewhere, path_here, redirect_views, statement_here

log = logging.getLogger("broadsheet.relocate")

_LISTS = "snap-*.avro"
_LOCATIONS = "select metadata_location, previous_metadata_location, rowid from iceberg_tables"
_SET_LOCATIONS = (
    "update iceberg_tables set metadata_location = ?, previous_metadata_location = ? "
    "where rowid = ?"
)
_PATHS_OF_METADATA = {"location", "manifest-list", "metadata-file", "statistics-path"}


@dataclass(frozen=True, slots=True)
class Relocated:
    """The numbers of files whose paths were repaired, or in a dry run would be.

    Attributes:
        place: the place that they had named; None if the warehouse holds no tables.
        metadata: metadata files, manifest lists and manifests of the tables.
        runs: files of unfinished runs.
        others: the catalog and the published file.
        damaged: metadata files that cannot be read and were left as they are.
    """

    place: Path | None
    metadata: int
    runs: int
    others: int
    damaged: tuple[Path, ...] = ()

    @property
    def files(self) -> int:
        """Return the number of all files."""
        return self.metadata + self.runs + self.others


def relocate_files(warehouse: Path, *, dry_run: bool = False) -> Relocated:
    """Let all files but the published one name the present place.

    The caller holds the locks of writing and fetching.

    Args:
        warehouse: the absolute path of the warehouse.
        dry_run: only count the files.
    """
    place = recorded_place(warehouse)
    runs = sum(_relocate_runs(warehouse, place, dry_run=dry_run)) if place else 0
    metadata, damaged = 0, []
    for path, relocate in _metadata_files(warehouse):
        try:
            metadata += relocate(path, warehouse, dry_run)
        except UnreadableFileError as error:
            damaged.append(error.path)
    catalog = _relocate_catalog(warehouse, dry_run=dry_run)
    relocated = Relocated(place, metadata, runs, catalog, tuple(damaged))
    log.info("relocated from=%s files=%d damaged=%d", place, relocated.files, len(damaged))
    return relocated


def relocate_published(warehouse: Path, *, dry_run: bool = False) -> bool:
    """Let the views of `news.duckdb` name the present place; return whether they did not.

    It shows the same rows as before. Readers that have the old file open keep it.

    Raises:
        DamagedWarehouseError: the file, or one that its views name, is missing or damaged.
    """
    target = warehouse / PUBLISHED
    if not target.is_file():
        return False
    try:
        is_outdated = names_elsewhere(target, warehouse)
        if is_outdated and not dry_run:
            _redirect(target, warehouse)
    except duckdb.Error as error:
        raise DamagedWarehouseError(
            f"{target} could not be relocated ({str(error).splitlines()[0]}): run `broadsheet "
            f"repair --warehouse {warehouse}`, which publishes it anew."
        ) from error
    return is_outdated


def _redirect(target: Path, warehouse: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix=".publish-", dir=warehouse))
    try:
        aside = folder / PUBLISHED  # views know their database by the name of its file
        shutil.copyfile(target, aside)
        with duckdb.connect(str(aside)) as connection:
            redirect_views(connection, lambda sql: statement_here(sql, warehouse))
            connection.execute("checkpoint")
        fsync(aside)
        target.with_name(f"{PUBLISHED}.wal").unlink(missing_ok=True)
        aside.replace(target)
        fsync(warehouse)
    finally:
        shutil.rmtree(folder)


_Relocate = Callable[[Path, Path, bool], bool]


def _metadata_files(warehouse: Path) -> Iterator[tuple[Path, _Relocate]]:
    """Yield all metadata files of all tables, each before those that name it."""
    for folder in sorted((warehouse / LAKE).glob("*/metadata")):
        lists = sorted(folder.glob(_LISTS))
        manifests = sorted({*folder.glob("*.avro")} - {*lists})
        yield from ((path, _relocate_manifest) for path in manifests)
        yield from ((path, _relocate_list) for path in lists)
        yield from ((path, _relocate_metadata) for path in sorted(folder.glob(METADATA)))


def _relocate_metadata(path: Path, warehouse: Path, dry_run: bool) -> bool:
    with reading(path):
        metadata = orjson.loads(path.read_bytes())
    if not _change_paths(metadata, warehouse):
        return False
    if not dry_run:
        write_bytes(path, orjson.dumps(metadata))
    return True


def _change_paths(node: Any, warehouse: Path) -> bool:
    """Change the paths in a table's metadata in place, and return whether any differed."""
    if isinstance(node, list):
        return any([_change_paths(item, warehouse) for item in node])
    if not isinstance(node, dict):
        return False
    found = {key: node[key] for key in _PATHS_OF_METADATA & node.keys()}
    here = {key: path_here(path, warehouse) for key, path in found.items()}
    node |= here
    return any([here != found, *(_change_paths(item, warehouse) for item in node.values())])


def _relocate_manifest(path: Path, warehouse: Path, dry_run: bool) -> bool:
    def change(record: Record, fields: dict[str, int], inner: dict[str, int]) -> bool:
        data_file = record[fields["data_file"]]
        return _set(data_file, inner["file_path"], warehouse)

    return _relocate_avro(path, ("manifest_entry", "data_file"), change, dry_run)


def _relocate_list(path: Path, warehouse: Path, dry_run: bool) -> bool:
    def change(record: Record, fields: dict[str, int], inner: dict[str, int]) -> bool:
        is_changed = _set(record, fields["manifest_path"], warehouse)
        manifest = Path(record[fields["manifest_path"]])
        length = fields["manifest_length"]
        # Manifests were written again before; readers may rely on the length that the list states.
        if manifest.is_file() and record[length] != manifest.stat().st_size:
            record[length] = manifest.stat().st_size
            is_changed = True
        return is_changed

    return _relocate_avro(path, ("manifest_file", None), change, dry_run)


def _set(record: Record, position: int, warehouse: Path) -> bool:
    before = record[position]
    record[position] = path_here(before, warehouse)
    return bool(record[position] != before)


def _relocate_avro(
    path: Path,
    names: tuple[str, str | None],
    change: Callable[[Record, dict[str, int], dict[str, int]], bool],
    dry_run: bool,
) -> bool:
    """Change the records of an Avro file; return whether any was changed.

    Args:
        names: the name of the records, and the field whose own fields are looked up, too.
    """
    require_avro(path)
    with reading(path), AvroFile[Record](IO.new_input(str(path))) as file:
        records, schema, meta = list(file), file.schema, file.header.meta
        fields = {field.name: number for number, field in enumerate(schema.fields)}
        nested = schema.find_field(names[1]).field_type if names[1] else schema.as_struct()
        assert isinstance(nested, StructType)
        inner = {field.name: number for number, field in enumerate(nested.fields)}
        is_changed = any([change(record, fields, inner) for record in records])
    if is_changed and not dry_run:
        with (
            written_aside(path) as aside,
            AvroOutputFile[Record](
                IO.new_output(str(aside)), schema, names[0], metadata=meta
            ) as out,
        ):
            out.write_block(records)
    return is_changed


def _relocate_catalog(warehouse: Path, *, dry_run: bool) -> bool:
    """Let the catalog name the present metadata files; a damaged catalog is left as it is."""
    path = warehouse / CATALOG
    try:
        with read_database(path) as connection:
            rows = connection.execute(_LOCATIONS).fetchall()
            here = [(*(_here(one, warehouse) for one in row[:2]), *row[2:]) for row in rows]
            if here != rows and not dry_run:
                _write_catalog(connection, here, path)
    except sqlite3.Error:
        return False
    return here != rows


def _here(location: str | None, warehouse: Path) -> str | None:
    return path_here(location, warehouse) if location else location


def _write_catalog(source: sqlite3.Connection, rows: list[tuple[Any, ...]], path: Path) -> None:
    """Write a copy of a catalog with other locations, and rename it over the catalog."""
    with written_aside(path) as aside, closing(sqlite3.connect(aside)) as copy, copy:
        source.backup(copy)
        copy.executemany(_SET_LOCATIONS, rows)


def _relocate_runs(warehouse: Path, place: Path, *, dry_run: bool) -> Iterator[bool]:
    """Relocate files of unfinished runs; yield for each whether it named the former place.

    Texts are replaced where they begin with the former place. So archives that lie outside the
    warehouse keep their names.
    """
    former, here = _json_text(place), _json_text(warehouse)
    named = re.compile(rb'"(?!' + re.escape(here) + rb'[/"])' + re.escape(former) + rb'(?=[/"])')
    for path in sorted((warehouse / RUNS_FOLDER).rglob("*.json")):
        before = path.read_bytes()
        after = named.sub(lambda _: b'"' + here, before)
        if after != before and not dry_run:
            write_bytes(path, after)
        yield after != before


def _json_text(path: Path) -> bytes:
    """Return a path as it stands in JSON, without the quotes."""
    return orjson.dumps(str(path))[1:-1]
