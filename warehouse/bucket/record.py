"""`bucket.json`: what this warehouse knows of the lake in the bucket.

By it a push knows what is new without asking the bucket for its files. It is no source of truth: a
push whose record is lost or outdated reads the tables in the bucket instead.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import orjson

from config.settings import Settings
from warehouse.bucket.catalogs import catalog_place
from warehouse.files import write_bytes
from warehouse.layout import BUCKET_RECORD


@dataclass(frozen=True, slots=True)
class PushedTable:
    """A table as the bucket has it.

    Attributes:
        key: the state of the table in the warehouse, see `warehouse.bucket.changes.key_of`.
        local: the id of its snapshot in the warehouse.
        remote: the id of the snapshot in the bucket.
        files: names and sizes of the files.
        due: the time from which files in the bucket may be removed that this state does not name;
            "" if there are none.
    """

    key: str
    local: int | None
    remote: int | None
    files: Mapping[str, int]
    due: str = ""

    def is_due(self, now: datetime) -> bool:
        """Return whether the table in the bucket is to be cleaned."""
        return bool(self.due) and datetime.fromisoformat(self.due) <= now


@dataclass(frozen=True, slots=True)
class BucketRecord:
    """The state of the lake in the bucket, as this warehouse last brought it about or took it over.

    Attributes:
        lake: the addresses of the lake and its catalog.
        number: the number of that state; it only grows. 0: none yet.
        pushing: the number of the state that this warehouse has begun to push.
        token: names that push, because another machine may use the same number.
        passed: the number of a push of another machine that was interrupted when this warehouse
            took over the complete state before it.
        readers: the number of the state that `news.duckdb` in the bucket shows.
        is_pulling: whether a pull was begun and not completed, so that the tables are mixed.
        tables: what was pushed completely, by the names of the tables.
    """

    lake: str
    number: int = 0
    pushing: int = 0
    token: str = ""
    passed: int = 0
    readers: int = 0
    is_pulling: bool = False
    tables: Mapping[str, PushedTable] = field(default_factory=dict)

    def is_due(self, now: datetime) -> bool:
        """Return whether any table in the bucket is to be cleaned."""
        return any(table.is_due(now) for table in self.tables.values())


def read_bucket_record(warehouse: Path, settings: Settings) -> BucketRecord:
    """Return the record; an empty one if it is lost, or belongs to another lake."""
    lake = f"{settings.lake} {catalog_place(settings.bucket.catalog)}"
    try:
        found = orjson.loads((warehouse / BUCKET_RECORD).read_bytes())
        tables = {name: PushedTable(**one) for name, one in found.pop("tables").items()}
        record = BucketRecord(**found, tables=tables)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return BucketRecord(lake)
    return record if record.lake == lake else BucketRecord(lake)


def write_bucket_record(warehouse: Path, record: BucketRecord) -> None:
    """Store the record."""
    write_bytes(warehouse / BUCKET_RECORD, orjson.dumps(asdict(record)))
