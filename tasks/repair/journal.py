"""The journal of a repair: the files that it sets aside, written before any of them is moved.

    WAREHOUSE/damaged/<time>/repair.json     the journal
                             …               the files, in the same folders as in the warehouse

A journal that is not marked as done is a repair that was interrupted. All other commands refuse the
warehouse then, and the next repair continues with this journal.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from config.errors import DamagedWarehouseError
from warehouse.files import write_bytes
from warehouse.layout import DAMAGED, REPAIR
from warehouse.opening import unfinished_repair


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file or folder that is missing or damaged, and that a repair sets aside if it exists.

    Attributes:
        file: its path within the warehouse's folder.
        detail: how it is damaged, such as "is missing".
        table: the table that it belongs to, if any.
        rows: how many rows of that table it held; None if unknown.
        held_run_id: the run whose rows these were; None for a file without rows.
        is_loss: whether these rows were part of a finished run.
    """

    file: str
    detail: str
    table: str | None = None
    rows: int | None = 0
    held_run_id: str | None = None
    is_loss: bool = True


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one repair.

    Attributes:
        folder: the folder to which it moves files.
        is_resumed: whether the repair was interrupted before.
    """

    run_id: str
    started_at: datetime
    folder: Path
    files: tuple[SetAside, ...]
    is_resumed: bool = False

    @property
    def path(self) -> Path:
        """Return the path of the journal's file."""
        return self.folder / REPAIR


def begin(warehouse: Path, files: Sequence[SetAside]) -> Journal:
    """Write the journal of a new repair, or continue the one that was interrupted."""
    if path := unfinished_repair(warehouse):
        return _continue(path, files)
    now = datetime.now(UTC)
    folder = warehouse / DAMAGED / f"{now:%Y%m%dT%H%M%S%fZ}"
    folder.mkdir(parents=True)
    journal = Journal(f"{now:%Y%m%dT%H%M%S%fZ}-repair", now, folder, tuple(files))
    _write(journal, done=False, recorded=[])
    return journal


def end_repair(journal: Journal, recorded: list[dict[str, Any]]) -> None:
    """Mark the repair as done and keep its rows of the table `repairs`."""
    _write(journal, done=True, recorded=recorded)


def remove_journal(journal: Journal) -> None:
    """Remove the journal of a repair that has changed nothing, with its folder."""
    shutil.rmtree(journal.folder)
    with suppress(OSError):  # the folder still holds files that other repairs have set aside
        journal.folder.parent.rmdir()


def recorded_rows(warehouse: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of `repairs` that the journals keep, in case the table itself loses them."""
    for path in sorted((warehouse / DAMAGED).glob(f"*/{REPAIR}")):
        fields = _read(path)
        if fields.get("done"):
            yield from fields.get("recorded", ())


def _continue(path: Path, files: Sequence[SetAside]) -> Journal:
    """Continue an interrupted repair, with files that were found damaged since it began added."""
    fields = _read(path)
    if "run_id" not in fields:
        raise DamagedWarehouseError(
            f"The journal {path} of a repair is damaged: remove it, and run `broadsheet repair`."
        )
    before = [SetAside(**file) for file in fields["files"]]
    known = {file.file for file in before}
    merged = (*before, *(file for file in files if file.file not in known))
    started = datetime.fromisoformat(fields["started_at"])
    journal = Journal(fields["run_id"], started, path.parent, merged, is_resumed=True)
    _write(journal, done=False, recorded=[])
    return journal


def _write(journal: Journal, *, done: bool, recorded: list[dict[str, Any]]) -> None:
    fields = {
        "run_id": journal.run_id,
        "started_at": journal.started_at.isoformat(),
        "files": [asdict(file) for file in journal.files],
        "done": done,
        "recorded": recorded,
    }
    write_bytes(journal.path, orjson.dumps(fields, option=orjson.OPT_INDENT_2))


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return {}
    return found
