"""A check of unfinished runs: which of them have damaged files and cannot be resumed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from config.errors import DamagedWarehouseError
from tasks.read.plan import batch_from_json
from tasks.runs.description import description_from_json
from tasks.runs.run import Run
from warehouse.files import file_state, parquet_fault
from warehouse.layout import RUNS_FOLDER

_JSON = ("*.json", "batches/*.json", "done/*.json", "discovered/*.json")
_PARQUET = ("discoveries.parquet", "visits.parquet", "parts/*.parquet")


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """An unfinished run and the condition of its files.

    Attributes:
        fault: a file in its folder, and how it is damaged: the run cannot be resumed. None if all
            files are whole.
        lost_file: a Parquet file in the lake that the run had written and that is missing or
            damaged: the run has to be resolved again.
    """

    run: Run
    fault: str | None
    lost_file: str | None

    @property
    def is_taken_back(self) -> bool:
        """Return whether rows that the run has committed must be taken out of the tables."""
        return self.fault is not None or self.lost_file is not None


def unfinished(warehouse: Path) -> Iterator[UnfinishedRun]:
    """Yield all runs that have a folder, with the condition of their files."""
    for folder in sorted((warehouse / RUNS_FOLDER).glob("[!.]*")):
        run = Run(folder.name, folder)
        try:
            fault = next(_faults(folder), None)
            lost_file = None if fault else _lost_file(run)
        except FileNotFoundError:  # another process has finished it in the meantime
            continue
        if folder.is_dir():
            yield UnfinishedRun(run, fault, lost_file)


def require_resumable(warehouse: Path, *, with_lake: bool) -> None:
    """Check that all unfinished runs can be resumed or dropped.

    Args:
        with_lake: check their Parquet files in the lake as well. Only the holder of the writer lock
            can ask for this, because another writer may be removing these files.

    Raises:
        DamagedWarehouseError: a file of such a run cannot be read.
    """
    for one in unfinished(warehouse):
        if one.fault or (with_lake and one.lost_file):
            fault = one.fault or f"file {one.lost_file} cannot be read"
            raise DamagedWarehouseError(
                f"The unfinished run {one.run.run_id} cannot be resumed, because its {fault}: run "
                f"`broadsheet repair --warehouse {warehouse}`, which sets aside what is damaged."
            )


def _faults(folder: Path) -> Iterator[str]:
    if not (folder / "run.json").is_file():
        yield "run.json is missing"
    yield from _json_faults(folder)
    for pattern in _PARQUET:
        for path in sorted(folder.glob(pattern)):
            if fault := parquet_fault(path):
                yield f"{path.relative_to(folder)} {fault}"
    for path in sorted(folder.glob("attempts/*.jsonl")):
        # A kill may have cut the last line short. Resuming removes it, so it is not checked.
        if not all(map(_is_json, path.read_bytes().split(b"\n")[:-1])):
            yield f"{path.relative_to(folder)} is damaged"


def _json_faults(folder: Path) -> Iterator[str]:
    for pattern in _JSON:
        for path in sorted(folder.glob(pattern)):
            if not _is_json(path.read_bytes()):
                yield f"{path.relative_to(folder)} {file_state(path)}"
    for pattern, read in _READERS.items():
        for path in sorted(folder.glob(pattern)):
            if not _can_be_read(path, read):
                yield f"{path.relative_to(folder)} is damaged"


def _is_json(content: bytes) -> bool:
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True


def _files_resolved(content: bytes) -> list[Path]:
    fields = orjson.loads(content)
    _ = [int(count["documents"]) for count in fields["counts"]]  # fails if it is of another shape
    return [Path(file) for paths in fields["files"].values() for file in paths]


def _names(content: bytes) -> list[str]:
    names = orjson.loads(content)
    if not isinstance(names, list):
        raise TypeError
    return [str.__str__(name) for name in names]  # a TypeError if it is no text


# JSON of another shape would fail in the middle of whatever reads it: these files are read in full.
_READERS: dict[str, Callable[[bytes], object]] = {
    "run.json": description_from_json,
    "resolved.json": _files_resolved,
    "batches/*.json": batch_from_json,
    "done/*.json": lambda content: int(orjson.loads(content)["documents"]),
    "targets.json": lambda content: [dict(one)["url"] for one in orjson.loads(content)],
    "fetched.json": _names,
    "raw-before.json": _names,
    "learned.json": lambda content: [
        dict(orjson.loads(content)[name]) for name in ("sets", "overrides")
    ],
    "discovered/*.json": lambda content: list(orjson.loads(content)["found"]),
}


def _can_be_read(path: Path, read: Callable[[bytes], object]) -> bool:
    try:
        read(path.read_bytes())
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def _lost_file(run: Run) -> str | None:
    if not run.resolved_file.is_file():
        return None
    named = _files_resolved(run.resolved_file.read_bytes())
    return next((str(path) for path in named if parquet_fault(path)), None)
