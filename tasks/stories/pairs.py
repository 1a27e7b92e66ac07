"""Find the pairs of texts that are copies: candidates by SQL, the decision from the texts.

Fresh texts are compared with each other and with stored ones, in chunks of consecutive days, so
that time and memory grow with the fresh texts and not with the square of the corpus.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import ceil
from typing import Any, Final

import duckdb
import pyarrow as pa

from tasks.stories.evidence import (
    LEAST_CONTAINMENT,
    CopyEvidence,
    StoryText,
    compare_texts,
    story_text,
)
from tasks.stories.hits import find_hits
from tasks.stories.shingles import METHOD
from warehouse.files import name_of_file
from warehouse.reading import create_view
from warehouse.replaced import is_compacted, period_of
from warehouse.schema import ARTICLE_VERSIONS, FINGERPRINTS, TEXT_PAIRS
from warehouse.spans import DaySpan, files_of_days, files_of_range
from warehouse.statements import parameters, statement

# A shingle of more than this number of texts, within the bound of days, finds no candidates.
MOST_TEXTS: Final = 1_000
# So many texts are compared at once. 20,000 have 1.5 million sampled shingles.
_CHUNK_TEXTS: Final = 20_000
# So many rows are joined at once when candidates are counted; so many pairs are counted at once.
_JOINED_ROWS: Final = 4_000_000
_COUNTED_PAIRS: Final = 250_000
# So many pairs have their texts in memory.
_PAIRS_AT_ONCE: Final = 3_000
# So many texts are kept divided into shingles: each takes 50 KB. The pairs of two blocks of texts
# are decided together, so that a text is not divided again for each of its pairs.
_KEPT_TEXTS: Final = 500
_BLOCK_TEXTS: Final = 200
# So many texts are divided into shingles at once.
_TEXTS_AT_ONCE: Final = 500
# Their shingles are counted in so many parts.
_PARTS: Final = 4
_SHINGLES: Final = pa.schema([("text", pa.uint64()), ("hash", pa.int64())])

_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class StoredFingerprints:
    """The files of fingerprints with which fresh texts are compared.

    Attributes:
        files: Parquet files, of which the first has no rows.
        spans: the days of these files, as far as they are known.
        days: the most days between two texts that are compared.
    """

    files: Sequence[str]
    spans: Mapping[str, DaySpan]
    days: int

    def files_near(self, first_day: date | None, last_day: date | None) -> list[str]:
        """Return the files that may hold texts from one day to another; None: of any day."""
        if first_day is None or last_day is None:
            return list(self.files)
        schema_file, *files = self.files
        return [schema_file, *files_of_range(files, self.spans, first_day, last_day)]

    def files_of(self, days: Collection[date]) -> list[str]:
        """Return the files that may hold texts of some days, or texts without a day."""
        schema_file, *files = self.files
        return [schema_file, *files_of_days(files, self.spans, days)]


def find_pairs(
    connection: _Connection, stored: StoredFingerprints, versions: Sequence[str], run_id: str
) -> None:
    """Make the table `new_text_pairs` of the pairs of fresh texts, with the columns of text_pairs.

    Also makes the view `all_pairs`, which adds the stored ones. Reads `fresh_fingerprints`,
    `text_pairs` and `stored_pair_runs`.

    Args:
        versions: the Parquet files of article_versions, stored ones and the run's own.
    """
    connection.from_arrow(TEXT_PAIRS.arrow.empty_table()).to_table("new_text_pairs")
    connection.execute(
        "create or replace temp view all_pairs as "
        "from text_pairs union all by name from new_text_pairs"
    )
    chunks = connection.execute(statement("story_chunks"), {"rows": _CHUNK_TEXTS}).fetchall()
    for first_day, last_day in chunks:
        if _find_candidates(connection, first_day, last_day, stored):
            connection.execute(statement("pairs_to_compare"))
            _read_texts(connection, versions)
            connection.execute(statement("pairs_to_decide"), {"block": _BLOCK_TEXTS})
            _decide_pairs(connection, run_id)


def _find_candidates(
    connection: _Connection,
    first_day: date | None,
    last_day: date | None,
    stored: StoredFingerprints,
) -> bool:
    """Make the tables `candidates` and `candidate_texts`; return whether there are any."""
    bound = timedelta(days=stored.days)
    from_day, to_day = _shifted(first_day, -bound), _shifted(last_day, bound)
    near = stored.files_near(from_day, to_day)
    create_view(connection, "window_fingerprints", near, FINGERPRINTS.arrow)
    values: Mapping[str, Any] = {
        **{"first_day": first_day, "last_day": last_day, "from_day": from_day, "to_day": to_day},
        "days": stored.days,
        "common": MOST_TEXTS,
        "least": LEAST_CONTAINMENT,
    }
    find_hits(connection, values)
    [(rows,)] = connection.execute(statement("joined_rows")).fetchall()
    parts = ceil((rows or 0) / _JOINED_ROWS)
    connection.execute("create or replace temp table candidates (text ubigint, other_text ubigint)")
    for part in range(parts):
        _execute(connection, "candidates", {**values, "part": part, "parts": parts})
    connection.execute("drop table hits")  # the largest one
    if not connection.execute("from candidates limit 1").fetchone():
        return False
    _execute(connection, "candidate_texts", values)
    return True


def _execute(connection: _Connection, name: str, values: Mapping[str, Any]) -> None:
    """Execute a statement with those of the values that it names."""
    text = statement(name)
    connection.execute(text, parameters(text, values))


def _shifted(day: date | None, by: timedelta) -> date | None:
    """Return a day moved by some days, within the days that can be written; None stays None."""
    if day is None:
        return None
    try:
        return day + by
    except OverflowError:
        return date.min if by < timedelta() else date.max


def _read_texts(connection: _Connection, versions: Sequence[str]) -> None:
    """Make the table `story_texts` from the files of the runs that loaded these texts.

    After files were merged, these are the merged files of the months of these runs. If a text is
    in none of them, all files are read.
    """
    places = "select distinct place.run_id || '-' from candidate_texts"
    runs = tuple(run for (run,) in connection.execute(places).fetchall())
    months = set(map(period_of, runs))
    names = ((file, name_of_file(file)) for file in versions)
    own = [
        file
        for file, name in names
        if name.startswith(runs) or (is_compacted(name) and period_of(name) in months)
    ]
    for files in (own, list(versions)):
        if not files:
            continue
        create_view(connection, "versions", files, ARTICLE_VERSIONS.arrow)
        connection.execute(statement("story_texts"))
        if not connection.execute(statement("texts_not_found")).fetchone():
            return


def _decide_pairs(connection: _Connection, run_id: str) -> None:
    [(last,)] = connection.execute("select count(*) from pairs_to_decide").fetchall()
    texts: dict[str, str] = {}

    @lru_cache(maxsize=_KEPT_TEXTS)
    def read(content_hash: str) -> StoryText:
        return story_text(texts[content_hash])

    for first in range(1, last + 1, _PAIRS_AT_ONCE):
        limits = {"first": first, "last": first + _PAIRS_AT_ONCE - 1}
        texts.clear()
        texts.update(connection.execute(statement("texts_of_pairs"), limits).fetchall())
        rows = []
        for one, other in connection.execute(statement("numbered_pairs"), limits).fetchall():
            if found := compare_texts(read(one), read(other)):
                rows.append(_row(one, other, found) | {"run_id": run_id})
        connection.register("found", pa.Table.from_pylist(rows, TEXT_PAIRS.arrow))
        connection.execute("insert into new_text_pairs from found")
        connection.unregister("found")


def _row(one: str, other: str, found: CopyEvidence) -> dict[str, Any]:
    evidence = {name: getattr(found, name) for name in found.__slots__}  # asdict() copies deeply
    return {"content_hash": one, "other_hash": other, "method": METHOD} | evidence
