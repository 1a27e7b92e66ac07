"""Find the article that each document of a run belongs to, and the URL key of that article."""

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from tasks.load.shared_canonicals import MOST_COMPARED, Claim, SettledStory, settle_keys
from tasks.web.fingerprint import article_id
from warehouse.statements import statement

# The texts of this many claims are in memory at the same time.
CLAIMS_AT_ONCE = 5_000
# Grain: one row per document whose key is claimed by several addresses or articles.
SETTLED_SCHEMA = pa.schema(
    [
        pa.field("position", pa.int64()),
        pa.field("article_id", pa.string()),
        pa.field("url_key", pa.string()),
    ]
)


def identify_articles(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `identified`: position, article_id, url_key of each document with a text.

    SQL alone identifies most documents. Only keys that several addresses or articles claim need
    their texts compared (`tasks.load.shared_canonicals`); the result is then written over the first
    guess of the SQL.
    """
    for name in ("holders", "identified", "claims"):
        connection.execute(statement(name))
    for first, last in _ranges(connection):
        stories = list(settle_keys(_claims(connection, first, last)))
        rows = list(_rows(stories, _ids(connection, stories)))
        connection.register("settled", pa.Table.from_pylist(rows, SETTLED_SCHEMA))
        connection.execute(statement("settled_keys"))
        connection.unregister("settled")


def _ranges(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """Yield ranges of key numbers whose claims together fit in memory.

    All claims on one key are in one range, because they are compared with each other.
    """
    counted = connection.execute(
        "select number, count(*) from claims group by number order by number"
    ).fetchall()
    first = claims_in_range = 0
    for number, claims in counted:
        first = first or number  # numbers begin at 1
        claims_in_range += claims
        if claims_in_range >= CLAIMS_AT_ONCE or number == counted[-1][0]:
            yield first, number
            first = claims_in_range = 0


def _claims(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> list[Claim]:
    values = {"first": first, "last": last, "most": MOST_COMPARED}
    rows = connection.execute(statement("texts_of_claims"), values).fetchall()
    return sorted((Claim(*row) for row in rows), key=lambda claim: claim.key)


def _ids(
    connection: duckdb.DuckDBPyConnection, stories: Sequence[SettledStory]
) -> dict[SettledStory, str]:
    """Return the article id of each story.

    A story of a stored article has its id. A story that takes a key may turn out to be the article
    that is stored under this key at one of the story's addresses. Any other story gets a new id.
    """
    new = [story for story in stories if story.article_id is None]
    keys = [story.key for story in new]
    holders: dict[tuple[str, str], str] = {
        (key, own_key): stored_id
        for key, own_key, stored_id in connection.execute(
            "select key, own_key, min(article_id) from holders "
            "where key in (select unnest($keys)) and key = url_key and not is_resident "
            "group by all",
            {"keys": keys},
        ).fetchall()
    }
    used = {
        row[0]
        for row in connection.execute(
            "select distinct article_id from article_versions "
            "where article_id in (select unnest($ids))",
            {"ids": [article_id(key) for key in keys]},
        ).fetchall()
    }
    ids = {story: story.article_id for story in stories if story.article_id is not None}
    for story in new:
        stored = (holders.get((story.key, own)) for own in sorted(story.addresses))
        ids[story] = next(filter(None, stored), None) or _new_id(story.key, used)
    return ids


def _new_id(key: str, used: set[str]) -> str:
    """Return the article id made from a key, or from `KEY#` if an article has that id already.

    An article has it if its page declared the key's address as its canonical, and no other page
    contradicted that until now. The key of an address never ends in `#`, so `KEY#` is free.
    """
    made = article_id(key)
    return article_id(f"{key}#") if made in used else made


def _rows(
    stories: Sequence[SettledStory], ids: dict[SettledStory, str]
) -> Iterator[dict[str, object]]:
    for story in stories:
        for position in story.positions:
            yield {"position": position, "article_id": ids[story], "url_key": story.key}
