"""A run's identity and its folder, whose files say how far it has come.

    WAREHOUSE/runs/<run_id>/run.json               what was asked for, and when
                            batches/NNNNN.json     the plan: what each batch reads
                            parts/NNNNN-MMMMMM.parquet
                                                   documents MMMMMM… of batch NNNNN, as processed
                            done/NNNNN.json        batch NNNNN is whole; how many documents it has
                            resolved.json          the run's Parquet files are in the lake

After `resolved.json` the tables are committed one by one, each marked by the run's id in its
snapshot; then the published file is replaced and the folder removed. A run that is killed goes on
after the last of these marks.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import xxhash

from config.settings import Settings
from tasks.read.plan import Batch, Plan, batch_from_json, batch_to_json, plan_inputs
from warehouse.files import write_bytes
from warehouse.layout import RUNS


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
        """The Parquet files of all processed documents."""
        return [str(path) for path in sorted((self.folder / "parts").glob("*.parquet"))]

    @property
    def resolved_file(self) -> Path:
        return self.folder / "resolved.json"

    def done_file(self, batch: Path) -> Path:
        return self.folder / "done" / batch.name

    def documents_read(self) -> int:
        """What the readers counted, batch by batch; the ledger must come to the same."""
        return sum(
            int(orjson.loads(path.read_bytes())["documents"])
            for path in (self.folder / "done").glob("*.json")
        )

    def description(self) -> dict[str, Any]:
        """`run.json`: flow, parameters, inputs, started_at, read and process settings."""
        described: dict[str, Any] = orjson.loads((self.folder / "run.json").read_bytes())
        return described

    def remove(self) -> None:
        shutil.rmtree(self.folder)


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
    for run in unfinished_runs(settings.warehouse):
        if run.run_id.endswith(key):
            return run
    started = datetime.now(UTC)
    run_id = f"{started:%Y%m%dT%H%M%SZ}-{key}"
    folder = settings.warehouse / RUNS / run_id
    for name in ("batches", "parts", "done"):
        (folder / name).mkdir(parents=True)
    for batch in plan.batches:
        (folder / "batches" / f"{batch.number:05}.json").write_bytes(batch_to_json(batch))
    write_bytes(folder / "run.json", orjson.dumps(_describe(request, plan, settings, started)))
    return Run(run_id, folder)


def unfinished_runs(warehouse: Path) -> Iterator[Run]:
    """Runs that were planned and not yet published, oldest first.

    A folder without `run.json` was killed while it was planned: nothing was done yet.
    """
    for folder in sorted((warehouse / RUNS).glob("*")):
        if (folder / "run.json").is_file():
            yield Run(folder.name, folder)
        else:
            shutil.rmtree(folder)


def batch_job(batch_file: Path) -> tuple[Batch, dict[str, Any]]:
    """What a worker needs to know of a batch: the batch, and its run's description."""
    run = Run(batch_file.parent.parent.name, batch_file.parent.parent)
    return batch_from_json(batch_file.read_bytes()), run.description()


def _describe(
    request: Request, plan: Plan, settings: Settings, started: datetime
) -> dict[str, Any]:
    return {
        "flow": "ingest",
        "parameters": asdict(request),
        "inputs": [str(path) for path in plan.inputs],
        "started_at": started.isoformat(),
        "columns": dict(plan.columns),
        "read": settings.read.model_dump(),
        "process": settings.process.model_dump(),
    }


def _plan_key(request: Request, plan: Plan, settings: Settings) -> str:
    files = [(str(file.path), file.bytes, file.mtime_ns) for file in plan.files]
    described = _describe(request, plan, settings, datetime.min)
    return xxhash.xxh3_64_hexdigest(orjson.dumps([described, files]))[:8]
