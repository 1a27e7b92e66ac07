"""The folder of a snapshot, whose bytes depend on the state of the tables alone.

NAME/README.md          a data sheet, made from the tables
     CITATION.cff       how to cite it
     datapackage.json   the tables and their columns (Data Package)
     SHA256SUMS         checksums of datapackage.json and data/, for `sha256sum --check`
     data/TABLE.parquet the tables
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.snapshots.datasheet import Citation, Facts, citation_file, readme
from tasks.snapshots.snapshot_tables import snapshot_tables
from warehouse.export_files import whole_row_groups
from warehouse.export_tables import ARTICLES, ExportTable
from warehouse.files import sha256_of
from warehouse.query import executed
from warehouse.schema import ARTICLE_VERSIONS, TABLES, VIEWS, Table
from warehouse.statements import statement

CHECKSUMS = "SHA256SUMS"
PACKAGE = "datapackage.json"
DATA = "data"
_BATCH_ROWS = 2048
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {
    "VARCHAR": "string",
    "VARCHAR[]": "array",
    "BIGINT[]": "array",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "REAL": "number",
    "FLOAT": "number",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "JSON": "string",
}


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table of the folder.

    Attributes:
        fields: the name, the type in DuckDB and the meaning of each column.
    """

    name: str
    grain: str
    rows: int
    bytes: int
    sha256: str
    fields: tuple[tuple[str, str, str], ...]


def write_folder(
    connection: duckdb.DuckDBPyConnection, folder: Path, where: str, citation: Citation
) -> str:
    """Write a snapshot's files into an empty folder, and return its checksum.

    Args:
        connection: shows the state; its table `chosen` has the articles.
        where: the condition that they meet.
    """
    (folder / DATA).mkdir()
    written = [_write_table(connection, table, folder) for table in snapshot_tables(where)]
    facts = Facts.of(executed(connection, statement("snapshot_facts")).fetchall())
    (folder / PACKAGE).write_bytes(_package(written, citation, facts))
    (folder / "CITATION.cff").write_text(citation_file(citation, facts), "utf-8")
    sheet = [(table.name, table.rows, table.grain) for table in written]
    (folder / "README.md").write_text(readme(citation, facts, where, sheet), "utf-8")
    files = [PACKAGE, *(f"{DATA}/{table.name}.parquet" for table in written)]
    sums = "".join(f"{sha256_of(folder / name)}  {name}\n" for name in sorted(files))
    (folder / CHECKSUMS).write_text(sums, "ascii")
    return folder_checksum(folder)


def folder_checksum(folder: Path) -> str:
    """Return the checksum of a snapshot's folder: that of its list of checksums."""
    return hashlib.sha256((folder / CHECKSUMS).read_bytes()).hexdigest()


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: ExportTable, folder: Path
) -> WrittenTable:
    path = folder / DATA / f"{table.name}.parquet"
    described = executed(connection, f"describe {table.query}").fetchall()
    batches = executed(connection, table.query).to_arrow_reader(_BATCH_ROWS)
    schema, rows = _plain(batches.schema), 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        for group in whole_row_groups(batches):
            writer.write_table(group.cast(schema), row_group_size=len(group))
            rows += len(group)
    meanings, grain = _meanings(table.name)
    fields = tuple((name, kind, meanings.get(name, "")) for name, kind, *_ in described)
    return WrittenTable(table.name, grain, rows, path.stat().st_size, sha256_of(path), fields)


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return the schema without metadata and extension types, which other programs do not know."""
    plain = [
        pa.field(field.name, getattr(field.type, "storage_type", field.type)) for field in schema
    ]
    return pa.schema(plain)


def _meanings(name: str) -> tuple[dict[str, str], str]:
    """Return the meanings of a table's columns, and its grain."""
    table: Table = ARTICLE_VERSIONS
    grain = "one row per article, its current version"
    if name != ARTICLES:
        table = next(table for table in (*TABLES, *VIEWS) if table.name == name)
        grain = table.grain
    return {column.name: column.meaning for column in (*table, *table.joined)}, grain


def _package(written: list[WrittenTable], citation: Citation, facts: Facts) -> bytes:
    content = {
        "$schema": _PROFILE,
        "profile": "data-package",
        "name": citation.slug,
        "title": citation.title,
        "description": facts.summary,
        "version": citation.name,
        "contributors": [{"title": author, "role": "author"} for author in citation.authors],
        "sources": [{"title": domain} for domain in facts.labels("domain")],
        "resources": [_resource(table) for table in written],
    }
    content = {key: value for key, value in content.items() if value != []}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


def _resource(table: WrittenTable) -> dict[str, object]:
    return {
        "name": table.name.replace("_", "-"),
        "path": f"{DATA}/{table.name}.parquet",
        "description": table.grain,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": table.bytes,
        "hash": f"sha256:{table.sha256}",
        "schema": {"fields": list(_fields(table))},
    }


def _fields(table: WrittenTable) -> Iterator[dict[str, str]]:
    for name, kind, meaning in table.fields:
        field = {"name": name, "type": _TYPES.get(kind, "array" if "[]" in kind else "any")}
        yield field | ({"description": meaning} if meaning else {})
