"""CC-NEWS, the news archive of Common Crawl: the records of some domains and days, copied here.

Each file is gone through once; what is wanted is copied byte by byte into the raw zone, each record
with our evidence behind it, and ingested from there. Of what is not wanted only the beginning is
decompressed.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xxhash

from config.days import require_days
from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from config.sources import Source, load_sources, sources_file
from tasks.ccnews_list import Archives, BadLine, archives_below, read_list
from tasks.fetch.attempts import Asked, Attempt, AttemptLog, attempt_log, failed, read_attempts
from tasks.fetch.model import FetchError
from tasks.fetch.stage import close_fetching, files_before
from tasks.nightly import describe, finish_others, run_key, take_in
from tasks.pipeline import Stages, Summary
from tasks.process.hosts import is_shared
from tasks.process.urls import registered_domain
from tasks.raw import require_room
from tasks.runs import Run, find_run, new_run
from tasks.warc_picking import Picked, Wanted, pick
from warehouse.files import written_aside
from warehouse.layout import FETCH_LOCK

SLUG = "ccnews"
MOST_NAMED = 20
_NAMED_DAY = re.compile(r"CC-NEWS-(\d{4})(\d\d)(\d\d)")
# A file named for one day holds what was fetched until the next file was begun.
_LONGEST_FILE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class CcnewsRequest:
    """What to take from CC-NEWS.

    Attributes:
        listed: a WARC file, a folder of such, or a list of paths or addresses, one a line.
        domains: registered domains; none: those of the configured sources.
        fetched_from, fetched_to: days, both included, in UTC; None: no bound.
        night: the local date, under which the records lie.
        limit: read so many files at most.
    """

    listed: str
    domains: tuple[str, ...]
    fetched_from: date | None
    fetched_to: date | None
    night: date
    limit: int | None = None


def take_ccnews(request: CcnewsRequest, stages: Stages, *, wait: bool = False) -> Summary:
    """Copies the wanted records, ingests and publishes them.

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
    warehouse = stages.settings.warehouse
    with stages.locked("fetching", wait=wait, name=FETCH_LOCK):
        require_room(warehouse, settings.fetch.free_bytes)
        key = run_key(SLUG, asdict(request))
        finish_others(key, stages)
        described = describe("backfill", request.night, sources, stages.settings)
        described["parameters"] |= asdict(request)
        run = find_run(warehouse, key) or new_run(warehouse, key, described)
        if not run.fetched_file.is_file():
            with stages.clock("fetch"):
                stages.call("fetch", "fetch", _copy_all, run, archives, wanted, stages).result()
        return take_in(run, stages)


def _wanted(request: CcnewsRequest, sources: Sequence[Source]) -> Wanted:
    """Which records are wanted, and the source that each domain stands for."""
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
        raise UsageError(f"{unknown[0]!r} is no registered domain such as courier.example.")
    return Wanted(
        sources={domain: named.get(domain) for domain in domains},
        first=request.fetched_from or date.min,
        last=request.fetched_to or date.max,
    )


def _archives(request: CcnewsRequest, settings: Settings) -> Archives:
    """Return what is to be read; archives whose names say other days are left out."""
    path = Path(request.listed).expanduser()
    named = _named(path, request, settings)
    days = [one for one in named.files if _may_hold(one, request)][: request.limit]
    if not days:
        why = f": {named.bad[0].text}, {named.bad[0].detail}" if named.bad else ""
        raise UsageError(f"{request.listed} names no archive of these days{why}.")
    return replace(named, files=tuple(days))


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
    found = _NAMED_DAY.search(name)
    if not found:
        return True
    begun = date(*map(int, found.groups()))
    if request.fetched_to and begun > request.fetched_to:
        return False
    return not request.fetched_from or begun + _LONGEST_FILE >= request.fetched_from


def _copy_all(run: Run, archives: Archives, wanted: Wanted, stages: Stages) -> None:
    """Goes through the files that are not done; each has one line in the log of attempts."""
    path = run.attempts_file(SLUG)
    done = {attempt.url for attempt in read_attempts(path)}
    todo = [file for file in archives.files if file not in done]
    stages.watcher.fetching(len(todo))
    before = sum(name.startswith(f"{SLUG}-") for name in files_before(run))
    with attempt_log(path) as log:
        _refuse_bad_lines([one for one in archives.bad if one.text not in done], log, stages)
        for number, file in enumerate(archives.files, start=before):
            if file in done:
                continue
            attempt = _copy(run, file, wanted, stages.settings, number)
            log.add(attempt)
            stages.watcher.fetched(attempt.outcome, attempt.bytes or 0)
            if attempt.outcome != "fetched":
                stages.watcher.notice(f"{file} was not read: {attempt.reason}.")
    close_fetching(run)


def _refuse_bad_lines(bad: Sequence[BadLine], log: AttemptLog, stages: Stages) -> None:
    """Give each line that is left out a row, and say of the first ones why."""
    for one in bad:
        asked = Asked(source=SLUG, kind="ccnews", url=one.text)
        log.add(failed(asked, 0, FetchError(one.reason, one.detail)))
    for one in bad[:MOST_NAMED]:
        stages.watcher.notice(f"Left out: {one.text} ({one.detail}).")
    if (more := len(bad) - MOST_NAMED) > 0:
        stages.watcher.notice(f"{more:,} more lines were left out; the table `fetches` has all.")


def _copy(run: Run, file: str, wanted: Wanted, settings: Settings, number: int) -> Attempt:
    asked = Asked(source=SLUG, kind="ccnews", url=file)
    started = datetime.now(UTC)
    target = run.raw_folder / f"{SLUG}-{number:03}.warc.gz"
    try:
        local = _local(run, file, settings)
        with written_aside(target) as aside:
            picked = pick(local, aside, wanted, settings.read)
    except FetchError as error:
        _download(run, file).unlink(missing_ok=True)
        return failed(asked, 1, error)
    except OSError as error:
        raise BroadsheetError(f"Cannot copy from {file}: {error.strerror or error}.") from error
    if _is_address(file):
        local.unlink()
    if not picked.records:
        target.unlink()
    return _attempt(asked, started, picked, run, target)


def _attempt(asked: Asked, started: datetime, picked: Picked, run: Run, target: Path) -> Attempt:
    said = f"{picked.records} records copied, {picked.skipped} others skipped"
    if picked.holes:
        said += f", {picked.holes} damaged places passed over"
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
        detail=said,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        bytes=picked.size,
        warc_file=target.relative_to(run.warehouse).as_posix() if picked.records else None,
        warc_offset=0 if picked.records else None,
        warc_end=target.stat().st_size if picked.records else None,
    )


def _local(run: Run, file: str, settings: Settings) -> Path:
    """The file on disk; fetched into the run's folder where it is an address."""
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
    """Return where to download an address to; the names of two addresses may be the same."""
    return run.folder / "downloads" / f"{xxhash.xxh3_128_hexdigest(address.encode())}.warc.gz"


def _is_address(file: str) -> bool:
    return file.lower().startswith(("http://", "https://"))
