"""Run the SQL of resolving on tables in memory, without files, runs and worker processes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from tasks.load.decisions import decide, define_captures
from tasks.runs.address_rules import define_functions
from tasks.web.fingerprint import article_id
from tasks.web.urls import url_key
from warehouse.schema import (
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    DOCUMENTS,
    FETCHES,
    PROCESSED,
    SUPERSEDED,
)
from warehouse.statements import statement

PAGE = "https://courier.example/basin"
# These statements write the columns of new_versions.sql and ledger.sql that resolving reads again.
INSERT_VERSIONS = """
insert into article_versions by name
select
    if(is_revisit is true, null, locator) as locator, url, url_canonical, title,
    coalesce(processed.own_key, key_of(url)) as own_key, processed.url_key as claimed_key,
    coalesce(identified.url_key, key_of(url)) as url_key,
    coalesce(captures.content_hash, processed.content_hash) as content_hash,
    coalesce(captures.content_hash, processed.content_hash) as text,
    coalesce(captures.whole_hash, processed.whole_hash) as whole_hash,
    coalesce(captures.payload_digest, processed.payload_digest) as payload_digest,
    if(decided.version > 1, coalesce($reason, decided.change_reason), null) as change_reason,
    decided.* exclude (position, duplicate_reason, outcome, change_reason)
from decided
left join captures using (position)
join processed using (position)
left join identified using (position)
where decided.outcome <> 'duplicate'
"""
INSERT_DOCUMENTS = """
insert into documents by name
select
    outcomes.* exclude (position), locator, url, captures.fetched_at,
    coalesce(processed.whole_hash, captures.whole_hash) as whole_hash
from outcomes
join processed using (position)
left join captures using (position)
"""
# Grain: one row per article that has no current version, or several.
WITHOUT_ONE_CURRENT = """
with candidates as (
    select article_id
    from article_versions
    where version > 1
    union
    select article_id
    from superseded
)
select
    article_id,
    count(*) filter (superseded.version is null) as current_versions
from article_versions
semi join candidates using (article_id)
left join superseded using (article_id, version)
group by article_id
having count(*) filter (superseded.version is null) <> 1
"""
TABLES_OF_A_RUN = (
    *("damaged", "reprocessed", "identified", "originals", "known"),
    *("reread", "captures", "decided", "holders", "claims", "revisit_contents"),
)


@dataclass(frozen=True, slots=True)
class Capture:
    """One record of an archive: a page with a text, or a revisit that names an earlier capture.

    Attributes:
        name: the name of the record; several runs may load the same capture.
        day: the day of March 2025; None without a capture time.
        page: a placeholder for the bytes around the text.
        below: a line of boilerplate below the text.
        original: the name of the capture that a revisit refers to.
        canonical: the canonical URL that the page declares, if the page alone is credible.
        payload: the bytes; None if they are the text and the page.
    """

    name: str
    text: str = ""
    day: int | None = None
    page: str = ""
    below: str = ""
    original: str | None = None
    url: str = PAGE
    canonical: str | None = None
    title: str | None = None
    payload: str | None = None

    @property
    def fetched_at(self) -> datetime | None:
        return None if self.day is None else datetime(2025, 3, self.day, tzinfo=UTC)

    def again(self, name: str, day: int | None) -> "Capture":
        return replace(self, name=name, day=day)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a warehouse, in memory."""

    connection: duckdb.DuckDBPyConnection

    def create(self) -> None:
        self.connection.execute("set timezone = 'UTC'")
        schemas = {t.name: t.arrow for t in (ARTICLE_VERSIONS, DOCUMENTS, ARTICLE_KEYS)}
        schemas |= {"superseded_history": SUPERSEDED.arrow, "processed": PROCESSED}
        schemas |= {"stored_fetches": FETCHES.arrow, "changed_article_keys": ARTICLE_KEYS.arrow}
        for name, schema in schemas.items():
            self.connection.from_arrow(schema.empty_table()).to_table(name)
        self.connection.execute("create table attempts as from stored_fetches")
        self.connection.execute(f"create view superseded as {statement('superseded')}")
        self.connection.execute("create view whole_versions as from article_versions")
        define_functions(self.connection)

    def clear(self) -> None:
        for name in ("article_versions", "documents", "stored_fetches", "superseded_history"):
            self.connection.execute(f"delete from {name}")

    def load(
        self,
        captures: Sequence[Capture],
        *,
        learned: bool = True,
        reprocess: bool = False,
        between: Callable[[], None] = lambda: None,
    ) -> list[tuple[str, int | None]]:
        """Resolve one run and insert its rows into the tables.

        Args:
            learned: whether the line below a text is known to be boilerplate.
            between: called after `define_captures` and before `decide`.

        Returns:
            The outcome and version of each capture, in order.
        """
        self._put(captures, learned)
        for name in TABLES_OF_A_RUN:
            self.connection.execute(f"drop table if exists {name}")
        self.connection.execute("drop view if exists outcomes; drop view if exists contents")
        self.connection.execute(f"create temp table damaged as {WITHOUT_ONE_CURRENT}")
        define_captures(self.connection, reprocess=reprocess)
        between()
        decide(self.connection)
        outdated = statement("newly_superseded")
        self.connection.execute(f"insert into superseded_history {outdated}", {"run_id": "run"})
        self.connection.execute(INSERT_VERSIONS, {"reason": "reprocess" if reprocess else None})
        self.connection.execute(INSERT_DOCUMENTS)
        return self.ask("select outcome, version from outcomes order by position")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def current(self) -> list[tuple[str, int, str]]:
        """Return the address, version and text of each article, as readers see them."""
        return self.ask(
            "select url, version, text from article_versions "
            "anti join superseded using (article_id, version) order by url"
        )

    def _put(self, captures: Sequence[Capture], learned: bool) -> None:
        self.connection.execute("delete from processed")
        # A position has no meaning but the order of documents. These are lower than any version
        # number, so that a statement that confuses the two gives wrong results here.
        rows = [_processed(n, capture, learned) for n, capture in enumerate(captures, start=-999)]
        self.connection.register("read", pa.Table.from_pylist(rows, PROCESSED))
        self.connection.execute("insert into processed from read")
        fetched = [
            {"record_id": c.name, "warc_file": c.name, "warc_offset": 0}
            for c in captures
            if not c.original
        ]
        self.connection.register("asked", pa.Table.from_pylist(fetched, FETCHES.arrow))
        self.connection.execute("insert into stored_fetches from asked")


def _processed(position: int, capture: Capture, learned: bool) -> dict[str, Any]:
    row = {
        "position": position,
        "locator": f"{capture.name}#offset=0",
        "url": capture.url,
        "fetched_at": capture.fetched_at,
    }
    if capture.original:
        dropped = {"outcome": "rejected", "step": "read", "reason": "revisit"}
        return {**row, **dropped, "refers_to_record": capture.original}
    key = url_key(capture.canonical or capture.url) or ""
    whole = capture.text + capture.below
    kept = capture.text if learned else whole
    return {
        **row,
        "article_id": article_id(key),
        "url_key": key,
        "own_key": url_key(capture.url),
        "url_canonical": capture.canonical,
        "title": capture.title,
        "text": kept,
        "content_hash": kept,
        "whole_hash": whole,
        "payload_digest": capture.payload or whole + capture.page,
    }
