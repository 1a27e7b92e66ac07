"""Reduction of old texts to hashes and counts: the row of each version stays, its text goes.

The age of a text is the time since it was loaded, because archives are often much older than the
right to keep their texts. Everything that is made of the text goes with it: description, changed
paragraphs, words of links, captions. Hashes, fingerprints, numbers of words, dates and addresses
stay, so that copies are still found and no page is loaded twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from config.settings import Settings
from tasks.takedown.connection import takedown_connection
from tasks.takedown.elsewhere import publish_anew
from warehouse.lake import Lake
from warehouse.rewriting import RowChange, TableRewriting
from warehouse.schema import ARTICLE_VERSIONS, IMAGES, LINKS, REVISION_CHANGES, Table
from warehouse.statements import statement

REMOVED_FLAG: Final = "text_removed"
_OF_VERSION = "(stored.article_id, stored.version) in (select (article_id, version) from {})"
_OLD = _OF_VERSION.format("old_versions")


def _without(*columns: str, of: str = _OLD) -> RowChange:
    """Return the change that empties columns of old versions."""
    filled = " or ".join(f'stored."{name}" is not null' for name in columns)
    return RowChange(f"({filled}) and {of}", {f'"{name}"': "null" for name in columns})


_TEXT = _without("text", "description", "learned_lines", "extra")
_FLAGS = f"list_append(coalesce(quality_flags, []), '{REMOVED_FLAG}')"
_RULES: Final[Mapping[Table, RowChange]] = {
    ARTICLE_VERSIONS: RowChange(
        _TEXT.matches,
        {
            **_TEXT.values,
            '"quality_flags"': f"if(list_contains(quality_flags, '{REMOVED_FLAG}'), "
            f"quality_flags, {_FLAGS})",
        },
    ),
    REVISION_CHANGES: _without(
        "old_text", "new_text", "words", of=_OF_VERSION.format("old_comparisons")
    ),
    LINKS: _without("text"),
    IMAGES: _without("alt", "caption"),
}


@dataclass(frozen=True, slots=True)
class ReducedTexts:
    """The result of reducing texts.

    Attributes:
        versions: versions whose text was removed, or would be.
        files: Parquet files that were written anew, or would be.
    """

    versions: int
    files: int


def reduce_texts(
    lake: Lake, before: datetime, settings: Settings, *, dry_run: bool
) -> ReducedTexts:
    """Reduce the texts that were loaded before a time; the caller holds both locks.

    A kill between two tables leaves texts that the next call removes.
    """
    mark = f"reduced-{before:%Y%m%dT%H%M%S%f}"
    with takedown_connection(lake, settings) as connection:
        _define_old(connection, before)
        works = [
            TableRewriting(lake, table, change, connection, settings.load, mark)
            for table, change in _RULES.items()
        ]
        found = {one.table.name: one.found() for one in works}
        done = ReducedTexts(_count(connection), sum(len(files) for files in found.values()))
        if dry_run or not done.files:
            return done
        for one in works:
            one.rewrite(found[one.table.name])
    publish_anew(lake, settings)
    with takedown_connection(lake, settings) as connection:
        _define_old(connection, before)
        for one in works:
            again = TableRewriting(lake, one.table, one.change, connection, settings.load, mark)
            again.empty_old(again.found())
    return done


def _define_old(connection: duckdb.DuckDBPyConnection, before: datetime) -> None:
    connection.execute(statement("old_versions"), {"before": before})
    connection.execute(statement("old_comparisons"))


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    [(count,)] = connection.execute(
        "select count(*) from article_versions semi join old_versions using (article_id, version) "
        "where text is not null"
    ).fetchall()
    return int(count)
