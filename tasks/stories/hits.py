"""Find the texts that have a sampled shingle in common with a chunk of fresh texts.

Isolates what takes most of a night's search for copies. A million stored texts have 60 million
sampled shingles, of which few are also in the night's texts. DuckDB would look for each of them in
a hash table, which takes three times as long as looking at one byte of a small array for most.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.statements import parameters, statement

# Arrays of 8 MB fit into the caches of processors. Of the shingles that the 15,000 texts of a night
# do not have, they let one in a hundred pass.
_PLACE_BITS: Final = 23
# The samples of most texts have multiples of 8 only, so that the last three bits tell nothing.
_FIRST_BIT: Final = 3
_ROWS_AT_ONCE: Final = 8_192
_NEAR: Final = pa.schema([("text", pa.uint64()), ("hash", pa.int64())])

_Connection = duckdb.DuckDBPyConnection
_Hashes = npt.NDArray[np.int64]


def find_hits(connection: _Connection, values: Mapping[str, Any]) -> None:
    """Make the tables `story_places` and `hits` of a chunk.

    Args:
        values: the parameters of the statements.
    """
    _execute(connection, "chunk_hashes", values)
    known = connection.execute("select distinct hash from chunk_hashes").fetchnumpy()["hash"]
    with closing(connection.cursor()) as cursor:  # the main connection reads what it yields
        text = statement("compared_hashes")
        cursor.execute(text, parameters(text, values))
        batches = near_hashes(cursor.to_arrow_reader(_ROWS_AT_ONCE), known)
        connection.register("near_hashes", pa.RecordBatchReader.from_batches(_NEAR, batches))
        _execute(connection, "shared_hashes", values)
        connection.unregister("near_hashes")
    for name in ("story_places", "hits", "common_shingles"):
        _execute(connection, name, values)
    connection.execute("drop table chunk_hashes; drop table shared_hashes")


def near_hashes(batches: Iterable[pa.RecordBatch], known: _Hashes) -> Iterator[pa.RecordBatch]:
    """Yield the hashes that may be known ones, each with its text: all known ones and few others.

    Args:
        batches: texts with lists of hashes.
        known: the hashes that are looked for.
    """
    marks = [_marked(_places(known, number)) for number in (0, 1)]
    for batch in batches:
        texts, lists = batch.columns
        hashes = lists.flatten().to_numpy()
        near = np.flatnonzero(marks[0][_places(hashes, 0)])
        near = near[marks[1][_places(hashes[near], 1)]]
        parents = pc.list_parent_indices(lists).to_numpy()[near]
        yield pa.record_batch([texts.take(pa.array(parents)), hashes[near]], schema=_NEAR)


def _places(hashes: _Hashes, number: int) -> _Hashes:
    """Return some bits of each hash: other ones for each of the two numbers."""
    return (hashes >> (_FIRST_BIT + number * _PLACE_BITS)) & ((1 << _PLACE_BITS) - 1)


def _marked(places: _Hashes) -> npt.NDArray[np.bool_]:
    marks = np.zeros(1 << _PLACE_BITS, np.bool_)
    marks[places] = True
    return marks


def _execute(connection: _Connection, name: str, values: Mapping[str, Any]) -> None:
    text = statement(name)
    connection.execute(text, parameters(text, values))
