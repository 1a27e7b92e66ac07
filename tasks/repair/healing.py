"""Rows that are missing are made again: from the other tables, and from the stored bytes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.pipeline import Stages
from tasks.repair.reading import Sources, read_again, sources_of_run
from tasks.repair.tables import Tables
from tasks.run_inputs import define_processed
from tasks.runs import Run
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.schema import (
    ARTICLE_VERSIONS,
    DATE_CANDIDATES,
    DOCUMENTS,
    RUNS,
    SUPERSEDED,
    TABLES,
    Table,
)
from warehouse.statements import statement

log = logging.getLogger("broadsheet.repair")


@dataclass(frozen=True, slots=True)
class Missing:
    """What a finished run lacks.

    Attributes:
        lacks_run: its row in `runs`.
        documents, versions: rows of the ledger and of article_versions.
    """

    run_id: str
    lacks_run: bool
    documents: int
    versions: int


def missing_rows(tables: Tables, unfinished: list[str]) -> dict[str, Missing]:
    """Return what each run lacks; unfinished runs lack nothing."""
    found = tables.named("missing_rows", unfinished=unfinished)
    return {row[0]: Missing(*row) for row in found}


@dataclass(frozen=True, slots=True)
class Healer:
    """Make missing rows again and commit them.

    Attributes:
        run_id: the repair.
        unfinished: ids of runs that will be resumed.
        taken: names of files that are set aside now, which are not to be given again.
    """

    run_id: str
    lake: Lake
    tables: Tables
    stages: Stages
    unfinished: list[str]
    taken: tuple[str, ...]

    def heal(self, lost_dates: set[str]) -> None:
        """Make again what can be made.

        Args:
            lost_dates: runs of whose versions the date candidates are lost.
        """
        missing = missing_rows(self.tables, self.unfinished)
        for run_id in sorted(missing.keys() | lost_dates):
            self._heal_run(run_id, missing.get(run_id), dates=run_id in lost_dates)
        self._heal_superseded()

    def _heal_run(self, run_id: str, missing: Missing | None, *, dates: bool) -> None:
        if missing and missing.documents:
            self._write(DOCUMENTS, "ledger_of_versions", run_id)
        if dates or (missing and (missing.documents or missing.versions)):
            sources = sources_of_run(run_id, self.tables, self.lake.root.parent)
            if run := read_again(run_id, sources, self.stages):
                try:
                    self._heal_from(run, run_id, sources)
                finally:
                    run.remove()
        if missing and missing.lacks_run:
            self._write(RUNS, "lost_run", run_id)

    def _heal_from(self, run: Run, run_id: str, sources: Sources) -> None:
        connection = self.tables.connection
        define_processed(connection, run)
        connection.execute(statement("read_again"), {"run_id": run_id})
        [(unlisted,)] = self.tables.rows("select count(*) from read_again where is_unlisted")
        still = missing_rows(self.tables, self.unfinished).get(run_id)
        if unlisted > (still.documents if still else 0):
            # The input has other documents than it had then: none can be told to be of that run.
            connection.execute("delete from read_again where is_unlisted")
        values: dict[str, Any] = {
            "source": sources.source,
            "flow": sources.flow,
            "loaded_at": datetime.now(UTC),
        }
        dates = self._made(DATE_CANDIDATES, "healed_dates", run_id)
        ledger = self._made(DOCUMENTS, "healed_ledger", run_id, source=values["source"])
        del values["source"]
        versions = self._made(ARTICLE_VERSIONS, "healed_versions", run_id, **values)
        for table, files in (
            (ARTICLE_VERSIONS, versions),
            (DATE_CANDIDATES, dates),
            (DOCUMENTS, ledger),
        ):
            self._commit(table, files)
        log.info("read again run=%s", run_id)

    def _heal_superseded(self) -> None:
        """Give each article exactly one current version."""
        query = "select article_id, version from superseded order by all"
        before = self.tables.rows(query)
        after = self.tables.named("superseded_again", run_id=self.run_id)
        if before == sorted(row[:2] for row in after):
            return
        made = self._made(SUPERSEDED, "superseded_again", self.run_id)
        self.lake.amend(SUPERSEDED, add=made, remove=set(self.lake.files(SUPERSEDED)))
        self._refresh()

    def _write(self, table: Table, name: str, run_id: str, **values: Any) -> None:
        self._commit(table, self._made(table, name, run_id, **values))

    def _made(self, table: Table, name: str, run_id: str, **values: Any) -> list[str]:
        """Write a statement's rows into files that are named after the run whose rows they are."""
        if "$run_id" in (text := statement(name)):
            values["run_id"] = run_id
        settings = self.stages.settings.load
        first = self._free_number(table, run_id)  # before: a connection has one answer at a time
        answer = self.tables.connection.execute(text, values)
        batches = answer.to_arrow_reader(settings.row_group_rows)
        folder = self.lake.folder(table)
        written = write_table_files(
            batches,
            table,
            settings,
            lambda number: folder / f"{run_id}-{first + number:05}.parquet",
        )
        return [file.path for file in written]

    def _free_number(self, table: Table, run_id: str) -> int:
        """Return the first number behind those that files of the run have, or had before."""
        beside = self.lake.folder(table).glob(f"{run_id}-*.parquet")
        recorded = self.tables.rows("select file from repairs where file is not null")
        gone = (Path(file) for (file,) in (*recorded, *((name,) for name in self.taken)))
        own = (path for path in gone if path.parent.parent.name == table.name)
        stems = (path.stem.rpartition("-") for path in (*beside, *own))
        return max((int(number) for run, _, number in stems if run == run_id), default=-1) + 1

    def _commit(self, table: Table, files: list[str]) -> None:
        if files:
            self.lake.amend(table, add=files)
            self._refresh()

    def _refresh(self) -> None:
        self.tables.define(lake_files(self.lake))


def lake_files(lake: Lake) -> Mapping[str, list[str]]:
    """Return the files of the current snapshot of each table."""
    return {table.name: lake.files(table) for table in TABLES}
