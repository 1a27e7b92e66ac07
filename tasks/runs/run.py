"""A run's identity and its folder, whose files say how far it has come.

    WAREHOUSE/runs/<run_id>/run.json               what was asked for, and when
                            discovered/SOURCE.json what a source's lists gave
                            targets.json           what is to be fetched
                            attempts/SOURCE.jsonl  every attempt, and where its bytes lie
                            fetched.json           the WARC files of the run are whole
                            batches/NNNNN.json     the plan: what each batch reads
                            learned.json           the lines that are removed as boilerplate
                            parts/NNNNN-MMMMMMMMM-KKKK.parquet
                                                   KKKK documents of batch NNNNN from number
                                                   MMMMMMMMM on, as processed
                            attempted/NNNNN-…      attempts on other machines that did not end
                            done/NNNNN.json        batch NNNNN is whole: its documents and parts
                            resolved.json          the run's Parquet files are in the lake

A run that only reads begins with its batches. After `resolved.json` the tables are committed one by
one, each marked by the run's id in its snapshot; then the published file is replaced and the folder
removed. A run that is killed goes on after the last of these marks.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import xxhash

from config.settings import Settings
from tasks.read.plan import Batch, Plan, batch_from_json, batch_to_json, plan_inputs
from warehouse.files import write_bytes
from warehouse.layout import RAW, RUNS


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked to ingest.

    Attributes:
        paths: files, folders and globs.
        source: the source that all documents get, or None for what the archive says.
        columns: for rows: (our field, their column).
        limit: stop after so many documents.
    """

    paths: tuple[str, ...]
    source: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run and its folder."""

    run_id: str
    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder.parent.parent

    @property
    def batches(self) -> list[Path]:
        """The plan's batch files, in order."""
        return sorted((self.folder / "batches").glob("*.json"))

    @property
    def unfinished_batches(self) -> list[Path]:
        """Batches that are still to be processed."""
        return [batch for batch in self.batches if not self.done_file(batch).is_file()]

    @property
    def parts(self) -> list[str]:
        """The Parquet files of all processed documents, as who ended the batches names them."""
        return [
            str(self.folder / "parts" / name)
            for done in self._done()
            for name in self._parts_of(done)
        ]

    @property
    def is_planned(self) -> bool:
        return (self.folder / "batches").is_dir()

    @property
    def fetches(self) -> bool:
        """Whether the run has bytes of its own in the raw zone, which must not be lost."""
        return "night" in self.description()

    @property
    def resolved_file(self) -> Path:
        return self.folder / "resolved.json"

    @property
    def flow(self) -> str:
        return str(self.description()["flow"])

    @property
    def night(self) -> date:
        """Of a run that fetches: the local date of its scheduled start."""
        return date.fromisoformat(self.description()["night"])

    @property
    def raw_folder(self) -> Path:
        """Where the run's WARC files lie, with those of other runs of the same night."""
        return self.warehouse / RAW / self.night.isoformat()

    @property
    def targets_file(self) -> Path:
        return self.folder / "targets.json"

    @property
    def fetched_file(self) -> Path:
        return self.folder / "fetched.json"

    @property
    def visits_file(self) -> Path:
        """Of a night: what is known of its sources before their pages are fetched."""
        return self.folder / "visits.parquet"

    def attempts_file(self, name: str) -> Path:
        """The log of attempts of a source's articles, or of its lists."""
        return self.folder / "attempts" / f"{name}.jsonl"

    def done_file(self, batch: Path) -> Path:
        return self.folder / "done" / batch.name

    def documents_read(self) -> int:
        """What the readers counted, batch by batch; the ledger must come to the same."""
        return sum(int(orjson.loads(done.read_bytes())["documents"]) for done in self._done())

    def _parts_of(self, done: Path) -> list[str]:
        listed: list[str] | None = orjson.loads(done.read_bytes()).get("parts")
        if listed is not None:
            return listed
        # Of a run that an older Broadsheet left unfinished: all of the batch's parts count.
        return sorted(p.name for p in (self.folder / "parts").glob(f"{done.stem}-*.parquet"))

    def _done(self) -> list[Path]:
        return sorted((self.folder / "done").glob("*.json"))

    def description(self) -> dict[str, Any]:
        """`run.json`: flow, parameters, inputs, started_at, read and process settings.

        It is never changed, and read once: with 5,000 sources it has 2 MB. Nor is what is returned.
        """
        return _described(self.folder / "run.json")

    def remove(self) -> None:
        """Removes the folder; renamed first, for a worker that lags behind may yet write to it."""
        gone = self.folder.with_name(f".removed-{self.run_id}")
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


