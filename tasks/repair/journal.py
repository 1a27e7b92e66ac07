"""The journal of a repair: what it sets aside, written down before anything is moved.

WAREHOUSE/damaged/<time>/repair.json     the journal; beside it what was set aside
"""

from collections.abc import Iterator, Sequence
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
    """A file or folder that is missing or damaged.

    Attributes:
        file: within the warehouse's folder.
        detail: what is wrong with it, such as "is missing".
        table: the table that it belongs to.
        rows: of the table that it held; None if unknown.
        held_run_id: the run whose rows these are; None for a file without rows.
        is_loss: whether its rows were part of a finished run.
    """

    file: str
    detail: str
    table: str | None = None
    rows: int | None = 0
    held_run_id: str | None = None
    is_loss: bool = True


@dataclass(frozen=True, slots=True)
class Journal:
    """One repair.

    Attributes:
        folder: where it sets files aside.
        is_resumed: whether it was broken off before.
    """

    run_id: str
    started_at: datetime
    folder: Path
    files: tuple[SetAside, ...]
    is_resumed: bool = False

    @property
    def path(self) -> Path:
        return self.folder / REPAIR


def begin(warehouse: Path, files: Sequence[SetAside]) -> Journal:
    """Write the journal of a new repair, or go on with one that was broken off."""
    if path := unfinished_repair(warehouse):
        return _go_on(path, files)
    now = datetime.now(UTC)
    folder = warehouse / DAMAGED / f"{now:%Y%m%dT%H%M%S%fZ}"
    folder.mkdir(parents=True)
    journal = Journal(f"{now:%Y%m%dT%H%M%S%fZ}-repair", now, folder, tuple(files))
    _write(journal, done=False, recorded=[])
    return journal


def end(journal: Journal, recorded: list[dict[str, Any]]) -> None:
    """Mark the repair as done and keep its rows of the table `repairs`."""
    _write(journal, done=True, recorded=recorded)


def recorded_rows(warehouse: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of `repairs` as the journals keep them, in case the table itself is lost."""
    for path in sorted((warehouse / DAMAGED).glob(f"*/{REPAIR}")):
        fields = _read(path)
        if fields.get("done"):
            yield from fields.get("recorded", ())


def _go_on(path: Path, files: Sequence[SetAside]) -> Journal:
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
