"""Finds the article that each document of a run belongs to, and the key it is known by."""

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from tasks.process.fingerprint import article_id
from tasks.shared_canonicals import MOST_COMPARED, Claim, Settled, settle
from warehouse.statements import statement

# The texts of so many claims are in memory together.
CLAIMS_AT_ONCE = 5_000
SETTLED = pa.schema(
    [
        pa.field("position", pa.int64()),
        pa.field("article_id", pa.string()),
        pa.field("url_key", pa.string()),
    ]
)


def identify(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `identified`: position, article_id, url_key of each document with a text."""
    for name in ("holders", "identified", "claims"):
        connection.execute(statement(name))
    for first, last in _ranges(connection):
        stories = list(settle(_claims(connection, first, last)))
        rows = list(_rows(stories, _ids(connection, stories)))
        connection.register("settled", pa.Table.from_pylist(rows, SETTLED))
        connection.execute(statement("settled_keys"))
        connection.unregister("settled")


def _ranges(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """Yield ranges of key numbers, each with so many claims that their texts fit in memory."""
    counted = connection.execute(
        "select number, count(*) from claims group by number order by number"
    ).fetchall()
    first = held = 0
    for number, claims in counted:
        first = first or number
        held += claims
        if held >= CLAIMS_AT_ONCE or number == counted[-1][0]:
            yield first, number
            first = held = 0


def _claims(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> list[Claim]:
    values = {"first": first, "last": last, "most": MOST_COMPARED}
    rows = connection.execute(statement("texts_of_claims"), values).fetchall()
    return sorted((Claim(*row) for row in rows), key=lambda claim: claim.key)


def _ids(connection: duckdb.DuckDBPyConnection, stories: Sequence[Settled]) -> dict[Settled, str]:
    """Return the id of each story's article: that in the warehouse, or an unused one."""
    new = [story for story in stories if story.article_id is None]
    keys = [story.key for story in new]
    holders: dict[tuple[str, str], str] = {
        (key, own_key): held
        for key, own_key, held in connection.execute(
            "select key, own_key, min(article_id) from holders "
            "where key in (select unnest($keys)) and key = url_key and not is_resident "
            "group by all",
            {"keys": keys},
        ).fetchall()
    }
    taken = {
        row[0]
        for row in connection.execute(
            "select distinct article_id from article_versions "
            "where article_id in (select unnest($ids))",
            {"ids": [article_id(key) for key in keys]},
        ).fetchall()
    }
    ids = {story: story.article_id for story in stories if story.article_id is not None}
    for story in new:
        held = (holders.get((story.key, own)) for own in sorted(story.addresses))
        ids[story] = next(filter(None, held), None) or _new_id(story.key, taken)
    return ids


def _new_id(key: str, taken: set[str]) -> str:
    """Return the id that a key gives, or another one where an article has that already.

    Such an article declared the key's address as its canonical, which was believed until this page
    was met. The key of an address never ends in `#`.
    """
    made = article_id(key)
    return article_id(f"{key}#") if made in taken else made


def _rows(stories: Sequence[Settled], ids: dict[Settled, str]) -> Iterator[dict[str, object]]:
    for story in stories:
        for position in story.positions:
            yield {"position": position, "article_id": ids[story], "url_key": story.key}
