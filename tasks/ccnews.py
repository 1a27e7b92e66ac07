"""CC-NEWS, the news archive of Common Crawl: the records of some domains and days, copied here.

Each file is gone through once; what is wanted is copied byte by byte into the raw zone, each record
with our evidence behind it, and ingested from there. Of what is not wanted only the beginning is
decompressed.
"""

import gzip
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from config.days import require_days
from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from config.sources import Source, load_sources, sources_file
from tasks.fetch.attempts import Asked, Attempt, attempt_log, failed, read_attempts
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
    files = _files(request, settings)
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
                stages.call("fetch", "fetch", _copy_all, run, files, wanted, stages).result()
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


def _files(request: CcnewsRequest, settings: Settings) -> list[str]:
    """The archives, as paths or addresses; those whose names say other days are left out."""
    path = Path(request.listed).expanduser()
    if path.is_dir():
        found = sorted(str(one) for one in path.rglob("*.warc.gz"))
    elif not path.is_file():
        raise UsageError(f"{request.listed} does not exist; give a WARC file, a folder, or a list.")
    elif _head(path).startswith(b"WARC/"):
        if path.suffix != ".gz":
            raise UsageError(
                f"{path} is not compressed as CC-NEWS is: `broadsheet ingest` reads it."
            )
        found = [str(path)]
    else:
        found = [_place(line, path, settings) for line in _lines(path)]
    days = [one for one in found if _may_hold(one, request)][: request.limit]
    if not days:
        raise UsageError(f"{request.listed} names no archive of these days.")
    return days


def _head(path: Path) -> bytes:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as stream:
            head: bytes = stream.read(16)
    except (OSError, EOFError) as error:
        raise UsageError(f"Cannot read {path}: {error}.") from error
    return head


def _lines(path: Path) -> list[str]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="replace") as stream:
        return [line.strip() for line in stream if line.strip() and not line.startswith("#")]


def _place(line: str, listed_in: Path, settings: Settings) -> str:
    if line.startswith(("http://", "https://")):
        return line
    beside = listed_in.parent / line
    return str(beside) if beside.is_file() else urljoin(settings.fetch.ccnews, line)


def _may_hold(name: str, request: CcnewsRequest) -> bool:
    found = _NAMED_DAY.search(name)
    if not found:
        return True
    begun = date(*map(int, found.groups()))
    if request.fetched_to and begun > request.fetched_to:
        return False
    return not request.fetched_from or begun + _LONGEST_FILE >= request.fetched_from


def _copy_all(run: Run, files: Sequence[str], wanted: Wanted, stages: Stages) -> None:
    """Goes through the files that are not done; each has one line in the log of attempts."""
    path = run.attempts_file(SLUG)
    done = {attempt.url for attempt in read_attempts(path)}
    stages.watcher.fetching(len(files) - len(done))
    before = sum(name.startswith(f"{SLUG}-") for name in files_before(run))
    with attempt_log(path) as log:
        for number, file in enumerate(files, start=before):
            if file in done:
                continue
            attempt = _copy(run, file, wanted, stages.settings, number)
            log.add(attempt)
            stages.watcher.fetched(attempt.outcome, attempt.bytes or 0)
            if attempt.outcome == "failed":
                stages.watcher.notice(f"{file} was not read: {attempt.reason}.")
    close_fetching(run)


def _copy(run: Run, file: str, wanted: Wanted, settings: Settings, number: int) -> Attempt:
    asked = Asked(source=SLUG, kind="ccnews", url=file)
    started = datetime.now(UTC)
    target = run.raw_folder / f"{SLUG}-{number:03}.warc.gz"
    try:
        local = _local(run, file, settings)
        with written_aside(target) as aside:
            picked = pick(local, aside, wanted, settings.read)
    except FetchError as error:
        return failed(asked, 1, error)
    except OSError as error:
        raise BroadsheetError(f"Cannot copy from {file}: {error.strerror or error}.") from error
    if local.is_relative_to(run.folder):
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
    if not file.startswith(("http://", "https://")):
        return Path(file)
    from tasks.fetch.session import running_session

    folder = run.folder / "downloads"
    folder.mkdir(exist_ok=True)
    path = folder / file.rpartition("/")[2]
    require_room(run.warehouse, settings.fetch.free_bytes)
    with running_session(settings) as (session, finished):
        finished(session.fetcher.download(file, path))
    return path
