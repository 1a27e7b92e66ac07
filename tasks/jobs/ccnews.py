"""Import from CC-NEWS, the news archive of Common Crawl: records of some domains and days.

Each file is read once. The wanted records are copied byte by byte into the raw zone, each followed
by a record with our evidence, and ingested from there. Of all other records only the beginning is
decompressed.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xxhash

from config.days import require_days
from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from config.sources import Source, load_sources, sources_file
from config.wording import counted
from tasks.fetch.attempts import (
    Attempt,
    AttemptLog,
    LoggedRequest,
    attempt_log,
    attempt_of_error,
    read_attempts,
)
from tasks.fetch.model import FetchError
from tasks.fetch.stage import close_fetching, files_of_other_runs
from tasks.jobs.ccnews_list import Archives, BadLine, archives_below, read_list
from tasks.jobs.fetching import FetchJob, fetching_run, load_fetched
from tasks.pipeline import Stages, Summary
from tasks.raw.picking import PickFilter, PickResult, pick
from tasks.raw.zone import require_room
from tasks.runs.run import Run
from tasks.runs.taken_down import TakenPages
from tasks.web.hosts import is_shared
from tasks.web.urls import registered_domain
from warehouse.files import written_aside
from warehouse.lake import open_lake
from warehouse.schema import TAKEDOWNS

SLUG = "ccnews"  # begins the names of its WARC files, and stands for a source in its attempts
_MOST_NOTICES = 20
_NAMED_DAY = re.compile(r"CC-NEWS-(\d{4})(\d\d)(\d\d)")
# A file is named after the day on which it was begun, and holds all captures until the next one
# was begun.
_LONGEST_FILE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class CcnewsRequest:
    """A request to import records from CC-NEWS.

    Attributes:
        listed: a WARC file, a folder of WARC files, or a list with one path or address a line.
        domains: registered domains; () for those of the configured sources.
        fetched_from, fetched_to: first and last day of capture, in UTC; None for no bound.
        night: the local date under which the records are stored.
        limit: read at most so many files.
    """

    listed: str
    domains: tuple[str, ...]
    fetched_from: date | None
    fetched_to: date | None
    night: date
    limit: int | None = None


def take_ccnews(request: CcnewsRequest, stages: Stages, *, wait: bool = False) -> Summary:
    """Copy the wanted records into the raw zone, and ingest and publish them.

    Raises:
        BroadsheetError: one sentence; what was published before is still there.
    """
    require_days(request.fetched_from, request.fetched_to)
    settings = stages.settings
    path = sources_file(settings.sources)
    sources = load_sources(path) if path.is_file() else []
    wanted = _wanted(request, sources)
    archives = _archives(request, settings)
    stages = stages.prepared()
    job = FetchJob(SLUG, "backfill", request, sources)
    with fetching_run(job, stages, wait=wait) as run:
        if not run.fetched_file.is_file():
            with stages.clock("fetch"):
                stages.run_stage(
                    "fetch", "fetch", _copy_all, run, archives, wanted, stages
                ).result()
        return load_fetched(run, stages)


def _wanted(request: CcnewsRequest, sources: Sequence[Source]) -> PickFilter:
    """Return which records are wanted, and the configured source of each domain.

    Raises:
        UsageError: there are no domains, or one of them is not the domain of one publisher.
    """
    named = {registered_domain(source.homepage) or "": source for source in sources}
    domains = set(request.domains) or set(named) - {""}
    if not domains:
        raise UsageError("Name the domains to keep by --domain, or list their sources first.")
    unknown = [domain for domain in domains if registered_domain(f"http://{domain}/") != domain]
    shared = [domain for domain in domains if is_shared(domain)]
    if shared:
        raise UsageError(
            f"{shared[0]!r} is shared by many publishers: name each, such as any.{shared[0]}."
        )
    if unknown:
        raise UsageError(
            f"{unknown[0]!r} is not a registered domain: name one such as courier.example."
        )
    return PickFilter(
        sources={domain: named.get(domain) for domain in domains},
        first=request.fetched_from or date.min,
        last=request.fetched_to or date.max,
    )


def _archives(request: CcnewsRequest, settings: Settings) -> Archives:
    """Return the archives that are to be read, without those named after other days."""
    path = Path(request.listed).expanduser()
    named = _named(path, request, settings)
    files = [file for file in named.files if _may_hold(file, request)][: request.limit]
    if not files:
        why = f": {named.bad[0].text}, {named.bad[0].detail}" if named.bad else ""
        raise UsageError(f"{request.listed} names no archive of these days{why}.")
    return replace(named, files=tuple(files))


def _named(path: Path, request: CcnewsRequest, settings: Settings) -> Archives:
    if path.is_dir():
        return archives_below(path)
    if not path.is_file():
        raise UsageError(f"{request.listed} does not exist; give a WARC file, a folder, or a list.")
    if not _head(path).startswith(b"WARC/"):
        return read_list(path, settings.fetch)
    if path.suffix != ".gz":
        raise UsageError(f"{path} is not compressed as CC-NEWS is: `broadsheet ingest` reads it.")
    return Archives((str(path),))


def _head(path: Path) -> bytes:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as stream:
            head: bytes = stream.read(16)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"Cannot read {path}: {error}.") from error
    return head


def _may_hold(name: str, request: CcnewsRequest) -> bool:
    """Return whether a file may hold captures of the wanted days, judged by its name."""
    found = _NAMED_DAY.search(name)
    if not found:
        return True
    begun = date(*map(int, found.groups()))
    if request.fetched_to and begun > request.fetched_to:
        return False
    return not request.fetched_from or begun + _LONGEST_FILE >= request.fetched_from


def _copy_all(run: Run, archives: Archives, wanted: PickFilter, stages: Stages) -> None:
    """Copy the wanted records of each file that is not finished.

    A file is finished once it has its line in the log of attempts. A file that was being copied
    when the run was killed is copied again, to a WARC file of the same number.
    """
    taken = TakenPages(open_lake(run.warehouse).files(TAKEDOWNS))
    wanted = replace(wanted, taken=taken)
    path = run.attempts_file(SLUG)
    done = {attempt.url for attempt in read_attempts(path)}
    unfinished = [file for file in archives.files if file not in done]
    stages.listener.fetching(len(unfinished))
    before = sum(name.startswith(f"{SLUG}-") for name in files_of_other_runs(run))
    with attempt_log(path) as log:
        _refuse_bad_lines([one for one in archives.bad if one.text not in done], log, stages)
        for number, file in enumerate(archives.files, start=before):
            if file in done:
                continue
            attempt = _copy(run, file, wanted, stages.settings, number)
            log.add(attempt)
            stages.listener.fetched(attempt.outcome, attempt.bytes or 0)
            if attempt.outcome != "fetched":
                stages.listener.notice(f"{file} was not read: {attempt.reason}.")
    close_fetching(run)


def _refuse_bad_lines(bad: Sequence[BadLine], log: AttemptLog, stages: Stages) -> None:
    """Log each line that is left out as a refused attempt, with a notice for the first ones."""
    for one in bad:
        asked = LoggedRequest(source=SLUG, kind="ccnews", url=one.text)
        log.add(attempt_of_error(asked, 0, FetchError(one.reason, one.detail)))
    for one in bad[:_MOST_NOTICES]:
        stages.listener.notice(f"Left out: {one.text} ({one.detail}).")
    if (more := len(bad) - _MOST_NOTICES) > 0:
        stages.listener.notice(
            f"{more:,} more lines were left out; the table `fetches` lists them all."
        )


def _copy(run: Run, file: str, wanted: PickFilter, settings: Settings, number: int) -> Attempt:
    asked = LoggedRequest(source=SLUG, kind="ccnews", url=file)
    started = datetime.now(UTC)
    target = run.raw_folder / f"{SLUG}-{number:03}.warc.gz"
    try:
        local = _local(run, file, settings)
        with written_aside(target) as aside:
            picked = pick(local, aside, wanted, settings.read)
    except FetchError as error:
        _download(run, file).unlink(missing_ok=True)
        return attempt_of_error(asked, 1, error)
    except OSError as error:
        raise BroadsheetError(f"Cannot copy from {file}: {error.strerror or error}.") from error
    if _is_address(file):
        local.unlink()
    if not picked.records:
        target.unlink()
    return _attempt(asked, started, picked, run, target)


def _attempt(
    asked: LoggedRequest, started: datetime, picked: PickResult, run: Run, target: Path
) -> Attempt:
    copied, others = counted(picked.records, "record"), counted(picked.skipped, "other")
    detail = f"{copied} copied, {others} skipped"
    if picked.unreadable_regions:
        detail += f", {picked.unreadable_regions} unreadable regions skipped"
    return Attempt(
        source=asked.source,
        kind=asked.kind,
        url=asked.url,
        url_key=None,
        how=None,
        place=None,
        why=None,
        attempt=1,
        started_at=started,
        outcome="fetched",
        detail=detail,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        bytes=picked.size,
        warc_file=target.relative_to(run.warehouse).as_posix() if picked.records else None,
        warc_offset=0 if picked.records else None,
        warc_end=target.stat().st_size if picked.records else None,
    )


def _local(run: Run, file: str, settings: Settings) -> Path:
    """Return the path of a file; if it is named by an address, download it first."""
    if not _is_address(file):
        return Path(file)
    from tasks.fetch.session import running_session

    path = _download(run, file)
    path.parent.mkdir(exist_ok=True)
    require_room(run.warehouse, settings.fetch.free_bytes)
    with running_session(settings) as (session, finished):
        finished(session.fetcher.download(file, path))
    return path


def _download(run: Run, address: str) -> Path:
    """Return the path for the download of an address.

    It is a hash of the address, because two addresses may end in the same file name.
    """
    return run.folder / "downloads" / f"{xxhash.xxh3_128_hexdigest(address.encode())}.warc.gz"


def _is_address(file: str) -> bool:
    return file.lower().startswith(("http://", "https://"))
