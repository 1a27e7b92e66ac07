"""A run's identity and its folder, whose files record how far the run has come.

    WAREHOUSE/runs/<run_id>/run.json               the request, the settings, and the time
                            discovered/SOURCE.json the pages that a source's lists named
                            targets.json           the pages that are to be fetched
                            attempts/SOURCE.jsonl  every attempt, and where its bytes lie
                            fetched.json           fetching has ended; the WARC files are complete
                            batches/NNNNN.json     the plan: what each batch reads
                            learned.json           the lines that are removed as boilerplate
                            parts/NNNNN-MMMMMMMMM-KKKK.parquet
                                                   KKKK processed documents of batch NNNNN, from
                                                   number MMMMMMMMM on
                            attempted/NNNNN-…      attempts of Dask workers that have not ended
                            done/NNNNN.json        batch NNNNN is finished: its documents and parts
                            resolved.json          the run's Parquet files are in the lake

A run that fetches nothing begins with its batches. After `resolved.json` the tables are committed
one by one; each commit carries the run's id in its snapshot. Then the published file is replaced
and the folder removed. A run that was killed continues behind the last of these marks: every file
is written aside and renamed, so that a file which exists is complete.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import orjson
import xxhash

from config.errors import DamagedWarehouseError
from config.settings import Settings
from tasks.read.plan import Batch, Plan, batch_from_json, batch_to_json, plan_outside
from tasks.runs.description import Description, as_json, described, description_from_json
from warehouse.files import write_bytes
from warehouse.layout import RAW, RUNS_FOLDER


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """A request to ingest archives.

    Attributes:
        paths: files, folders and globs.
        source: the source that all documents get; None to take it from the archive.
        columns: for archives of rows, pairs of our field and their column.
        limit: stop after so many documents.
    """

    paths: tuple[str, ...]
    source: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is not finished, known by its id and its folder."""

    run_id: str
    folder: Path

    @property
    def warehouse(self) -> Path:
        """Return the folder of the warehouse."""
        return self.folder.parent.parent

    @property
    def batches(self) -> list[Path]:
        """Return the batch files of the plan, in order."""
        return sorted((self.folder / "batches").glob("*.json"))

    @property
    def unfinished_batches(self) -> list[Path]:
        """Return the batch files that are still to be processed."""
        return [batch for batch in self.batches if not self.done_file(batch).is_file()]

    @property
    def parts(self) -> list[str]:
        """Return the Parquet files with all processed documents, as the `done` files list them.

        Other files in the folder are those of attempts that another attempt has overtaken.
        """
        return [
            str(self.folder / "parts" / name)
            for done in self._done()
            for name in self._parts_of(done)
        ]

    @property
    def is_planned(self) -> bool:
        """Return whether the plan of the run is written."""
        return (self.folder / "batches").is_dir()

    @property
    def fetches(self) -> bool:
        """Return whether the run fetches pages: its bytes in the raw zone must not be lost."""
        return self.description.night is not None

    @property
    def resolved_file(self) -> Path:
        """Return the path of the file that lists the run's Parquet files in the lake."""
        return self.folder / "resolved.json"

    @property
    def flow(self) -> str:
        """Return the name of the run's flow, such as `ingest`."""
        return self.description.flow

    @property
    def night(self) -> date:
        """Return the local date of the scheduled start of a run that fetches."""
        assert self.description.night is not None
        return self.description.night

    @property
    def raw_folder(self) -> Path:
        """Return the folder of the run's WARC files, which all runs of the same night share."""
        return self.warehouse / RAW / self.night.isoformat()

    @property
    def targets_file(self) -> Path:
        """Return the path of the file with the pages that are to be fetched."""
        return self.folder / "targets.json"

    @property
    def fetched_file(self) -> Path:
        """Return the path of the file whose existence says that fetching has ended."""
        return self.folder / "fetched.json"

    @property
    def visits_file(self) -> Path:
        """Return the path of the file with what discovery found out about each source."""
        return self.folder / "visits.parquet"

    def attempts_file(self, name: str) -> Path:
        """Return the path of the log of attempts for a source's articles, or for its lists."""
        return self.folder / "attempts" / f"{name}.jsonl"

    def done_file(self, batch: Path) -> Path:
        """Return the path of the file whose existence says that a batch is finished."""
        return self.folder / "done" / batch.name

    def documents_read(self) -> int:
        """Return the number of documents that the readers counted; the ledger must have as many."""
        return sum(int(orjson.loads(done.read_bytes())["documents"]) for done in self._done())

    def _parts_of(self, done: Path) -> list[str]:
        listed: list[str] | None = orjson.loads(done.read_bytes()).get("parts")
        if listed is not None:
            return listed
        # In a run that an older Broadsheet left unfinished, all parts of the batch count.
        return sorted(p.name for p in (self.folder / "parts").glob(f"{done.stem}-*.parquet"))

    def _done(self) -> list[Path]:
        return sorted((self.folder / "done").glob("*.json"))

    @property
    def description(self) -> Description:
        """Return the description in `run.json`; it is cached, as 5,000 sources make it 2 MB."""
        return _description(self.folder / "run.json")

    def remove(self) -> None:
        """Remove the folder.

        It is renamed first. A worker that still writes into it then fails, instead of making half a
        run's folder again.
        """
        removed = self.folder.with_name(f".removed-{self.run_id}")
        self.folder.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)


