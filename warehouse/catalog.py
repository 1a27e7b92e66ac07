"""Iceberg's SQL catalog on SQLite, by the standard library.

`pyiceberg.catalog.sql` does the same through SQLAlchemy, which takes longer to import than an
ingest of one page takes otherwise. The file is the same: any program opens it as an SQL catalog.
Only what the lake needs is here; all else raises NotImplementedError.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.schema import Schema
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import CommitTableResponse, Table, TableProperties, Transaction
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import EMPTY_DICT, Identifier, Properties

from warehouse.manifests import local_path, read_once

_NAME = "broadsheet"
# As pyiceberg.catalog.sql makes them.
_TABLES = """
create table if not exists iceberg_tables (
    catalog_name varchar(255) not null,
    table_namespace varchar(255) not null,
    table_name varchar(255) not null,
    metadata_location varchar(1000),
    previous_metadata_location varchar(1000),
    iceberg_type varchar(5),
    primary key (catalog_name, table_namespace, table_name)
);
create table if not exists iceberg_namespace_properties (
    catalog_name varchar(255) not null,
    namespace varchar(255) not null,
    property_key varchar(255) not null,
    property_value varchar(1000) not null,
    primary key (catalog_name, namespace, property_key)
);
"""
_WHERE = "where catalog_name = ? and table_namespace = ? and table_name = ?"
_BUSY_SECONDS = 60


class _Transaction(Transaction):
    """A transaction that computes its metadata once per change.

    Its base computes and copies them whenever it is asked for them: 18 times per commit, which was
    more than half of a commit's processor time.
    """

    _computed: tuple[TableMetadata, tuple[TableUpdate, ...], TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        before, updates = self._table.metadata, self._updates
        known = self._computed
        if known is None or known[0] is not before or known[1] is not updates:
            known = self._computed = (before, updates, super().table_metadata)
        return known[2]


class _Table(Table):
    def transaction(self) -> Transaction:
        return _Transaction(self)


class SqliteCatalog(MetastoreCatalog, NoopCatalog):
    """The catalog of a lake."""

    def __init__(self, path: Path, location: Path) -> None:
        """Open the catalog in a file, which is made if it does not exist.

        Args:
            location: the folder of the tables.
        """
        super().__init__(_NAME, warehouse=str(location))
        self._path = path
        with self._connected() as connection:
            connection.executescript(_TABLES)

    def create_namespace(
        self, namespace: str | Identifier, properties: Properties = EMPTY_DICT
    ) -> None:
        """Make a namespace, unless it exists."""
        with self._connected() as connection:
            connection.execute(
                "insert or ignore into iceberg_namespace_properties "
                "values (?, ?, 'exists', 'true')",
                (self.name, _text(namespace)),
            )

    def load_namespace_properties(self, namespace: str | Identifier) -> Properties:
        """Return the properties of a namespace, or raise a NoSuchNamespaceError."""
        with self._connected() as connection:
            rows = connection.execute(
                "select property_key, property_value from iceberg_namespace_properties "
                "where catalog_name = ? and namespace = ?",
                (self.name, _text(namespace)),
            ).fetchall()
        if not rows:
            raise NoSuchNamespaceError(f"Namespace {_text(namespace)} does not exist")
        return dict(rows)

    namespace_exists = MetastoreCatalog.namespace_exists

    def create_table(
        self,
        identifier: str | Identifier,
        schema: Schema | object,
        location: str | None = None,
        *unused: Any,
        **options: Any,
    ) -> Table:
        """Make a table without partitions and order, or raise a TableAlreadyExistsError.

        Args:
            options: `properties` of the table.
        """
        properties: Properties = options.get("properties", EMPTY_DICT)
        version = properties.get(
            TableProperties.FORMAT_VERSION, TableProperties.DEFAULT_FORMAT_VERSION
        )
        converted = self._convert_schema_if_needed(schema, int(version))  # type: ignore[arg-type]
        namespace, name = self.identifier_to_database_and_table(identifier)
        place = self._resolve_table_location(location, namespace, name)
        provider = load_location_provider(place, properties)
        metadata_location = provider.new_table_metadata_file_location()
        metadata = new_table_metadata(
            converted, UNPARTITIONED_PARTITION_SPEC, UNSORTED_SORT_ORDER, place, properties
        )
        io = self._load_file_io(metadata.properties, metadata_location)
        self._write_metadata(metadata, io, metadata_location)
        _keep_written(metadata_location, metadata)
        return self.register_table(identifier, metadata_location)

    def register_table(
        self, identifier: str | Identifier, metadata_location: str, overwrite: bool = False
    ) -> Table:
        """Name a table that exists already, or raise a TableAlreadyExistsError."""
        try:
            with self._connected() as connection:
                connection.execute(
                    "insert into iceberg_tables values (?, ?, ?, ?, null, 'TABLE')",
                    (*self._key(identifier), metadata_location),
                )
        except sqlite3.IntegrityError as error:
            raise TableAlreadyExistsError(f"Table {identifier} already exists") from error
        return self.load_table(identifier)

    def drop_table(self, identifier: str | Identifier) -> None:
        """Remove a table's name; its files stay."""
        with self._connected() as connection:
            cursor = connection.execute(
                f"delete from iceberg_tables {_WHERE}", self._key(identifier)
            )
        if not cursor.rowcount:
            raise NoSuchTableError(f"Table does not exist: {identifier}")

    def load_table(self, identifier: str | Identifier) -> Table:
        """Open a table at its current metadata file."""
        with self._connected() as connection:
            row = connection.execute(
                f"select metadata_location from iceberg_tables {_WHERE}", self._key(identifier)
            ).fetchone()
        if row is None:
            raise NoSuchTableError(f"Table does not exist: {identifier}")
        [location] = row
        file = self._load_file_io(location=location).new_input(location)
        metadata = read_once(local_path(location), lambda: FromInputFile.table_metadata(file))
        return _Table(
            identifier=self.identifier_to_tuple(identifier),
            metadata=metadata,
            metadata_location=location,
            io=self._load_file_io(metadata.properties, location),
            catalog=self,
        )

    def commit_table(
        self,
        table: Table,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> CommitTableResponse:
        """Write new metadata of a table and name it, if nobody else has done so in the meantime."""
        current = self.load_table(table.name())
        staged = self._update_and_stage_table(current, table.name(), requirements, updates)
        if staged.metadata == current.metadata:
            return _committed(current)
        self._write_metadata(staged.metadata, staged.io, staged.metadata_location)
        _keep_written(staged.metadata_location, staged.metadata)
        before = current.metadata_location
        with self._connected() as connection:
            cursor = connection.execute(
                "update iceberg_tables set metadata_location = ?, previous_metadata_location = ? "
                f"{_WHERE} and metadata_location = ?",
                (staged.metadata_location, before, *self._key(table.name()), before),
            )
        if not cursor.rowcount:
            raise CommitFailedException(
                f"Table has been updated by another process: {table.name()}"
            )
        return _committed(staged)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction, which is rolled back if an error is raised."""
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as connection, connection:
            yield connection

    def _key(self, identifier: str | Identifier) -> tuple[str, str, str]:
        namespace, name = self.identifier_to_database_and_table(identifier)
        return self.name, namespace, name


def _keep_written(location: str, metadata: TableMetadata) -> None:
    """Keep metadata that were just written, so that they need not be read."""
    read_once(local_path(location), lambda: metadata)


def _text(namespace: str | Identifier) -> str:
    return SqliteCatalog.namespace_to_string(namespace)


def _committed(table: Table) -> CommitTableResponse:
    return CommitTableResponse(
        metadata=table.metadata, **{"metadata-location": table.metadata_location}
    )
