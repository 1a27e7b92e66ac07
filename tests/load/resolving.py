"""The statements of resolving over tables in memory, without files, runs and workers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from tasks.address_rules import define_functions
from tasks.process.fingerprint import article_id
from tasks.process.urls import url_key
from tasks.resolve import judge, meet
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
# What new_versions.sql and ledger.sql write, as far as resolving reads it again.
TAKE_IN_VERSIONS = """
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
TAKE_IN_DOCUMENTS = """
insert into documents by name
select
    outcomes.* exclude (position), locator, url, captures.fetched_at,
    coalesce(processed.whole_hash, captures.whole_hash) as whole_hash
from outcomes
join processed using (position)
left join captures using (position)
"""
MADE = (
    *("damaged", "reprocessed", "identified", "originals", "known"),
    *("reread", "captures", "decided", "holders", "claims", "revisit_contents"),
)


@dataclass(frozen=True, slots=True)
class Capture:
    """One record of an archive: a page with a text, or a revisit that names an earlier capture.

    Attributes:
        name: of the record; the same capture may be loaded by several runs.
        day: of March 2025; None without a capture time.
        page: what stands for the bytes around the text.
        below: a line below the text that is boilerplate.
        original: the name of the capture that a revisit refers to.
        canonical: as the page declares it, if the page alone makes it believable.
        payload: the bytes; None: text and page.
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
    """A warehouse's tables in memory."""

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
        """Resolves one run and takes it into the tables.

        Args:
            learned: whether the line below a text is known to be boilerplate.
            between: called when it is known what is to be decided.

        Returns:
            Outcome and version of each capture, in order.
        """
        self._put(captures, learned)
        for name in MADE:
            self.connection.execute(f"drop table if exists {name}")
        self.connection.execute("drop view if exists outcomes; drop view if exists contents")
        meet(self.connection, reprocess=reprocess)
        between()
        judge(self.connection)
        outdated = statement("newly_superseded")
        self.connection.execute(f"insert into superseded_history {outdated}", {"run_id": "run"})
        self.connection.execute(TAKE_IN_VERSIONS, {"reason": "reprocess" if reprocess else None})
        self.connection.execute(TAKE_IN_DOCUMENTS)
        return self.ask("select outcome, version from outcomes order by position")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def current(self) -> list[tuple[str, int, str]]:
        """Address, version and text of each article, as readers see them."""
        return self.ask(
            "select url, version, text from article_versions "
            "anti join superseded using (article_id, version) order by url"
        )

    def _put(self, captures: Sequence[Capture], learned: bool) -> None:
        self.connection.execute("delete from processed")
        # Positions order the documents of a run and nothing else; these are below any version.
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
