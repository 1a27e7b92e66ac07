"""Reprocessing of stored bytes with the present extractor: a new version where the result differs.

Only pages in the raw zone can be reprocessed, because only their bytes are kept.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from config.days import require_days
from config.errors import UsageError
from config.settings import Settings
from config.sources import slug_of
from tasks.boilerplate.in_force import present_source_names, version_in_force
from tasks.jobs.fetching import run_key
from tasks.load.decisions import define_reprocessed
from tasks.load.row_writer import REPROCESS
from tasks.pipeline import Stages, Summary, load_and_publish, process, settle_others
from tasks.process.body.versions import versions
from tasks.raw.archived import only_archived, with_names_of_raw
from tasks.raw.zone import raw_nights, source_files, source_of
from tasks.read.plan import plan_inputs
from tasks.runs.description import described
from tasks.runs.run import Run, find_run, new_run, write_plan
from tasks.runs.views import define_inputs
from warehouse.lake import open_lake
from warehouse.snapshots import take_snapshot
from warehouse.statements import statement
from warehouse.working import working_connection


@dataclass(frozen=True, slots=True)
class ReprocessRequest:
    """A request to reprocess stored pages.

    Attributes:
        source: the name of a source; None for all.
        fetched_from, fetched_to: first and last night; None for no bound.
    """

    source: str | None = None
    fetched_from: date | None = None
    fetched_to: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A field that the present extractor changes, with the number of articles and an example."""

    field: str
    articles: int
    url: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ReprocessReport:
    """The result of reprocessing.

    Attributes:
        documents: documents that were read again.
        changed: documents whose article gets a new version.
        same: documents for which the present extractor gives the stored result.
        outdated: documents of versions that the publisher has replaced in the meantime.
        no_longer_articles: documents of loaded articles that would now be rejected. Their articles
            stay.
        changes: the fields that differ.
    """

    documents: int
    changed: int
    same: int
    outdated: int
    no_longer_articles: int
    changes: tuple[Change, ...]


def reprocess(
    request: ReprocessRequest, stages: Stages, *, wait: bool = False, dry_run: bool = False
) -> tuple[ReprocessReport, Summary | None]:
    """Read and process stored pages again, and load the versions that differ.

    The new versions have the `change_reason` `reprocess`.

    Args:
        dry_run: report what would change, and change nothing.

    Returns:
        The report, and the summary of the run; None instead of the summary for a dry run.

    Raises:
        UsageError: the raw zone has no files of these nights and this source.
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
    paths = [
        (night.night, str(path))
        for night in nights
        for slug in slugs
        for path in source_files(night.folder, slug)
    ]
    paths += [
        (note.night, note.address)
        for note in only_archived(warehouse)
        if first <= note.night <= last and slugs in ([None], [source_of(Path(note.name))])
    ]
    files = [path for _, path in sorted(paths, key=lambda one: (one[0], one[1].rpartition("/")[2]))]
    if not files:
        raise UsageError(
            f"There are no WARC files of such nights in {warehouse / 'raw'}: only pages that "
            "Broadsheet fetched itself can be reprocessed; ingest archives again instead."
        )
    return files


def _slugs(warehouse: Path, source: str) -> list[str | None]:
    """Return the beginnings of a source's file names, for its present and former names."""
    former = (name for name, now in present_source_names(warehouse).items() if now == source)
    return list(dict.fromkeys(map(slug_of, (source, *former))))


def _start_or_resume(request: ReprocessRequest, files: Sequence[str], settings: Settings) -> Run:
    # Everything that decides the result is part of the key: a run that was begun with another
    # extractor, or with other learned lines, is not resumed.
    asked = [asdict(request), files, versions(), settings.process.extractor]
    key = run_key(REPROCESS, [*asked, version_in_force(settings.warehouse, settings)])
    if found := find_run(settings.warehouse, key):
        return found
    planned = plan_inputs(files, settings.read, columns={}, limit=None, base=settings.warehouse)
    planned = with_names_of_raw(planned, only_archived(settings.warehouse))
    inputs = (str(settings.warehouse / "raw"),)
    run = new_run(settings.warehouse, key, described(REPROCESS, asdict(request), inputs, settings))
    write_plan(run, planned)
    return run


def _report(run: Run, settings: Settings) -> ReprocessReport:
    with working_connection(settings, run.folder / "spill") as connection:
        define_inputs(connection, run, take_snapshot(open_lake(run.warehouse)))
        define_reprocessed(connection)
        [counts] = connection.execute(statement("reprocess_counts")).fetchall()
        changes = connection.execute(statement("reprocess_changes")).fetchall()
    documents, changed, same, outdated, no_longer_articles = counts
    found = tuple(Change(*row) for row in changes)
    return ReprocessReport(documents, changed, same, outdated, no_longer_articles, found)
