"""The learned boilerplate lines in force: those that a run removes from the pages of each source.

They are fixed when a run begins to process, in `learned.json` in the run's folder. The file is
written once, so that a run that is resumed or distributed to other machines removes the same lines
everywhere.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import orjson

from config.learning import Overrides, load_overrides
from config.settings import Settings
from tasks.boilerplate.remove import Learned, LineSet, line_set
from tasks.runs.run import Run
from warehouse.files import write_bytes
from warehouse.layout import LAKE
from warehouse.schema import BOILERPLATE_HISTORY, VISITS, Table
from warehouse.statements import statement

NAME = "learned.json"


def write_learned_lines(run: Run, settings: Settings) -> None:
    """Write the lines that the run removes to `learned.json`, unless it exists already.

    Only the process that holds the run's lock may call this.

    Raises:
        BroadsheetError: `boilerplate.toml` is not valid.
    """
    path = run.folder / NAME
    if path.is_file():
        return
    names = present_source_names(run.warehouse, run)
    overrides = _under_present_names(load_overrides(run.warehouse), names)
    sets = lines_in_force(run.warehouse, settings, overrides, names)
    # Stored pages have the name that their source had when they were fetched.
    sets |= {former: sets[present] for former, present in names.items() if present in sets}
    content = {
        "sets": {source: sorted(lines) for source, lines in sets.items()},
        "overrides": {source: override.states for source, override in overrides.items()},
    }
    write_bytes(path, orjson.dumps(content))


def lines_in_force(
    warehouse: Path,
    settings: Settings,
    overrides: Mapping[str, Overrides],
    names: Mapping[str, str],
) -> dict[str, set[str]]:
    """Return the lines in force by source; sources without lines are left out.

    They are the learned lines, without those that an override keeps, and with those that it drops.

    Args:
        overrides: the analyst's choices, by present name of the source.
        names: the present name of each renamed source, by former name.
    """
    if not settings.learn.remove:
        return {}
    sets: dict[str, set[str]] = {}
    for source, line in _learned_lines(warehouse, names):
        sets.setdefault(source, set()).add(line)
    for source, override in overrides.items():
        sets[source] = (sets.get(source, set()) | set(override.drop)) - set(override.keep)
    return {source: lines for source, lines in sorted(sets.items()) if lines}


def version_in_force(warehouse: Path, settings: Settings) -> dict[str, str]:
    """Return the version of the lines in force of each source; it changes if the lines do."""
    names = present_source_names(warehouse)
    overrides = _under_present_names(load_overrides(warehouse), names)
    sets = lines_in_force(warehouse, settings, overrides, names)
    return {source: line_set(lines).version for source, lines in sets.items()}


def read_learned_lines(batch_file: Path, source: str | None) -> Learned:
    """Read the lines that a worker removes from the documents of a batch.

    Args:
        batch_file: a file in a subfolder of the run's folder, which has `learned.json`.
        source: the source of all documents of the run; None if each document has its own.
    """
    return Learned(_read_sets(batch_file.parent.parent / NAME), source)


@lru_cache(maxsize=1)  # a worker processes the batches of one run, then those of the next
def _read_sets(path: Path) -> dict[str, LineSet]:
    sets = orjson.loads(path.read_bytes())["sets"]
    return {source: line_set(lines) for source, lines in sets.items()}


def read_overrides(run: Run) -> dict[str, dict[str, str]]:
    """Read the analyst's overrides when the run began: the state of each line, by source."""
    path = run.folder / NAME
    overrides: dict[str, dict[str, str]] = (
        orjson.loads(path.read_bytes())["overrides"] if path.is_file() else {}
    )
    return overrides


def present_source_names(warehouse: Path, run: Run | None = None) -> dict[str, str]:
    """Return the present name of each renamed source, by its former name.

    Args:
        run: a run whose visits count, too, although they are not loaded yet.
    """
    if not _has_rows(warehouse, VISITS) and not (run and run.visits_file.is_file()):
        return {}
    from tasks.runs.views import names_in_run
    from warehouse.former_names import former_names
    from warehouse.kept import entries_in_lake
    from warehouse.lake import open_lake

    files = entries_in_lake(open_lake(warehouse))
    return names_in_run(run, files) if run else former_names(files)


def _under_present_names(
    overrides: Mapping[str, Overrides], names: Mapping[str, str]
) -> dict[str, Overrides]:
    """Merge the overrides of all names of a source under its present name."""
    merged: dict[str, Overrides] = {}
    for name, override in overrides.items():
        source = names.get(name, name)
        others = merged.get(source, Overrides())
        merged[source] = Overrides(
            keep=others.keep + override.keep, drop=others.drop + override.drop
        )
    return merged


def _has_rows(warehouse: Path, table: Table) -> bool:
    """Return whether a table has data files.

    This looks at the folder only: duckdb and pyiceberg take a second to import, and need not be
    imported if the table is empty.
    """
    return any((warehouse / LAKE / table.name / "data").glob("*.parquet"))


def _learned_lines(warehouse: Path, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the learned lines in force, as pairs of source and line."""
    if not _has_rows(warehouse, BOILERPLATE_HISTORY):
        return []
    from warehouse.former_names import create_named_view
    from warehouse.lake import open_lake
    from warehouse.working import small_connection

    lake = open_lake(warehouse)
    files = [lake.schema_file(BOILERPLATE_HISTORY), *lake.files(BOILERPLATE_HISTORY)]
    with small_connection() as connection:
        create_named_view(connection, BOILERPLATE_HISTORY, files, names)
        return connection.execute(statement("boilerplate_in_force")).fetchall()
