"""The present extractor over the stored bytes: new versions where the result differs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from config.days import require_days
from config.errors import UsageError
from config.settings import Settings
from config.sources import slug_of
from tasks.learned_lines import present_names, version_in_force
from tasks.nightly import run_key
from tasks.pipeline import Stages, Summary, load_and_publish, process, settle_others
from tasks.raw import raw_nights, source_files
from tasks.read.plan import plan_inputs
from tasks.resolve import REPROCESS
from tasks.run_inputs import define_inputs
from tasks.runs import Run, find_run, new_run, write_plan
from warehouse.lake import open_lake
from warehouse.publish import take_snapshot
from warehouse.statements import statement
from warehouse.working import working_connection


@dataclass(frozen=True, slots=True)
class ReprocessRequest:
    """Which stored bytes to go through again.

    Attributes:
        source: by name; None: all.
        fetched_from, fetched_to: nights, both included; None: no bound.
    """

    source: str | None = None
    fetched_from: date | None = None
    fetched_to: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field that the present extractor changes, with an example."""

    field: str
    articles: int
    url: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What reprocessing comes to.

    Attributes:
        changed: documents whose article gets a new version.
        outdated: documents of versions that the publisher has replaced since.
        no_longer_articles: documents of loaded articles that would now be rejected; their
            articles stay.
    """

    documents: int
    changed: int
    same: int
    outdated: int
    no_longer_articles: int
    changes: tuple[Change, ...]


def reprocess(
    request: ReprocessRequest, stages: Stages, *, wait: bool = False, dry_run: bool = False
) -> tuple[Report, Summary | None]:
    """Goes through the raw zone again; `change_reason` of what is new is `reprocess`.

    Args:
        dry_run: report and change nothing.

    Raises:
        UsageError: there are no such files in the raw zone.
    """
    require_days(request.fetched_from, request.fetched_to)
    stages = stages.prepared()
    warehouse = stages.settings.warehouse
    files = _files(warehouse, request)
    with stages.locked(REPROCESS, wait=wait):
        run = _start_or_resume(request, files, stages.settings)
        if not dry_run:
            settle_others(run, stages)
        process(run, stages)
        report = _report(run, stages.settings)
        if dry_run:
            run.remove()
            return report, None
        return report, load_and_publish(run, stages)


def _files(warehouse: Path, request: ReprocessRequest) -> list[str]:
    first, last = request.fetched_from or date.min, request.fetched_to or date.max
    nights = [night for night in raw_nights(warehouse) if first <= night.night <= last]
    slugs = _slugs(warehouse, request.source) if request.source else [None]
    files = [
        str(path) for night in nights for slug in slugs for path in source_files(night.folder, slug)
    ]
    if not files:
        raise UsageError(
            f"There are no WARC files of such nights in {warehouse / 'raw'}; only what Broadsheet "
            "fetched itself can be reprocessed, archives can be ingested again."
        )
    return files


def _slugs(warehouse: Path, source: str) -> list[str | None]:
    """Returns how files of a source begin, under all its names."""
    former = (name for name, now in present_names(warehouse).items() if now == source)
    return list(dict.fromkeys(map(slug_of, (source, *former))))


def _start_or_resume(request: ReprocessRequest, files: Sequence[str], settings: Settings) -> Run:
    from tasks.process.body.lanes import versions  # heavy

    asked = [asdict(request), files, versions(), settings.process.extractor]
    key = run_key(REPROCESS, [*asked, version_in_force(settings.warehouse, settings)])
    if found := find_run(settings.warehouse, key):
        return found
    planned = plan_inputs(files, settings.read, columns={}, limit=None, base=settings.warehouse)
    description = {
        "flow": REPROCESS,
        "parameters": asdict(request),
        "inputs": [str(settings.warehouse / "raw")],
        "columns": {},
        "read": settings.read.model_dump(),
        "process": settings.process.model_dump(),
    }
    run = new_run(settings.warehouse, key, description)
    write_plan(run, planned)
    return run


def _report(run: Run, settings: Settings) -> Report:
    with working_connection(settings, run.folder / "spill") as connection:
        define_inputs(connection, run, take_snapshot(open_lake(run.warehouse)))
        connection.execute(statement("reprocessed"), {"reprocess": True})
        [counts] = connection.execute(statement("reprocess_counts")).fetchall()
        changes = connection.execute(statement("reprocess_changes")).fetchall()
    documents, changed, same, outdated, lost = counts
    found = tuple(Change(*row) for row in changes)
    return Report(documents, changed, same, outdated, lost, found)
