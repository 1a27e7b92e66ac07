"""The tables of a lake in a bucket, and the numbers by which machines see who is behind.

The table `runs` carries two properties for all tables. `broadsheet.lake-number` grows with each
push, at its beginning. `broadsheet.lake-state` names the snapshots of all tables that belong
together, and is written at the end of a push. `broadsheet.lake-push` tells pushes of the same
number apart: one that failed before its number was stored does not know that another machine used
it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException, NoSuchNamespaceError, NoSuchTableError
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Snapshot

from config.errors import UsageError
from config.settings import Settings
from warehouse.bucket.catalogs import CatalogError, catalog_asked, open_bucket_catalog
from warehouse.bucket.objects import Bucket, BucketError, open_bucket, refused
from warehouse.format_file import SCHEMA_PROPERTY
from warehouse.lake import NAMESPACE
from warehouse.schema import RUNS, SCHEMA_VERSION, Table

NUMBER_PROPERTY = "broadsheet.lake-number"
STATE_PROPERTY = "broadsheet.lake-state"
TOKEN_PROPERTY = "broadsheet.lake-push"
ADDRESS_PROPERTY = "broadsheet.lake-address"  # the setting `lake` of the last push
# The state of the local table that a table in the bucket has.
PUSHED_PROPERTY = "broadsheet.pushed"
# Rows were removed, and objects that still hold them are not removed yet.
PURGE_PROPERTY = "broadsheet.purge"


@dataclass(frozen=True, slots=True)
class LakeState:
    """The state of the tables in the bucket.

    Attributes:
        number: the number of the last push that was begun; 0 for a new lake.
        complete: the number of the last push that was completed.
        heads: the snapshot of each table at that time; None for a table without rows.
        token: names the push that was begun last, and so the machine that did so.
    """

    number: int = 0
    complete: int = 0
    heads: Mapping[str, int | None] = field(default_factory=dict)
    token: str = ""


@dataclass(frozen=True, slots=True)
class BucketLake:
    """The tables in the bucket."""

    settings: Settings
    bucket: Bucket
    catalog: Catalog

    def find(self, table: Table) -> IcebergTable | None:
        """Open a table at its current snapshot; None if it does not exist."""
        with self.asked():
            try:
                found = self.catalog.load_table((NAMESPACE, table.name))
            except (NoSuchTableError, NoSuchNamespaceError):
                return None
        schema = int(found.properties.get(SCHEMA_PROPERTY, "0"))
        if schema > SCHEMA_VERSION:
            raise UsageError(
                f"The lake {self.settings.lake} was written by a newer Broadsheet (it has format "
                f"{schema}, this one knows formats up to {SCHEMA_VERSION}): upgrade Broadsheet."
            )
        return found

    def made(self, table: Table, properties: Mapping[str, str]) -> IcebergTable:
        """Open a table; make it if it does not exist."""
        if found := self.find(table):
            return found
        with self.asked():
            self.catalog.create_namespace_if_not_exists(NAMESPACE)
            return self.catalog.create_table(
                (NAMESPACE, table.name),
                schema=table.arrow,
                location=self.bucket.address(table.name),
                properties=dict(properties),
            )

    def state(self) -> LakeState:
        """Return the numbers and the last complete state.

        Raises:
            UsageError: the catalog has the tables of another lake, whose files are elsewhere.
        """
        runs = self.find(RUNS)
        properties = runs.properties if runs else {}
        lake = self.settings.lake
        if (other := properties.get(ADDRESS_PROPERTY, lake)) != lake:
            raise UsageError(
                f"The catalog in bucket.catalog has the tables of the lake {other}, and the "
                f"setting `lake` is {lake}: correct `lake`, name another database or catalog, or "
                f"move the lake by `broadsheet lake push --moved-from {other}`."
            )
        stated = orjson.loads(properties.get(STATE_PROPERTY, "{}"))
        return LakeState(
            int(properties.get(NUMBER_PROPERTY, "0")),
            stated.get("number", 0),
            stated.get("heads", {}),
            properties.get(TOKEN_PROPERTY, ""),
        )

    def set_on_runs(self, properties: Mapping[str, str]) -> None:
        """Set properties of the table `runs`, which exists."""
        with self.asked(), self.made(RUNS, {}).transaction() as transaction:
            transaction.set_properties(dict(properties))

    def data_files(self, table: IcebergTable, snapshot: Snapshot | None) -> list[DataFile]:
        """Return the files of a snapshot, from its manifests."""
        if snapshot is None:
            return []
        with self.asked():
            return [
                entry.data_file
                for manifest in snapshot.manifests(table.io)
                for entry in manifest.fetch_manifest_entry(table.io)
            ]

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Turn an error of the catalog, or of the bucket that it writes to, into one sentence."""
        try:
            with catalog_asked(self.settings):
                yield
        except CommitFailedException as error:
            raise CatalogError(
                f"Another program changed a table of {self.settings.lake} at the same time: repeat "
                "`broadsheet lake push` when it has ended."
            ) from error
        except OSError as error:
            raise refused(self.settings.lake, error) or BucketError(
                f"The metadata of the tables in {self.settings.lake} could not be read or written "
                f"({error}): check the bucket and repeat the command."
            ) from error


def open_bucket_lake(settings: Settings) -> BucketLake:
    """Open the lake in the bucket.

    Raises:
        UsageError: a setting is missing or wrong.
        CatalogError: the catalog does not answer.
        BucketError: there is no such bucket, or the keys are refused.
    """
    catalog = open_bucket_catalog(settings)
    bucket = open_bucket(settings.lake, settings.bucket)
    bucket.require()
    return BucketLake(settings, bucket, catalog)


def last_part(path: str) -> str:
    """Return the last part of a file's path or address."""
    return path.rpartition("/")[2]