@lru_cache(maxsize=2)
def _description(path: Path) -> Description:
    try:
        return description_from_json(path.read_bytes())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedWarehouseError(
            f"{path} is damaged: run `broadsheet repair`, which sets the folder of its run aside."
        ) from error


def plan(request: IngestRequest, settings: Settings) -> Plan:
    """Return the plan of what a request would read, without reading it.

    Raises:
        UsageError: a path does not exist, holds nothing, is a warehouse, or is of an unknown kind.
    """
    columns, limit = dict(request.columns), request.limit
    outside, read = settings.warehouse, settings.read
    return plan_outside(outside, request.paths, read, columns=columns, limit=limit)


def start_or_resume(request: IngestRequest, plan: Plan, settings: Settings) -> Run:
    """Return the unfinished run of the same request and plan, or begin a new one.

    Size and time of the input files are part of the plan: a changed file makes a new run.
    """
    key = _plan_key(request, plan, settings)
    found = find_run(settings.warehouse, key)
    if found:
        return found
    run = new_run(settings.warehouse, key, _describe(request, plan, settings))
    write_plan(run, plan)
    return run


def find_run(warehouse: Path, key: str) -> Run | None:
    """Return the unfinished run with this key, if there is one."""
    return next((run for run in unfinished_runs(warehouse) if run.run_id.endswith(key)), None)


def new_run(warehouse: Path, key: str, description: Description) -> Run:
    """Make a run's folder with its `run.json`; a kill leaves the whole folder or none.

    Ids of runs begin with the time, so that their order as text is the order of their starts.
    """
    started = datetime.now(UTC)
    run_id = f"{started:%Y%m%dT%H%M%S%fZ}-{key}"
    folder = warehouse / RUNS_FOLDER / run_id
    # One name per flow is enough: under its lock only one run of a flow starts at a time.
    aside = folder.with_name(f".{description.flow}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    description = replace(description, started_at=started)
    write_bytes(aside / "run.json", as_json(description.stored_fields()))
    aside.rename(folder)
    return Run(run_id, folder)


def write_plan(run: Run, plan: Plan) -> None:
    """Write the batch files of a run; a kill leaves all of them or none."""
    aside = run.folder / ".batches"
    shutil.rmtree(aside, ignore_errors=True)
    for folder in (aside, run.folder / "parts", run.folder / "done"):
        folder.mkdir(exist_ok=True)
    for batch in plan.batches:
        (aside / f"{batch.number:05}.json").write_bytes(batch_to_json(batch))
    aside.rename(run.folder / "batches")


def unfinished_runs(warehouse: Path) -> Iterator[Run]:
    """Yield the runs that were begun and not yet published, oldest first.

    A run without a plan that fetches nothing has done no work and is left out: it is just being
    begun, or was killed while it was begun.
    """
    for run in _folders(warehouse):
        with suppress(FileNotFoundError):  # another process has finished it in the meantime
            if run.is_planned or run.fetches:
                yield run


def unfinished_nights(warehouse: Path) -> Iterator[Run]:
    """Yield the unfinished runs that fetch pages, oldest first."""
    for run in _folders(warehouse):
        with suppress(FileNotFoundError):
            if run.fetches:
                yield run


def remove_unplanned_runs(warehouse: Path) -> None:
    """Remove runs that were killed while they were begun or removed.

    The caller holds the writer lock, so that no run is being begun at the same time.
    """
    for removed in (warehouse / RUNS_FOLDER).glob(".removed-*"):
        shutil.rmtree(removed, ignore_errors=True)
    for run in _folders(warehouse):
        with suppress(FileNotFoundError):
            if not run.is_planned and not run.fetches:
                run.remove()


def _folders(warehouse: Path) -> Iterator[Run]:
    for folder in sorted((warehouse / RUNS_FOLDER).glob("[!.]*/")):
        yield Run(folder.name, folder)


def batch_job(batch_file: Path) -> tuple[Batch, Description]:
    """Return the batch in a file and the description of its run, for a worker process."""
    run = Run(batch_file.parent.parent.name, batch_file.parent.parent)
    return batch_from_json(batch_file.read_bytes()), run.description


def _describe(request: IngestRequest, plan: Plan, settings: Settings) -> Description:
    description = described("ingest", asdict(request), plan.inputs, settings)
    return replace(description, columns=dict(plan.columns))


def _plan_key(request: IngestRequest, plan: Plan, settings: Settings) -> str:
    files = [
        (file.path, file.bytes, file.mtime_ns, *filter(None, [file.state])) for file in plan.files
    ]
    fields = _describe(request, plan, settings).fields()
    return xxhash.xxh3_64_hexdigest(as_json([fields, files]))[:8]
