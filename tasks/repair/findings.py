"""The search for damage, which a repair makes before it changes anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pyarrow.parquet as pq

from tasks.repair.journal import SetAside
from tasks.runs.unfinished import UnfinishedRun, unfinished
from warehouse.condition import DataFile, TableState, inspect_lake
from warehouse.files import file_state
from warehouse.layout import CATALOG, LAKE
from warehouse.rebuild import catalog_files, is_readable
from warehouse.schema import RUNS, TABLES


@dataclass(frozen=True, slots=True)
class Findings:
    """The whole and the damaged parts of a warehouse.

    Attributes:
        states: the condition of each table. Files of runs that cannot be resumed count as damaged.
        runs: the unfinished runs.
        files: the files and folders that are to be set aside.
    """

    states: tuple[TableState, ...]
    runs: tuple[UnfinishedRun, ...]
    files: tuple[SetAside, ...]

    @property
    def unfinished(self) -> list[str]:
        """Return the ids of the unfinished runs, whose missing rows are no loss."""
        return [one.run.run_id for one in self.runs]

    @property
    def whole_files(self) -> dict[str, list[str]]:
        """Return the files that are not damaged, by table."""
        return {state.table.name: state.whole_files for state in self.states}


def find_damage(warehouse: Path) -> Findings:
    """Read all tables of a warehouse and the folders of its unfinished runs, and return the damage.

    A run that must be taken back is treated as if its files were damaged, unless its row in `runs`,
    which is committed last, says that it is complete.
    """
    states = tuple(inspect_lake(warehouse, deep=True))
    runs = tuple(unfinished(warehouse))
    finished = {run_id for state in states if state.table is RUNS for run_id in _runs_in(state)}
    taken_back = {
        one.run.run_id for one in runs if one.is_taken_back and one.run.run_id not in finished
    }
    states = tuple(_without(state, taken_back) for state in states)
    known = finished | {file.run_id for state in states for file in state.files if not file.fault}
    files = (
        *_catalog(warehouse, states),
        *(file for state in states for file in _table(state, warehouse, known)),
        *_stray(warehouse, states, taken_back),
        *(_run(one, warehouse) for one in runs if one.fault),
    )
    return Findings(states, runs, files)


def _runs_in(state: TableState) -> Iterator[str]:
    """Yield the ids of the runs of which the table `runs` has or had a row."""
    for file in state.files:
        if file.run_id:
            yield file.run_id
        elif file.fault is None:
            yield from pq.read_table(file.path, columns=["run_id"])["run_id"].to_pylist()


def _without(state: TableState, run_ids: set[str]) -> TableState:
    """Return the condition of a table in which the files of these runs count as damaged."""

    def judged(file: DataFile) -> DataFile:
        if file.run_id not in run_ids:
            return file
        return replace(file, fault=f"is of run {file.run_id}, which cannot be resumed")

    return replace(state, files=tuple(map(judged, state.files)))


def _catalog(warehouse: Path, states: Sequence[TableState]) -> Iterator[SetAside]:
    """Yield the catalog's files if it is damaged or outdated.

    It is outdated if a table is not whole although all its metadata can be read.
    """
    if not any(state.metadata for state in states):
        return
    if not is_readable(warehouse / CATALOG):
        yield SetAside(CATALOG, file_state(warehouse / CATALOG))
        others = (path for path in catalog_files(warehouse) if path.name != CATALOG)
        yield from (SetAside(path.name, "lay beside it") for path in others)
    elif any(not state.is_whole and state.metadata and not state.faults for state in states):
        yield SetAside(CATALOG, "is older than the lake")


def _table(state: TableState, warehouse: Path, known: set[str | None]) -> Iterator[SetAside]:
    name = state.table.name
    for fault in state.faults:
        yield SetAside(_within(fault.path, warehouse), fault.state, name)
    for file in state.files:
        if file.fault:
            yield SetAside(
                file=_within(file.path, warehouse),
                detail=file.fault,
                table=name,
                rows=file.rows,
                held_run_id=file.run_id,
                is_loss=not file.has_copy and (file.run_id is None or file.run_id in known),
            )


def _stray(warehouse: Path, states: Sequence[TableState], run_ids: set[str]) -> Iterator[SetAside]:
    """Yield the files in the lake of runs that cannot be resumed, if no table names them yet."""
    named = {file.path for state in states for file in state.files}
    for table, run_id in product(TABLES, sorted(run_ids)):
        for path in sorted((warehouse / LAKE / table.name / "data").glob(f"{run_id}-*")):
            if path not in named:
                detail = f"is of run {run_id}, which cannot be resumed"
                yield SetAside(_within(path, warehouse), detail)


def _run(one: UnfinishedRun, warehouse: Path) -> SetAside:
    detail = f"is a run that cannot be resumed: its {one.fault}"
    return SetAside(_within(one.run.folder, warehouse), detail)


def _within(path: Path, warehouse: Path) -> str:
    return str(path.relative_to(warehouse)) if path.is_relative_to(warehouse) else str(path)
