"""The files of runs that are not finished: which of these runs can still be resumed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from config.errors import DamagedWarehouseError
from tasks.runs import Run
from warehouse.files import file_state, parquet_fault
from warehouse.layout import RUNS

_JSON = ("*.json", "batches/*.json", "done/*.json", "discovered/*.json")
_PARQUET = ("discoveries.parquet", "visits.parquet", "parts/*.parquet")


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run's folder.

    Attributes:
        fault: what is wrong with a file of it; it cannot be resumed then.
        lost_file: a Parquet file in the lake that it had resolved and that is missing or damaged;
            it has to be resolved again.
    """

    run: Run
    fault: str | None
    lost_file: str | None

    @property
    def is_taken_back(self) -> bool:
        """Return whether what it had committed must leave the tables."""
        return self.fault is not None or self.lost_file is not None


def unfinished(warehouse: Path) -> Iterator[UnfinishedRun]:
    """Yield all runs that have a folder, and what is wrong with their files."""
    for folder in sorted((warehouse / RUNS).glob("[!.]*")):
        run = Run(folder.name, folder)
        try:
            fault = next(_faults(folder), None)
            lost_file = None if fault else _lost_file(run)
        except FileNotFoundError:  # it was finished while we looked
            continue
        if folder.is_dir():
            yield UnfinishedRun(run, fault, lost_file)


def require_resumable(warehouse: Path, *, with_lake: bool) -> None:
    """Check that unfinished runs can be resumed, or at least dropped.

    Args:
        with_lake: look for the files that they resolved, too; for the holder of the writer's lock,
            because another writer may be removing them.

    Raises:
        DamagedWarehouseError: a file of such a run cannot be read.
    """
    for one in unfinished(warehouse):
        if one.fault or (with_lake and one.lost_file):
            fault = one.fault or f"file {one.lost_file} cannot be read"
            raise DamagedWarehouseError(
                f"The unfinished run {one.run.run_id} cannot be resumed, for its {fault}: run "
                f"`broadsheet repair --warehouse {warehouse}`, which sets aside what is damaged."
            )


def _faults(folder: Path) -> Iterator[str]:
    if not (folder / "run.json").is_file():
        yield "run.json is missing"
    for pattern in _JSON:
        for path in sorted(folder.glob(pattern)):
            if not _is_json(path.read_bytes()):
                yield f"{path.relative_to(folder)} {file_state(path)}"
    for pattern in _PARQUET:
        for path in sorted(folder.glob(pattern)):
            if fault := parquet_fault(path):
                yield f"{path.relative_to(folder)} {fault}"
    for path in sorted(folder.glob("attempts/*.jsonl")):
        # The last line may have been cut by a kill; resuming cuts it off.
        if not all(map(_is_json, path.read_bytes().split(b"\n")[:-1])):
            yield f"{path.relative_to(folder)} is damaged"


def _is_json(content: bytes) -> bool:
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True


def _lost_file(run: Run) -> str | None:
    if not run.resolved_file.is_file():
        return None
    files: dict[str, list[str]] = orjson.loads(run.resolved_file.read_bytes())["files"]
    named = (Path(file) for paths in files.values() for file in paths)
    return next((str(path) for path in named if parquet_fault(path)), None)
