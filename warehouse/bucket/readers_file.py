"""`news.duckdb` in the bucket: the published file, whose views name the objects in the bucket.

A reader with DuckDB and its extension httpfs attaches it by its address and sees the same views and
marts as in the warehouse. It is a copy of the published file, in which each view is made again with
the addresses of the files. So both have the same statements.

DuckDB looks at the files of a view when the view is made. Here their addresses lead to the local
files of the same content, so that nothing is read from the bucket and no extension is needed.
"""

import logging
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
from fsspec import AbstractFileSystem

from config.errors import BroadsheetError
from warehouse.bucket.objects import SCHEME, Bucket
from warehouse.layout import LAKE, PUBLISHED
from warehouse.place_names import redirect_views, statement_renamed
from warehouse.publish import files_named_by, views_of
from warehouse.schema import PUBLICATION

log = logging.getLogger("broadsheet.bucket")

_SCHEMA_FILES = "schema-"


def publish_for_readers(warehouse: Path, bucket: Bucket) -> None:
    """Replace `news.duckdb` in the bucket by the published file; its data files are there already.

    Files without rows, which give the views their columns, are uploaded with it if they are new.

    Raises:
        BroadsheetError: the bucket does not do what was asked, or the file could not be made.
    """
    published = warehouse / PUBLISHED
    addresses = {
        path: bucket.address(object_name(path)) for path in files_named_by(views_of(published))
    }
    for path in map(Path, sorted(addresses)):
        name = object_name(str(path))
        if path.name.startswith(_SCHEMA_FILES) and not bucket.exists(name):
            bucket.upload(path, name)
    with tempfile.TemporaryDirectory(prefix=".readers-", dir=warehouse) as folder:
        # Views refer to their database by the name of its file.
        aside = Path(folder) / PUBLISHED
        shutil.copyfile(published, aside)
        try:
            name_remote_files(aside, addresses)
        except duckdb.Error as error:
            raise BroadsheetError(
                f"{bucket.address(PUBLISHED)} could not be made from {published}: "
                f"{str(error).splitlines()[0]}; repeat the command."
            ) from error
        bucket.upload(aside, PUBLISHED)
        log.info("published for readers bytes=%d", aside.stat().st_size)


def object_name(path: str) -> str:
    """Return the name that a file of a table has in the bucket.

    Example:
        /srv/news/lake/runs/data/1.parquet is runs/data/1.parquet
    """
    return path.rpartition(f"/{LAKE}/")[2]


def name_remote_files(published: Path, addresses: Mapping[str, str]) -> None:
    """Let the views of a published file name other files of the same content.

    Args:
        published: a copy that is changed.
        addresses: the addresses in a bucket by the paths of the files that the views name.
    """
    local = {address: path for path, address in addresses.items()}
    with duckdb.connect(str(published)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register_filesystem(_LocalStandIns(local))
        redirect_views(connection, lambda sql: statement_renamed(sql, addresses))
        connection.execute(f"update {PUBLICATION.name} set search = null, report = null")
        connection.execute("checkpoint")


class _LocalStandIns(AbstractFileSystem):  # type: ignore[misc]
    """The files at addresses in a bucket, read from the local disk."""

    protocol = "s3"
    cachable = False

    def __init__(self, paths: Mapping[str, str]) -> None:
        super().__init__()
        self._paths = paths

    def glob(self, path: str, *unused: Any, **options: Any) -> list[str]:
        """Return the name of a file as it is, because views name single files."""
        return [path.removeprefix(SCHEME)]

    def open(self, path: str, *unused: Any, **options: Any) -> BinaryIO:
        """Open the local file."""
        return self._here(path).open("rb")

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """Return the size of the local file."""
        return {"name": path, "size": self._here(path).stat().st_size, "type": "file"}

    def modified(self, path: str) -> datetime:
        """Return the time of the local file."""
        return datetime.fromtimestamp(self._here(path).stat().st_mtime, UTC)

    def _here(self, path: str) -> Path:
        return Path(self._paths[f"{SCHEME}{path.removeprefix(SCHEME)}"])
