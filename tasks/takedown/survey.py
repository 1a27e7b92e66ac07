"""A survey before a takedown: the articles, the places that hold them, and their copies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from config.settings import Settings
from tasks.raw.tombstones import offsets_by_file, taken_records
from tasks.takedown.conditions import conditions_without
from tasks.takedown.connection import define_journal, define_taken
from tasks.takedown.elsewhere import places_elsewhere
from tasks.takedown.finding import Asked, find_articles, with_ledger
from tasks.takedown.model import HoldingPlace, Takedown, TakenArticle
from tasks.takedown.rules import TAKEDOWN_RULES
from warehouse.lake import Lake
from warehouse.rewriting import TableRewriting
from warehouse.schema import TABLES
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that stays although it has text in common with one that is taken down.

    Attributes:
        kind: as in `copies`: `same_text edited embedded related`.
        copy_of: the article that is taken down.
    """

    article_id: str
    url: str | None
    kind: str
    copy_of: str


@dataclass(frozen=True, slots=True)
class Survey:
    """The result of looking for the articles of a request.

    Attributes:
        unknown: names of which the warehouse has nothing.
        places: what holds them.
        copies: articles that stay; a person decides on them.
    """

    takedown: Takedown
    unknown: tuple[str, ...]
    places: tuple[HoldingPlace, ...]
    copies: tuple[Copy, ...]

    @property
    def articles(self) -> tuple[TakenArticle, ...]:
        """Return the articles that are found."""
        return self.takedown.articles


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reason of a takedown, who asked for it, and its time."""

    reason: str
    requested_by: str | None
    taken_at: datetime

    def begun(self) -> Takedown:
        """Return a takedown without articles."""
        run_id = f"{self.taken_at:%Y%m%dT%H%M%S%fZ}-takedown"
        return Takedown(run_id, self.taken_at, self.reason, self.requested_by, ())


def look_for(
    asked: Asked,
    begun: Takedown,
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
) -> Survey:
    """Return everything that is known of the articles of a request; change nothing."""
    articles, unknown = find_articles(connection, asked)
    define_taken(connection, articles)
    takedown = with_ledger(connection, replace(begun, articles=tuple(articles)))
    conditions = conditions_without(articles, lake, connection, settings)
    takedown = replace(takedown, conditions=conditions)
    define_journal(connection, takedown)
    warehouse = lake.root.parent
    places: list[HoldingPlace] = []
    references: list[str] = []
    files = 0
    for one in table_rewritings(lake, takedown, connection, settings):
        found = one.found()
        files += len(found)
        references += one.references(found)
        if found:
            places.append(HoldingPlace(one.table.name, sum(found.values())))
    for name, records in raw_records(warehouse, takedown, settings):
        places.append(HoldingPlace(name, records, "WARC records"))
        files += 1
    places += places_elsewhere(warehouse, connection, articles)
    places += _archives(connection)
    copies = connection.execute(statement("copies_that_stay")).fetchall()
    takedown = replace(takedown, references=tuple(dict.fromkeys(references)), rewritten=files)
    return Survey(takedown, tuple(unknown), tuple(places), tuple(Copy(*one) for one in copies))


def table_rewritings(
    lake: Lake, takedown: Takedown, connection: duckdb.DuckDBPyConnection, settings: Settings
) -> Iterator[TableRewriting]:
    """Yield the rewriting of each table that may hold something of an article."""
    for table in TABLES:
        if change := TAKEDOWN_RULES[table.name]:
            yield TableRewriting(lake, table, change, connection, settings.load, takedown.run_id)


def raw_records(
    warehouse: Path, takedown: Takedown, settings: Settings
) -> Iterator[tuple[str, int]]:
    """Yield the WARC files of the raw zone with the number of their records of the articles."""
    keys = frozenset(key for one in takedown.articles for key in one.keys)
    for name, offsets in offsets_by_file(takedown.records).items():
        if (path := warehouse / name).is_file():
            found = taken_records(path, offsets, keys, settings.read)
            if found:
                yield name, len(found)


def _archives(connection: duckdb.DuckDBPyConnection) -> Iterator[HoldingPlace]:
    """Yield the inputs outside the warehouse from which the pages were read."""
    rows = connection.execute(
        "select distinct unnest(inputs) as path from runs where run_id in "
        "(select run_id from taken_documents where not starts_with(locator, 'raw/')) order by all"
    )
    for (path,) in rows.fetchall():
        detail = "is outside the warehouse and still holds the page"
        yield HoldingPlace(path, None, detail, stays=True)
