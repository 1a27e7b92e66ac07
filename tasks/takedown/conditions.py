"""Conditions of snapshots that quote an article which is taken down.

A condition quotes it if one of its texts in quotes has the article's address, id or title, or if
the article has that text, or a part of it, and no other article has. Such a text is replaced by
another one, which no article has either, so that the condition chooses the same articles as before.
Where it does not, because it compares texts in another way, the ids of these articles are listed
instead. If the state of the snapshot is in another warehouse, nobody can tell, and the text is
replaced without this check.
"""

import re
from collections.abc import Sequence
from typing import Final

import duckdb

from config.settings import Settings
from tasks.snapshots.state import chosen_state, has_state
from tasks.snapshots.stored import StoredSnapshot, stored_snapshots
from tasks.takedown.model import TakenArticle
from warehouse.lake import Lake
from warehouse.statements import sql_quoted, statement

REPLACEMENT: Final = "(taken down)"
# A text in quotes: 'it''s so', or $$it's so$$.
_QUOTED = re.compile(r"'(?P<plain>(?:[^']|'')*)'|\$(?P<tag>\w*)\$(?P<dollar>.*?)\$(?P=tag)\$", re.S)
_BETWEEN_PARTS = re.compile(r"[%|*+?()\[\]{}^$\\]+")
_WORD = re.compile(r"[^\W\d_]{3}")


def conditions_without(
    articles: Sequence[TakenArticle],
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
) -> dict[str, str]:
    """Return the new conditions of snapshots whose condition quotes one of the articles, by name.

    The connection has the tables of `define_taken`, and views of the present tables.
    """
    marks = _marks(articles, connection)
    found = {}
    for name, stored in stored_snapshots(lake).items():
        texts = {_content(one) for one in _QUOTED.finditer(stored.where)}
        own = _own_texts(sorted(texts), marks, connection)
        if own or _has_any(stored.where, marks):
            found[name] = _new_condition(stored, own, marks, lake, settings)
    return found


def _marks(articles: Sequence[TakenArticle], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return addresses, ids and titles of the articles, in small letters."""
    titles = connection.execute(
        "select distinct title from article_versions "
        "where article_id in (select article_id from taken_articles) and title like '% %'"
    ).fetchall()
    addresses = (text for one in articles for text in (one.article_id, *one.urls, *one.keys))
    return [text.lower() for text in (*addresses, *(title for (title,) in titles))]


def _own_texts(
    texts: Sequence[str], marks: Sequence[str], connection: duckdb.DuckDBPyConnection
) -> set[str]:
    """Return the texts that quote one of the articles."""
    own = {text for text in texts if _has_any(text, marks)}
    parts = {text: _parts(text) for text in texts if text not in own}
    asked = sorted({part for some in parts.values() for part in some})
    met: set[str] = set()
    if asked:
        found = connection.execute(statement("own_parts"), {"parts": asked}).fetchall()
        met = {part for (part,) in found}
    return own | {text for text, some in parts.items() if met.intersection(some)}


def _parts(text: str) -> list[str]:
    """Return a text, and its parts between wildcards, as far as they have a word."""
    pieces = (text.strip("%"), *(one.strip(" .") for one in _BETWEEN_PARTS.split(text)))
    return [piece for piece in dict.fromkeys(pieces) if _WORD.search(piece)]


def _new_condition(
    stored: StoredSnapshot, own: set[str], marks: Sequence[str], lake: Lake, settings: Settings
) -> str:
    replaced = _QUOTED.sub(
        lambda one: sql_quoted(REPLACEMENT) if _content(one) in own else one[0], stored.where
    )
    if not has_state(stored, lake):
        return "false" if _has_any(replaced, marks) else replaced
    with chosen_state(stored, lake, settings) as connection:
        ids = [row[0] for row in connection.execute("select article_id from chosen").fetchall()]
        if not _has_any(replaced, marks) and _chooses(replaced, ids, connection, marks):
            return replaced
    listed = ", ".join(sql_quoted(one) for one in sorted(ids) if one not in marks)
    return f"article_id in ({listed})" if listed else "false"


def _chooses(
    condition: str,
    ids: Sequence[str],
    connection: duckdb.DuckDBPyConnection,
    marks: Sequence[str],
) -> bool:
    """Return whether a condition chooses the articles with these ids, but for those that go."""
    try:
        rows = connection.execute(
            f"select article_id from articles where (\n{condition}\n)"
        ).fetchall()
    except duckdb.Error:
        return False
    return {one for (one,) in rows}.difference(marks) == set(ids).difference(marks)


def _content(quoted: re.Match[str]) -> str:
    plain = quoted["plain"]
    return plain.replace("''", "'") if plain is not None else quoted["dollar"]


def _has_any(text: str, marks: Sequence[str]) -> bool:
    small = text.lower()
    return any(mark in small for mark in marks)
