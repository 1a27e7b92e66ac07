"""Numbered tables in an Iceberg catalog, `writer_1`, `writer_2`, …, each made by one process only.

A catalog makes a table of one name once, whoever asks for it at the same time. So the table of a
number says which process was the first to want this number. Tables have no rows; their properties
name the process, for people and for `warehouse.bucket.lease`, which says what the numbers mean.
"""

import hashlib
import logging
import os
import re
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pyarrow import fs
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import (
    NamespaceAlreadyExistsError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.schema import Schema
from pyiceberg.table import Table as IcebergTable
from pyiceberg.types import LongType, NestedField

from config.settings import Settings
from warehouse.folder import absolute
from warehouse.lake import NAMESPACE
from warehouse.layout import LOCK

log = logging.getLogger("broadsheet.lease")

_NAME = re.compile(r"writer_(\d+)")
_MACHINE_ID = Path("/etc/machine-id")
_PREFIX = "broadsheet.writer."
_SCHEMA = Schema(NestedField(1, "number", LongType(), required=False))


@dataclass(frozen=True, slots=True)
class LakeWriter:
    """A process that writes to a lake, or a note that none does.

    Attributes:
        token: differs for each lease that is asked for.
        lock: stands for the lock file of its warehouse on its machine.
        seconds: the time after which others take it for dead; "0" if the lake is free.
    """

    host: str = ""
    process: str = ""
    warehouse: str = ""
    purpose: str = ""
    since: str = ""
    token: str = ""
    lock: str = ""
    seconds: str = "0"

    @property
    def is_gone(self) -> bool:
        """Return whether it has said that it writes no longer."""
        return self.seconds == "0"

    def __str__(self) -> str:
        """Return the process for messages."""
        return (
            f"process {self.process} on {self.host} ({self.purpose}, warehouse {self.warehouse}) "
            f"since {self.since}"
        )


@dataclass(frozen=True, slots=True)
class WriterTables:
    """The tables `writer_<number>` of a catalog."""

    catalog: Catalog

    def newest(self) -> int:
        """Return the greatest number; 0 if there is no table."""
        return max(self._numbers(), default=0)

    def writer(self, number: int) -> LakeWriter | None:
        """Return the process that made a table; None if the table is gone or cannot be read."""
        try:
            properties = self.catalog.load_table((NAMESPACE, f"writer_{number}")).properties
            return LakeWriter(
                **{one.name: properties[f"{_PREFIX}{one.name}"] for one in fields(LakeWriter)}
            )
        except (NoSuchTableError, FileNotFoundError, KeyError):
            return None

    def make(self, number: int, writer: LakeWriter) -> bool:
        """Make the table of a number, and return whether it is this writer's and the greatest.

        Two facts need the second half. An answer of the catalog may be lost, so that the table is
        there already. And a process that was stopped may make a table that was made and removed
        again in the meantime; a greater one is there then.
        """
        properties = {f"{_PREFIX}{name}": value for name, value in asdict(writer).items()}
        try:
            self.catalog.create_table(
                (NAMESPACE, f"writer_{number}"), _SCHEMA, properties=properties
            )
        except TableAlreadyExistsError:
            found = self.writer(number)
            if found is None or found.token != writer.token:
                return False
        except NoSuchNamespaceError:
            with suppress(NamespaceAlreadyExistsError):
                self.catalog.create_namespace(NAMESPACE)
            return self.make(number, writer)
        return self.newest() == number

    def remove_before(self, number: int) -> None:
        """Remove the tables of smaller numbers and all their files.

        Files without a table are those of a process that came too late to make it.
        """
        newest = self.catalog.load_table((NAMESPACE, f"writer_{number}"))
        old = [one for one in self._numbers() if one < number]
        for one in old:
            with suppress(NoSuchTableError):
                self.catalog.drop_table((NAMESPACE, f"writer_{one}"))
        try:
            _remove_folders(newest, number)
        except OSError as error:  # some REST catalogs keep the keys of the bucket to themselves
            log.debug("files of old leases were not removed error=%s", error)

    def _numbers(self) -> list[int]:
        try:
            names = [name for *_, name in self.catalog.list_tables(NAMESPACE)]
        except NoSuchNamespaceError:
            return []
        return [int(match[1]) for name in names if (match := _NAME.fullmatch(name))]


def this_process(settings: Settings, purpose: str) -> LakeWriter:
    """Return the name of this process, which holds the lock of its warehouse."""
    warehouse, host = absolute(settings.warehouse), socket.gethostname()
    (warehouse / LOCK).touch()
    lock = (warehouse / LOCK).stat()
    machine = _MACHINE_ID.read_text("utf-8").strip() if _MACHINE_ID.is_file() else ""
    place = f"{host} {machine} {warehouse} {lock.st_dev} {lock.st_ino}"
    return LakeWriter(
        host=host,
        process=str(os.getpid()),
        warehouse=str(warehouse),
        purpose=purpose,
        since=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        token=uuid4().hex,
        lock=hashlib.sha256(place.encode()).hexdigest(),
        seconds=str(settings.bucket.lease_seconds),
    )


def named(writer: LakeWriter | None) -> str:
    """Return a process for messages, also if it is not known which."""
    return str(writer) if writer else "another process"


def _remove_folders(table: IcebergTable, number: int) -> None:
    """Remove the folders `writer_<smaller number>` beside the folder of a table."""
    scheme, host, path = PyArrowFileIO.parse_location(table.location())
    parent, _, _ = path.rpartition("/")
    filesystem = PyArrowFileIO(table.io.properties).fs_by_scheme(scheme, host)
    for folder in filesystem.get_file_info(fs.FileSelector(parent, allow_not_found=True)):
        match = _NAME.fullmatch(folder.base_name)
        if match and int(match[1]) < number:
            filesystem.delete_dir(folder.path)