@lru_cache(maxsize=2)
def _described(path: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(path.read_bytes())
    return described


def plan(request: Request, settings: Settings) -> Plan:
    """What a request would read, without reading it.

    Raises:
        UsageError: a path does not exist, holds nothing, or is of an unknown kind.
    """
    return plan_inputs(
        request.paths, settings.read, columns=dict(request.columns), limit=request.limit
    )


def start_or_resume(request: Request, plan: Plan, settings: Settings) -> Run:
    """The unfinished run of this very plan, or a new one with its plan written down."""
    key = _plan_key(request, plan, settings)
    found = find_run(settings.warehouse, key)
    if found:
        return found
    run = new_run(settings.warehouse, key, _describe(request, plan, settings))
    write_plan(run, plan)
    return run


def find_run(warehouse: Path, key: str) -> Run | None:
    """The unfinished run with this key."""
    return next((run for run in unfinished_runs(warehouse) if run.run_id.endswith(key)), None)


def new_run(warehouse: Path, key: str, description: Mapping[str, Any]) -> Run:
    """Makes a run's folder with its `run.json`; it is there whole or not at all."""
    started = datetime.now(UTC)
    run_id = f"{started:%Y%m%dT%H%M%S%fZ}-{key}"
    folder = warehouse / RUNS / run_id
    aside = folder.with_name(f".{description['flow']}")  # a lock lets one run of a flow start
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    described = {**description, "started_at": started.isoformat()}
    write_bytes(aside / "run.json", as_json(described))
    aside.rename(folder)
    return Run(run_id, folder)


def write_plan(run: Run, plan: Plan) -> None:
    """Writes the batches of a run, all or none."""
    aside = run.folder / ".batches"
    shutil.rmtree(aside, ignore_errors=True)
    for folder in (aside, run.folder / "parts", run.folder / "done"):
        folder.mkdir(exist_ok=True)
    for batch in plan.batches:
        (aside / f"{batch.number:05}.json").write_bytes(batch_to_json(batch))
    aside.rename(run.folder / "batches")


def unfinished_runs(warehouse: Path) -> Iterator[Run]:
    """Runs that were begun and not yet published, oldest first.

    One whose plan is not yet written, and that fetches nothing, has done nothing: it is being begun
    just now, or was killed then.
    """
    for run in _folders(warehouse):
        with suppress(FileNotFoundError):  # it was finished while we looked
            if run.is_planned or run.fetches:
                yield run


def unfinished_nights(warehouse: Path) -> Iterator[Run]:
    """Of these, runs that have bytes of their own in the raw zone."""
    for run in _folders(warehouse):
        with suppress(FileNotFoundError):
            if run.fetches:
                yield run


def remove_unplanned_runs(warehouse: Path) -> None:
    """Removes what was killed while it was begun; for the holder of the writer's lock."""
    for gone in (warehouse / RUNS).glob(".removed-*"):
        shutil.rmtree(gone, ignore_errors=True)
    for run in _folders(warehouse):
        with suppress(FileNotFoundError):
            if not run.is_planned and not run.fetches:
                run.remove()


def _folders(warehouse: Path) -> Iterator[Run]:
    for folder in sorted((warehouse / RUNS).glob("[!.]*")):
        yield Run(folder.name, folder)


def batch_job(batch_file: Path) -> tuple[Batch, dict[str, Any]]:
    """What a worker needs to know of a batch: the batch, and its run's description."""
    run = Run(batch_file.parent.parent.name, batch_file.parent.parent)
    return batch_from_json(batch_file.read_bytes()), run.description()


def _describe(request: Request, plan: Plan, settings: Settings) -> dict[str, Any]:
    return {
        "flow": "ingest",
        "parameters": asdict(request),
        "inputs": [str(path) for path in plan.inputs],
        "columns": dict(plan.columns),
        "read": settings.read.model_dump(),
        "process": settings.process.model_dump(),
    }


def _plan_key(request: Request, plan: Plan, settings: Settings) -> str:
    files = [(str(file.path), file.bytes, file.mtime_ns) for file in plan.files]
    described = _describe(request, plan, settings)
    return xxhash.xxh3_64_hexdigest(as_json([described, files]))[:8]


def as_json(value: object) -> bytes:
    """Return JSON; orjson refuses file names with bytes that are no UTF-8, json escapes them."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()
