"""Named snapshots: a tag on every table, a row in `snapshots`, and a folder with the articles."""

import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import xxhash

from config.errors import UsageError
from config.settings import Settings
from tasks.load.commit import finish_if_committed, publish_tables, run_row
from tasks.load.compaction import publish_if_outdated
from tasks.pipeline import Stages
from tasks.runs.run import unfinished_runs
from tasks.snapshots.datasheet import Citation
from tasks.snapshots.snapshot_folder import write_folder
from tasks.snapshots.state import opened_state
from tasks.snapshots.stored import (
    SNAPSHOT_FLOW,
    StoredSnapshot,
    require_warehouse,
    stored_snapshots,
    write_stored_snapshots,
)
from warehouse.export_tables import Choice, choose
from warehouse.files import fsync
from warehouse.folder import absolute
from warehouse.lake import Lake, open_lake
from warehouse.load import commit_run
from warehouse.schema import SNAPSHOTS
from warehouse.tagged import state_id, tag_tables

_MOST_BYTES = 100  # of a name, which is also the name of a folder
_UNUSABLE = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|^[.\-]|^\s|\s$")


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """The options of `snapshot create`.

    Attributes:
        out: the folder to write; None: one with the snapshot's name.
    """

    name: str
    where: str = "true"
    out: Path | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    wait: bool = False

    @property
    def folder(self) -> Path:
        """Return the absolute path of the folder."""
        return absolute(self.out or Path(self.name))


def create_snapshot(request: SnapshotRequest, stages: Stages) -> StoredSnapshot:
    """Name the present state of the articles that meet a condition, and write their folder.

    The tags come first, then the files, the row, the folder's name, and the publication. The row
    makes the name used. After a kill before it, the command is repeated and moves the tags; after
    a kill behind it, `snapshot export` writes the folder.

    Raises:
        UsageError: the name, the condition or the folder cannot be used.
    """
    name, out = require_name(request.name), request.folder
    warehouse = absolute(stages.settings.warehouse)
    require_warehouse(warehouse)
    stages = stages.prepared()
    settings = stages.settings
    with stages.locked(SNAPSHOT_FLOW, wait=request.wait):
        for run in list(unfinished_runs(warehouse)):
            if notice := finish_if_committed(run, settings):
                stages.listener.notice(notice)
        lake = open_lake(warehouse)
        publish_if_outdated(lake, settings)
        if name in stored_snapshots(lake):
            raise UsageError(
                f"There is a snapshot {name} already, and a name is used once: choose another, or "
                f"write its folder again by `broadsheet snapshot export {name}`."
            )
        require_out(out, warehouse)
        citation = Citation(name, request.title, request.authors)
        with opened_state(warehouse, settings) as connection:
            articles = choose(connection, Choice(request.where))
            with folder_aside(out) as aside:  # the first to fail if nothing can be written there
                tables = tag_tables(lake, name)
                checksum = write_folder(connection, aside, request.where, citation)
                stored = StoredSnapshot(
                    name,
                    datetime.now(UTC),
                    request.where,
                    state_id(tables),
                    tables,
                    articles,
                    checksum,
                )
                _commit(lake, stored, citation, settings)
        publish_tables(warehouse, settings)
    return stored


def require_name(name: str) -> str:
    """Return the name in its normal form.

    Raises:
        UsageError: it cannot be the name of a folder everywhere.
    """
    normal = unicodedata.normalize("NFC", name)
    if not normal or _UNUSABLE.search(normal) or len(normal.encode()) > _MOST_BYTES:
        raise UsageError(
            f"{name!r} cannot be the name of a snapshot: use up to {_MOST_BYTES} letters, digits, "
            "dots, hyphens and the like, without slashes, and no dot or hyphen at the beginning."
        )
    return normal


def require_out(out: Path, warehouse: Path, *, replaceable: bool = False) -> None:
    """Raise an error unless a folder can be written; `replaceable`: it may exist already."""
    if out.resolve().is_relative_to(warehouse.resolve()):
        raise UsageError(f"{out} lies in the warehouse: name a place outside of it by --out.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: make it first, or name another.")
    if (out.exists() or out.is_symlink()) and not replaceable:
        raise UsageError(f"{out} exists already: name another folder by --out.")


@contextmanager
def folder_aside(out: Path) -> Iterator[Path]:
    """Yield a new folder, which gets its final name if the context ends well."""
    aside = out.with_name(f".snapshot.{secrets.token_hex(8)}")
    replaced = aside.with_name(f"{aside.name}.old")
    try:
        aside.mkdir()
        yield aside
        for path in aside.rglob("*"):
            fsync(path)
        if out.exists():
            out.rename(replaced)
        aside.rename(out)
        fsync(out.parent)
    finally:
        for left in (aside, replaced):
            shutil.rmtree(left, ignore_errors=True)


def _commit(lake: Lake, stored: StoredSnapshot, citation: Citation, settings: Settings) -> None:
    """Commit the row as a run without documents, whose parameters have the citation."""
    key = xxhash.xxh3_64_hexdigest(stored.name.encode())[:8]
    run_id = f"{stored.created_at:%Y%m%dT%H%M%S%fZ}-{key}"
    files = write_stored_snapshots(lake, [stored], run_id, settings.load)
    row = run_row(run_id, SNAPSHOT_FLOW, stored.created_at)
    given = {"name": stored.name, "title": citation.stated_title, "authors": citation.authors}
    row["parameters"] = orjson.dumps(given).decode()
    commit_run(lake, {SNAPSHOTS.name: files}, row, settings.load)
