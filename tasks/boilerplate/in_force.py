"""The lines that a run removes as boilerplate: those in force when it begins to process.

`learned.json` in the run's folder holds them. It is written once, so that a run that is resumed, or
shared out to other machines, removes the same lines everywhere.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import orjson

from config.learning import Overrides, load_overrides
from config.settings import Settings
from tasks.process.learned import Learned, LineSet, line_set
from tasks.runs import Run
from warehouse.files import write_bytes
from warehouse.layout import LAKE
from warehouse.schema import BOILERPLATE_HISTORY, VISITS, Table
from warehouse.statements import statement

NAME = "learned.json"


def remember_learned(run: Run, settings: Settings) -> None:
    """Writes which lines the run removes, unless it is written; for the holder of the lock.

    Raises:
        BroadsheetError: boilerplate.toml is refused.
    """
    path = run.folder / NAME
    if path.is_file():
        return
    names = present_names(run.warehouse, run)
    overrides = _under_present_names(load_overrides(run.warehouse), names)
    sets = lines_in_force(run.warehouse, settings, overrides, names)
    # Stored pages name their source as it was called when they were fetched.
    sets |= {former: sets[now] for former, now in names.items() if now in sets}
    content = {
        "sets": {source: sorted(lines) for source, lines in sets.items()},
        "overrides": {source: said.states for source, said in overrides.items()},
    }
    write_bytes(path, orjson.dumps(content))


def lines_in_force(
    warehouse: Path,
    settings: Settings,
    overrides: Mapping[str, Overrides],
    names: Mapping[str, str],
) -> dict[str, set[str]]:
    """The lines that are removed now, by source; no empty ones."""
    if not settings.learn.remove:
        return {}
    sets: dict[str, set[str]] = {}
    for source, line in _learned(warehouse, names):
        sets.setdefault(source, set()).add(line)
    for source, said in overrides.items():
        lines = (sets.get(source, set()) | set(said.drop)) - set(said.keep)
        sets[source] = lines
    return {source: lines for source, lines in sorted(sets.items()) if lines}


def version_in_force(warehouse: Path, settings: Settings) -> dict[str, str]:
    """The version of each source's lines."""
    names = present_names(warehouse)
    overrides = _under_present_names(load_overrides(warehouse), names)
    sets = lines_in_force(warehouse, settings, overrides, names)
    return {source: line_set(lines).version for source, lines in sets.items()}


def learned_of(batch_file: Path, source: str | None) -> Learned:
    """What the worker of a batch removes.

    Args:
        source: what the run says is the source of all its documents.
    """
    return Learned(_read_sets(batch_file.parent.parent / NAME), source)


@lru_cache(maxsize=1)  # a worker gets one batch of a run after the other
def _read_sets(path: Path) -> dict[str, LineSet]:
    sets = orjson.loads(path.read_bytes())["sets"]
    return {source: line_set(lines) for source, lines in sets.items()}


def overrides_of(run: Run) -> dict[str, dict[str, str]]:
    """What an analyst said when the run began to process: a line's state, by source and line."""
    path = run.folder / NAME
    said: dict[str, dict[str, str]] = (
        orjson.loads(path.read_bytes())["overrides"] if path.is_file() else {}
    )
    return said


def present_names(warehouse: Path, run: Run | None = None) -> dict[str, str]:
    """Returns the present name of each source that had another one, by the former name.

    Args:
        run: counts its own visits, too, although they are not loaded yet.
    """
    if not _has_rows(warehouse, VISITS) and not (run and run.visits_file.is_file()):
        return {}
    from tasks.run_inputs import names_in_run
    from warehouse.former_names import former_names
    from warehouse.lake import open_lake

    lake = open_lake(warehouse)
    files = [lake.schema_file(VISITS), *lake.files(VISITS)]
    return names_in_run(run, files) if run else former_names(files)


def _under_present_names(
    overrides: Mapping[str, Overrides], names: Mapping[str, str]
) -> dict[str, Overrides]:
    """What an analyst says of a source under any of its names is said of the source."""
    merged: dict[str, Overrides] = {}
    for name, said in overrides.items():
        source = names.get(name, name)
        before = merged.get(source, Overrides())
        merged[source] = Overrides(keep=before.keep + said.keep, drop=before.drop + said.drop)
    return merged


def _has_rows(warehouse: Path, table: Table) -> bool:
    """Returns whether a table has files; duckdb and pyiceberg take a second to import."""
    return any((warehouse / LAKE / table.name / "data").glob("*.parquet"))


def _learned(warehouse: Path, names: Mapping[str, str]) -> list[tuple[str, str]]:
    if not _has_rows(warehouse, BOILERPLATE_HISTORY):
        return []
    import duckdb

    from warehouse.former_names import create_view
    from warehouse.lake import open_lake

    lake = open_lake(warehouse)
    files = [lake.schema_file(BOILERPLATE_HISTORY), *lake.files(BOILERPLATE_HISTORY)]
    with duckdb.connect() as connection:
        create_view(connection, BOILERPLATE_HISTORY, files, names)
        return connection.execute(statement("boilerplate_in_force")).fetchall()
