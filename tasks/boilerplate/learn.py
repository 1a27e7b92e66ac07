"""Learn the boilerplate lines of each source from its current articles, a run's own included."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from string import Template

import duckdb
import pyarrow as pa

from config.settings import Settings
from tasks.boilerplate.in_force import read_overrides
from tasks.boilerplate.remove import LEDE, LONGEST, SHORTEST
from tasks.runs.run import Run
from tasks.runs.views import names_in_run
from warehouse.former_names import create_named_view, source_shown
from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, BOILERPLATE_HISTORY, SUPERSEDED
from warehouse.spans import DaySpan, files_of_range
from warehouse.statements import statement

# 200 sources with 1,000 articles each need 300 MB. Learning from all sources at once would need
# more memory with each source.
_SOURCES_AT_ONCE = 200
# A source is learned again when so many hundredths of its compared articles are new.
_STEPS = 25
# An article that is so many half-lives older than the newest ones counts a 64th. Without such
# articles, a source has at least so many articles, in multiples of the least number.
_HALF_LIVES = 6
_FEW = 5
OVERRIDE_SCHEMA = pa.schema([(name, pa.string()) for name in ("source", "line", "state")])


@dataclass(frozen=True, slots=True)
class LearningFiles:
    """The files that learning reads.

    Attributes:
        stored: the files of each table.
        written: those that the run has written.
        visits: files with the newest visit of each source.
        spans: the days of stored files of article_versions, as far as they are known.
    """

    stored: Mapping[str, Sequence[str]]
    written: Mapping[str, Sequence[str]]
    visits: Sequence[str]
    spans: Mapping[str, DaySpan]


def learn(
    connection: duckdb.DuckDBPyConnection, run: Run, files: LearningFiles, settings: Settings
) -> None:
    """Make the table `boilerplate_changes`: the lines whose state this run changes.

    The marts must be attached to the connection.
    """
    names = names_in_run(run, files.visits)
    create_named_view(
        connection, BOILERPLATE_HISTORY, files.stored[BOILERPLATE_HISTORY.name], names
    )
    schema_file, *stored = files.stored[ARTICLE_VERSIONS.name]
    new = [schema_file, *files.written.get(ARTICLE_VERSIONS.name, ())]
    create_named_view(connection, ARTICLE_VERSIONS, new, names, "new_article_versions")
    schema_file, *_ = files.stored[SUPERSEDED.name]
    changed = [schema_file, *files.written.get(SUPERSEDED.name, ())]
    create_view(connection, "new_superseded", changed, SUPERSEDED.arrow)
    counts = Template(statement("stored_counts")).substitute(source_shown=source_shown(names))
    connection.execute(counts)
    connection.from_arrow(_overrides(run)).to_table("overrides")

    def show_since(first_day: date) -> None:
        near = files_of_range(stored, files.spans, first_day, date.max)
        create_named_view(connection, ARTICLE_VERSIONS, [*new, *near], names)

    find_boilerplate_changes(connection, run.run_id, settings, show_since)


def find_boilerplate_changes(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    settings: Settings,
    show_since: Callable[[date], None] = lambda _: None,
) -> None:
    """Make the table `boilerplate_changes` from the tables and overrides of the connection.

    The table has the columns of `boilerplate_history`. Sources are learned in groups
    (`sources_to_learn.part`), which bounds the memory.

    Args:
        show_since: makes the view `article_versions` show all versions from a day on.
    """
    thresholds = settings.learn.model_dump(exclude={"remove"})
    [(outdated,)] = connection.execute("select count(*) from new_superseded").fetchall()
    window = round(_HALF_LIVES * settings.learn.half_life)
    chosen = {
        **{"stories": settings.learn.stories, "steps": _STEPS, "sources_at_once": _SOURCES_AT_ONCE},
        **{"few": _FEW * settings.learn.source_articles, "outdated": outdated},
        **{"window": window, "since": _since(connection, window)},
    }
    connection.execute(statement("sources_to_learn"), chosen)
    connection.from_arrow(BOILERPLATE_HISTORY.arrow.empty_table()).to_table("boilerplate_changes")
    parts = connection.execute(
        "select part, min(first_day) from sources_to_learn group by part order by part"
    ).fetchall()
    values = {
        **thresholds,
        **{"shortest": SHORTEST, "longest": LONGEST, "lede": LEDE},
        **{"run_id": run_id, "changed_at": datetime.now(UTC)},
    }
    for part, first_day in parts:
        limits = {"part": part, "first_day": first_day or date.max}
        show_since(limits["first_day"])
        connection.execute(statement("boilerplate_changes"), {**values, **limits})


def _since(connection: duckdb.DuckDBPyConnection, window: int) -> date:
    """Return a day so long before the run that most sources need no older articles."""
    query = "select max(fetched_at)::date from new_article_versions"
    [(day,)] = connection.execute(query).fetchall()
    try:
        return (day or date.min) - timedelta(2 * window)
    except OverflowError:
        return date.min


def _overrides(run: Run) -> pa.Table:
    rows = [
        {"source": source, "line": line, "state": state}
        for source, states in read_overrides(run).items()
        for line, state in states.items()
    ]
    return pa.Table.from_pylist(rows, OVERRIDE_SCHEMA)
