"""WARC files of the raw zone that are archived in a bucket, each with a note beside its place.

The note WAREHOUSE/raw/<night>/<source>-NNN.warc.gz.archived says where the copy lies, with its size
and SHA-256. It is written before the upload, so that every copy is known, and completed when the
copy was read back and compared. The file itself may be removed afterwards; whoever needs it reads
the copy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from config.errors import DamagedWarehouseError
from tasks.read.plan import Plan
from warehouse.files import write_bytes
from warehouse.layout import RAW

NOTE_SUFFIX = ".archived"


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A WARC file with a copy in a bucket.

    Attributes:
        name: its path in the warehouse, such as "raw/2026-05-01/courier-000.warc.gz".
        folder: address below which the copy has the same name.
        archived_at: when the copy was read back and compared; "" before that.
    """

    name: str
    folder: str
    bytes: int
    sha256: str
    archived_at: str

    @property
    def address(self) -> str:
        """Return the address of the copy."""
        return f"{self.folder}/{self.name}"

    @property
    def night(self) -> date:
        """Return the night of the file."""
        return date.fromisoformat(self.name.split("/")[1])


def note_of(warehouse: Path, name: str) -> Path:
    """Return the path of the note of a WARC file."""
    return warehouse / f"{name}{NOTE_SUFFIX}"


def write_note(
    warehouse: Path, name: str, folder: str, sha256: str, *, is_verified: bool
) -> ArchivedFile:
    """Record that a file has a copy below an address, or is about to have one."""
    size = (warehouse / name).stat().st_size
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}" if is_verified else ""
    note = ArchivedFile(name, folder, size, sha256, now)
    write_bytes(note_of(warehouse, name), orjson.dumps(asdict(note)))
    return note


def read_note(warehouse: Path, name: str) -> ArchivedFile | None:
    """Return what is known of the copy of a file; None if it has none.

    Raises:
        DamagedWarehouseError: the note is damaged.
    """
    path = note_of(warehouse, name)
    try:
        return ArchivedFile(**orjson.loads(path.read_bytes()) | {"name": name})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise DamagedWarehouseError(
            f"{path} is damaged: take it from a backup; it names the copy of a WARC file."
        ) from error


def archived_files(warehouse: Path) -> Iterator[ArchivedFile]:
    """Yield all files that have a copy, by night and name."""
    for path in sorted((warehouse / RAW).glob(f"[0-9]*/*.warc.gz{NOTE_SUFFIX}")):
        name = path.relative_to(warehouse).as_posix().removesuffix(NOTE_SUFFIX)
        if note := read_note(warehouse, name):
            yield note


def present_path(warehouse: Path, name: str) -> str | None:
    """Return the path of a WARC file, else the address of its copy; None if both are gone."""
    path = warehouse / name
    if path.is_file():
        return str(path)
    note = read_note(warehouse, name)
    return note.address if note else None


def only_archived(warehouse: Path) -> list[ArchivedFile]:
    """Return the files that lie in a bucket alone."""
    return [note for note in archived_files(warehouse) if not (warehouse / note.name).is_file()]


def with_names_of_raw(plan: Plan, archived: Iterable[ArchivedFile]) -> Plan:
    """Return a plan in which archived files have the locators that they have in the raw zone."""
    names = {note.address: note.name for note in archived}
    batches = tuple(
        replace(
            batch,
            spans=tuple(
                replace(span, locator=names.get(span.path, span.locator)) for span in batch.spans
            ),
        )
        for batch in plan.batches
    )
    return replace(plan, batches=batches)
