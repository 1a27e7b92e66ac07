"""Find the copies and clusters of a run's new versions, against those of the warehouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from config.settings import Settings
from tasks.stories.clusters import assign_clusters
from tasks.stories.known import define_known
from tasks.stories.pairs import StoredFingerprints, find_pairs
from warehouse.reading import create_view
from warehouse.schema import ARTICLE_VERSIONS, CLUSTER_MEMBERS, FINGERPRINTS, TEXT_PAIRS, Table
from warehouse.spans import DaySpan
from warehouse.working import memory_bytes

# The tables that `find_stories` makes, and their tables in the warehouse.
STORY_STATEMENTS: tuple[tuple[Table, str], ...] = (
    (TEXT_PAIRS, "new_pairs"),
    (CLUSTER_MEMBERS, "new_cluster_members"),
)
_MEMORY_SHARE = 0.5
FilesByTable = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Search:
    """A search for copies.

    Attributes:
        run_id: the run that makes it.
        days: the most days between two different texts that are compared.
        memory: bytes that DuckDB may use; None: as the connection is set. Shingles of texts need
            200 MB beside it.
        anew: whether all clusters are computed anew, and not only those around fresh texts.
        kept: whether the kept files are attached and cover `stored`.
        spans: the days of stored files of fingerprints, as far as they are known.
    """

    run_id: str
    days: int
    memory: int | None = None
    anew: bool = False
    kept: bool = False
    spans: Mapping[str, DaySpan] = field(default_factory=dict)


def search_of(run_id: str, settings: Settings) -> Search:
    """Return the search that a run makes, with a part of its memory (`load.memory`)."""
    memory = int(_MEMORY_SHARE * memory_bytes(settings.load.memory))
    return Search(run_id, settings.stories.days, memory)


def find_stories(
    connection: duckdb.DuckDBPyConnection,
    stored: FilesByTable,
    written: FilesByTable,
    search: Search,
) -> None:
    """Make the tables `new_text_pairs` and `cluster_changes` with the rows that a run adds.

    Args:
        stored: the files of each table in the snapshot; the first of each has all columns.
        written: the files that the run has written, of fingerprints and article_versions.
    """
    if search.memory:
        connection.execute(f"set memory_limit = '{search.memory}B'")
    fresh = [stored[FINGERPRINTS.name][0], *written.get(FINGERPRINTS.name, ())]
    create_view(connection, "fresh_fingerprints", fresh, FINGERPRINTS.arrow)
    define_stored_fingerprints(connection, stored)
    connection.execute(
        "create or replace temp view fingerprints as "
        "from stored_fingerprints union all by name from fresh_fingerprints"
    )
    create_view(connection, TEXT_PAIRS.name, stored[TEXT_PAIRS.name], TEXT_PAIRS.arrow)
    versions = [*stored[ARTICLE_VERSIONS.name], *written.get(ARTICLE_VERSIONS.name, ())]
    members = stored[CLUSTER_MEMBERS.name]
    create_view(connection, CLUSTER_MEMBERS.name, members, CLUSTER_MEMBERS.arrow)
    define_known(connection, kept=search.kept)
    fingerprints = StoredFingerprints(stored[FINGERPRINTS.name], search.spans, search.days)
    find_pairs(connection, fingerprints, versions, search.run_id)
    assign_clusters(connection, search.run_id, fingerprints, anew=search.anew)


def define_stored_fingerprints(connection: duckdb.DuckDBPyConnection, stored: FilesByTable) -> None:
    """Make the view `stored_fingerprints` of the files in the snapshot."""
    create_view(connection, "stored_fingerprints", stored[FINGERPRINTS.name], FINGERPRINTS.arrow)
