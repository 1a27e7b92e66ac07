"""The command `archive-raw`: WARC files go to a bucket, and come back."""

from datetime import date

from config.bucket import bucket_address
from config.errors import UsageError
from config.settings import Settings
from config.wording import counted
from flows.actions.nights import run_with_progress
from flows.terminal.screen import screen
from tasks.jobs.archive_raw import ArchiveRequest, archive_raw, bring_back, files_to_archive
from tasks.raw.archived import archived_files
from warehouse.folder import absolute

console = screen(soft_wrap=True)


def archive_request(
    to: str | None, older_than: int, today: date, *, remove: bool
) -> ArchiveRequest:
    """Return the request that the options stand for.

    Raises:
        UsageError: there is no address of a bucket.
    """
    if not to:
        raise UsageError("Say where to archive the files, such as --to s3://bucket/prefix.")
    try:
        return ArchiveRequest(bucket_address(to), older_than, today, remove)
    except ValueError as error:
        raise UsageError(f"--to: {error}.") from error


def archive_raw_command(
    request: ArchiveRequest, settings: Settings, *, wait: bool, dry_run: bool
) -> None:
    """Archive the files of old nights, or print how many would be archived."""
    if dry_run:
        found = files_to_archive(request, absolute(settings.warehouse))
        _print(len(found), sum(size for _, size in found), f"would be archived in {request.to}")
        return
    done = run_with_progress(settings, lambda stages: archive_raw(request, stages, wait=wait))
    removed = ", and removed here" if done.removed else ""
    _print(done.files, done.bytes, f"{_are(done.files)} archived in {request.to}{removed}")


def bring_back_command(settings: Settings, *, wait: bool, dry_run: bool) -> None:
    """Bring all archived files back, or print how many there are."""
    if dry_run:
        notes = list(archived_files(absolute(settings.warehouse)))
        _print(len(notes), sum(note.bytes for note in notes), "would be brought back")
        return
    done = run_with_progress(settings, lambda stages: bring_back(stages, wait=wait))
    _print(done.files, done.bytes, f"{_are(done.files)} here again, and nowhere else")


def _are(files: int) -> str:
    return "is" if files == 1 else "are"


def _print(files: int, size: int, what: str) -> None:
    console.print(f"{counted(files, 'WARC file')} of {size / 1e6:,.1f} MB {what}.", markup=False)
