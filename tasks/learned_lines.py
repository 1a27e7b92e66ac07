"""The lines that a run removes as boilerplate: those in force when it begins to process.

`learned.json` in the run's folder holds them. It is written once, so that a run that is resumed, or
shared out to other machines, removes the same lines everywhere.
"""

from functools import lru_cache
from pathlib import Path

import orjson

from config.learning import Overrides, load_overrides
from config.settings import Settings
from tasks.process.learned import Learned, LineSet, line_set
from tasks.runs import Run
from warehouse.files import write_bytes
from warehouse.layout import LAKE
from warehouse.schema import BOILERPLATE_HISTORY
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
    overrides = load_overrides(run.warehouse)
    sets = lines_in_force(run.warehouse, settings, overrides)
    content = {
        "sets": {source: sorted(lines) for source, lines in sets.items()},
        "overrides": {source: said.states for source, said in overrides.items()},
    }
    write_bytes(path, orjson.dumps(content))


def lines_in_force(
    warehouse: Path, settings: Settings, overrides: dict[str, Overrides]
) -> dict[str, set[str]]:
    """The lines that are removed now, by source; no empty ones."""
    if not settings.learn.remove:
        return {}
    sets: dict[str, set[str]] = {}
    for source, line in _learned(warehouse):
        sets.setdefault(source, set()).add(line)
    for source, said in overrides.items():
        lines = (sets.get(source, set()) | set(said.drop)) - set(said.keep)
        sets[source] = lines
    return {source: lines for source, lines in sorted(sets.items()) if lines}


def version_in_force(warehouse: Path, settings: Settings) -> dict[str, str]:
    """The version of each source's lines."""
    sets = lines_in_force(warehouse, settings, load_overrides(warehouse))
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


def _learned(warehouse: Path) -> list[tuple[str, str]]:
    if not any((warehouse / LAKE / BOILERPLATE_HISTORY.name / "data").glob("*.parquet")):
        return []
    import duckdb  # these two take a second, which a warehouse that has learned nothing is spared

    from warehouse.lake import open_lake

    lake = open_lake(warehouse)
    files = [lake.schema_file(BOILERPLATE_HISTORY), *lake.files(BOILERPLATE_HISTORY)]
    with duckdb.connect() as connection:
        connection.read_parquet(files, union_by_name=True).create_view(BOILERPLATE_HISTORY.name)
        return connection.execute(statement("boilerplate_in_force")).fetchall()
