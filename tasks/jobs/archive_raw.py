"""Archives old WARC files of the raw zone in a bucket, and brings them back.

Each file passes the same steps: write the note, upload, read back and compare, complete the note,
and only then remove the file if that is wanted. Whatever step a kill interrupts, the same command
does it again. Until then a takedown knows by the note that there may be a copy.

A file that differs from its verified copy stops both ways, because one of the two is damaged.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from config.bucket import BucketSettings
from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from config.wording import counted
from tasks.pipeline import Stages
from tasks.raw.archived import (
    ArchivedFile,
    archived_files,
    note_of,
    read_note,
    write_note,
)
from tasks.raw.zone import raw_nights
from tasks.runs.run import unfinished_nights
from warehouse.files import sha256_of
from warehouse.format_file import looked_through_for_keys
from warehouse.layout import FETCH_LOCK

_LOCKED_FOR = "archive-raw"


@dataclass(frozen=True, slots=True)
class ArchiveRequest:
    """A request to archive WARC files.

    Attributes:
        to: address of the folder in the bucket.
        older_than: days; files of later nights stay as they are.
        today: the date from which nights are counted back.
        remove: remove a file when its copy is verified.
    """

    to: str
    older_than: int
    today: date
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Archived:
    """The result of archiving, or of bringing files back.

    Attributes:
        files, bytes: what was worked on.
        removed: how many files were removed here.
    """

    files: int
    bytes: int
    removed: int = 0


def files_to_archive(request: ArchiveRequest, warehouse: Path) -> list[tuple[str, int]]:
    """Return path in the warehouse and size of the WARC files that are old enough."""
    last = request.today - timedelta(days=request.older_than)
    waiting = {run.night for run in unfinished_nights(warehouse)}
    return [
        (path.relative_to(warehouse).as_posix(), path.stat().st_size)
        for night in raw_nights(warehouse)
        if night.night < last and night.night not in waiting
        for path in night.files
    ]


def archive_raw(request: ArchiveRequest, stages: Stages, *, wait: bool = False) -> Archived:
    """Archive the WARC files that are old enough.

    Raises:
        UsageError: the files may hold keys of sources.
        BroadsheetError: another process fetches or writes, or the service does not answer.
    """
    stages = stages.prepared()
    warehouse = stages.settings.warehouse
    if not looked_through_for_keys(warehouse):
        raise UsageError(
            f"An earlier version may have stored keys of sources in the WARC files of {warehouse}: "
            "run `broadsheet forget-keys` first, and repeat the command."
        )
    from warehouse.bucket.objects import open_bucket

    open_bucket(request.to, stages.settings.bucket).require()  # before a note names a copy there
    with _locked(stages, wait=wait):
        files = files_to_archive(request, warehouse)
        stages.listener.backing_up(len(files))
        for name, size in files:
            _archive(warehouse, name, request, stages.settings.bucket)
            stages.listener.backed_up(size)
    size = sum(size for _, size in files)
    return Archived(len(files), size, len(files) if request.remove else 0)


def bring_back(stages: Stages, *, wait: bool = False) -> Archived:
    """Fetch all archived files back, and remove their copies and notes.

    Raises:
        BroadsheetError: another process fetches or writes, the service does not answer, or a copy
            is not what was archived.
    """
    stages = stages.prepared()
    warehouse = stages.settings.warehouse
    with _locked(stages, wait=wait):
        notes = list(archived_files(warehouse))
        stages.listener.backing_up(len(notes))
        for note in notes:
            _bring_back(warehouse, note, stages.settings.bucket)
            stages.listener.backed_up(note.bytes)
    return Archived(len(notes), sum(note.bytes for note in notes))


def require_copies_reachable(notes: Sequence[ArchivedFile], settings: Settings) -> None:
    """Make sure that the buckets of some copies answer, before anything is removed.

    Raises:
        BroadsheetError: one does not.
    """
    from warehouse.bucket.objects import open_bucket

    for folder in sorted({note.folder for note in notes}):
        open_bucket(folder, settings.bucket).require()


def remove_copies(notes: Sequence[ArchivedFile], stages: Stages, *, wait: bool) -> None:
    """Remove copies from their bucket, and then their notes.

    Raises:
        BroadsheetError: another process fetches or writes, or the service does not answer.
    """
    from warehouse.bucket.objects import open_bucket

    stages = stages.prepared()
    with _locked(stages, wait=wait):
        for note in notes:
            open_bucket(note.folder, stages.settings.bucket).remove(note.name)
            path = note_of(stages.settings.warehouse, note.name)
            path.unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


@contextmanager
def _locked(stages: Stages, *, wait: bool) -> Iterator[None]:
    """Hold the locks of fetching and loading, in the order of all commands."""
    fetching = stages.locked(_LOCKED_FOR, wait=wait, name=FETCH_LOCK)
    with fetching, stages.locked(_LOCKED_FOR, wait=wait):
        yield


def require_not_archived(warehouse: Path, names: set[str]) -> None:
    """Refuse to go on if one of these WARC files has a copy in a bucket, which would stay.

    Raises:
        BroadsheetError: one sentence that names the files.
    """
    archived = sorted(note.address for note in archived_files(warehouse) if note.name in names)
    if archived:
        raise BroadsheetError(
            f"{counted(len(archived), 'archived WARC file')} may hold the page "
            f"({', '.join(archived)[:1_000]}): run `broadsheet archive-raw --bring-back`, and "
            "repeat the takedown; nothing was removed."
        )


def _archive(warehouse: Path, name: str, request: ArchiveRequest, service: BucketSettings) -> None:
    """Archive a file, if it is not yet, and remove it if that is asked for.

    Before a file is removed, its copy is read back by the same call.
    """
    from warehouse.bucket.objects import open_bucket

    path = warehouse / name
    sha256 = sha256_of(path)
    note = read_note(warehouse, name)
    if note is not None and note.archived_at:
        _require_same(warehouse, note, sha256)
    known = note is not None and note.archived_at and note.folder == request.to
    if known and not request.remove:
        return
    bucket = open_bucket(request.to, service)
    if not (known and bucket.exists(name) and bucket.sha256(name) == sha256):
        _remove_other_copy(note, request, service)
        write_note(warehouse, name, request.to, sha256, is_verified=False)
        bucket.upload(path, name, verify=True)
        write_note(warehouse, name, request.to, sha256, is_verified=True)
    if request.remove:
        path.unlink()


def _remove_other_copy(
    note: ArchivedFile | None, request: ArchiveRequest, service: BucketSettings
) -> None:
    """Remove the copy that an earlier note names elsewhere, which nobody would find any more."""
    from warehouse.bucket.objects import open_bucket

    if note is not None and note.folder != request.to:
        open_bucket(note.folder, service).remove(note.name)


def _require_same(warehouse: Path, note: ArchivedFile, sha256: str) -> None:
    """Refuse to go on with a file that is not what was archived: the copy may be the whole one."""
    if sha256 != note.sha256:
        raise BroadsheetError(
            f"{warehouse / note.name} has other bytes than when it was archived, and "
            f"{note.address} was left as it is: move the file away and run `broadsheet archive-raw "
            f"--bring-back` to have the copy, or remove {note_of(warehouse, note.name)} to keep "
            "the file."
        )


def _bring_back(warehouse: Path, note: ArchivedFile, service: BucketSettings) -> None:
    from warehouse.bucket.objects import open_bucket

    bucket, path = open_bucket(note.folder, service), warehouse / note.name
    if path.is_file() and note.archived_at:
        _require_same(warehouse, note, sha256_of(path))
    elif not path.is_file():
        try:
            _download(warehouse, note, service)
        except FileNotFoundError as error:
            raise BroadsheetError(
                f"{note.address} is gone: restore it in the bucket, or remove "
                f"{note_of(warehouse, note.name)} to go on without it."
            ) from error
    bucket.remove(note.name)
    note_of(warehouse, note.name).unlink()


def _download(warehouse: Path, note: ArchivedFile, service: BucketSettings) -> None:
    """Write a copy as a file of the raw zone, once its bytes are what was archived."""
    from warehouse.bucket.objects import open_bucket

    aside = warehouse / f"{note.name}.incoming"
    open_bucket(note.folder, service).download(note.name, aside)
    if sha256_of(aside) != note.sha256:
        aside.unlink()
        raise BroadsheetError(
            f"{note.address} has other bytes than the file that was archived: restore it in the "
            "bucket from an earlier version, and repeat the command."
        )
    aside.replace(warehouse / note.name)
