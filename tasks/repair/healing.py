"""Restoring of missing rows, from the other tables and from the stored bytes."""

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.load.revisions import compare_stored_versions
from tasks.load.story_tables import make_story_tables
from tasks.pipeline import Stages
from tasks.repair.deciding import decided_again
from tasks.repair.reading import Sources, read_again, sources_of_run
from tasks.repair.tables import Tables
from tasks.runs.run import Run
from warehouse.files import write_table_files
from warehouse.lake import Lake
from warehouse.layout import RUNS_FOLDER
from warehouse.schema import (
    ARTICLE_VERSIONS,
    DATE_CANDIDATES,
    DOCUMENTS,
    IMAGES,
    LINKS,
    REVISION_CHANGES,
    REVISIONS,
    RUNS,
    STORY_TABLES,
    SUPERSEDED,
    TABLES,
    Table,
)
from warehouse.statements import parameters, statement

log = logging.getLogger("broadsheet.repair")


# Tables whose rows come from a version's document and from nothing else, and their statements.
PARTS_OF_VERSIONS = {
    DATE_CANDIDATES: "new_date_candidates",
    LINKS: "new_links",
    IMAGES: "new_images",
}
_ALL_POSITIONS = {"first": 0, "last": 2**62}
_ONLY_NEW = """
    select made.*
    from ({text}) as made
    semi join (
        select article_id, version from article_versions
        union all
        select article_id, version from read_again where is_version
    ) using (article_id, version)
    anti join (from {table} where run_id = $run_id) using (article_id, version)
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """The missing rows of a finished run.

    Attributes:
        lacks_run: whether its row in `runs` is missing.
        documents, versions: how many rows of the ledger and of article_versions are missing.
    """

    run_id: str
    lacks_run: bool
    documents: int
    versions: int


def missing_rows(tables: Tables, unfinished: list[str]) -> dict[str, Missing]:
    """Return the missing rows of each run that lacks any; unfinished runs are left out."""
    found = tables.named("missing_rows", unfinished=unfinished)
    return {row[0]: Missing(*row) for row in found}


@dataclass(frozen=True, slots=True)
class Healer:
    """A repair's access to the tables, by which it restores and commits missing rows.

    Attributes:
        run_id: the id of the repair.
        unfinished: ids of runs that will be resumed.
        taken: names of files that this repair sets aside. New files must not get the same names.
    """

    run_id: str
    lake: Lake
    tables: Tables
    stages: Stages
    unfinished: list[str]
    taken: tuple[str, ...]

    def heal(self, lost_parts: set[str]) -> dict[str, Missing]:
        """Restore the rows that can be restored.

        Each step commits its rows before the next one begins, and looks again at what is missing. A
        repair that was killed therefore restores nothing twice.

        Args:
            lost_parts: ids of runs that have lost rows of PARTS_OF_VERSIONS.

        Returns:
            What each run lacked before.
        """
        missing = missing_rows(self.tables, self.unfinished)
        # Each run is decided again against those before it.
        ordered = self.tables.rows("select run_id from order_of_runs order by ended_at, run_id")
        lacking = missing.keys() | lost_parts
        for run_id in (run_id for (run_id,) in ordered if run_id in lacking):
            self._heal_run(run_id, missing.get(run_id), lacks_parts=run_id in lost_parts)
        self._heal_superseded()
        self._heal_revisions()
        self._heal_stories()
        return missing

    def _heal_run(self, run_id: str, missing: Missing | None, *, lacks_parts: bool) -> None:
        """Restore the rows of one run.

        Versions whose documents cannot be read any more give at least their rows of the ledger. The
        row in `runs` comes last, because it counts the ledger.
        """
        if lacks_parts or (missing and (missing.documents or missing.versions)):
            sources = sources_of_run(run_id, self.tables, self.stages.settings)
            if run := read_again(run_id, sources, self.stages):
                try:
                    self._heal_from(run, run_id, sources)
                finally:
                    run.remove()
        if missing and missing.documents:
            self._write(DOCUMENTS, "ledger_of_versions", run_id)
        if missing and missing.lacks_run:
            self._write(RUNS, "lost_run", run_id)

    def _heal_from(self, run: Run, run_id: str, sources: Sources) -> None:
        """Restore rows of a run from its documents, which were read again in `run`."""
        with decided_again(run, sources, self.tables, self.lake, self.stages):
            self._leave_unknown_documents_out(run_id)
            values: dict[str, Any] = {
                "source": sources.source,
                "flow": sources.flow,
                "loaded_at": datetime.now(UTC),
            }
            versions = self._made(ARTICLE_VERSIONS, "healed_versions", run_id, **values)
            parts = [
                (table, self._made(table, name, run_id, only_new=True, **_ALL_POSITIONS))
                for table, name in PARTS_OF_VERSIONS.items()
            ]
            ledger = self._made(DOCUMENTS, "healed_ledger", run_id, **values)
        for table, files in ((ARTICLE_VERSIONS, versions), *parts, (DOCUMENTS, ledger)):
            self._commit(table, files)
        log.info("read again run=%s", run_id)

    def _leave_unknown_documents_out(self, run_id: str) -> None:
        """Remove documents from `read_again` of which it cannot be told whether the run had them.

        If the input has more documents than the run had, or if more of them would become versions,
        only those are kept that tables still know. Versions that none of the documents became get
        rows of the ledger, too: the input may have been replaced by another of the same size.
        """
        still = missing_rows(self.tables, self.unfinished).get(run_id)
        [(others,)] = self.tables.named("versions_not_read", run_id=run_id)
        for rows, most in (
            ("is_version", still.versions if still else 0),
            ("is_unlisted", (still.documents if still else 0) - others),
        ):
            [(found,)] = self.tables.rows(f"select count(*) from read_again where {rows}")
            if found > most:
                self.tables.connection.execute(
                    f"delete from read_again where {rows} and is_unlisted and not is_kept"
                )

    def _heal_superseded(self) -> None:
        """Give each article exactly one current version."""
        query = "select article_id, version from superseded order by all"
        before = self.tables.rows(query)
        is_lost = self._has_lost(SUPERSEDED)
        after = self.tables.named("superseded_again", run_id=self.run_id, is_lost=is_lost)
        if before == sorted(row[:2] for row in after):
            return
        made = self._made(SUPERSEDED, "superseded_again", self.run_id, is_lost=is_lost)
        self.lake.amend(SUPERSEDED, add=made, remove=set(self.lake.files(SUPERSEDED)))
        self._refresh()

    def _heal_revisions(self) -> None:
        """Compare the versions again whose comparisons are missing, whole or in part."""
        lake = self.lake
        versions = [lake.schema_file(ARTICLE_VERSIONS), *lake.files(ARTICLE_VERSIONS)]
        compare_stored_versions(self.tables.connection, self.tables.folder, versions)
        revisions = self._made(REVISIONS, "new_revisions", self.run_id)
        changes = self._made(REVISION_CHANGES, "new_revision_changes", self.run_id)
        for table, files in ((REVISIONS, revisions), (REVISION_CHANGES, changes)):
            self._commit(table, files)

    def _heal_stories(self) -> None:
        """Make the tables of stories anew if a file of one of them was set aside."""
        if not any(map(self._has_lost, STORY_TABLES)):
            return
        settings = self.stages.settings
        # A new id, because a repair that was killed may have committed files under its own one.
        run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-stories"
        with tempfile.TemporaryDirectory(dir=settings.warehouse / RUNS_FOLDER) as folder:
            make_story_tables(self.lake, run_id, Path(folder), settings)
        self._refresh()

    def _has_lost(self, table: Table) -> bool:
        """Return whether a file of the table was set aside."""
        return any(Path(file).parent.parent.name == table.name for file in self.taken)

    def _write(self, table: Table, name: str, run_id: str, **values: Any) -> None:
        self._commit(table, self._made(table, name, run_id, **values))

    def _made(
        self, table: Table, name: str, run_id: str, *, only_new: bool = False, **values: Any
    ) -> list[str]:
        """Write the rows of a statement into files that bear the id of the run they belong to.

        Args:
            only_new: leave out rows of versions of which the run has rows in the table already.
        """
        text = statement(name)
        if only_new:
            text = _ONLY_NEW.format(text=text.rstrip().rstrip(";"), table=table.name)
        values = parameters(text, {**values, "run_id": run_id})
        settings = self.stages.settings.load
        # This comes before the statement, because a connection holds one answer at a time.
        first = self._free_number(table, run_id)
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
        """Return a number above those of all files that the run has or ever had in a table.

        Files that were set aside are named in `repairs`. A new file must not get the name of one of
        them, or the next repair would mistake one for the other.
        """
        present = self.lake.folder(table).glob(f"{run_id}-*.parquet")
        recorded = self.tables.rows("select file from repairs where file is not null")
        removed = (Path(file) for (file,) in (*recorded, *((name,) for name in self.taken)))
        own = (path for path in removed if path.parent.parent.name == table.name)
        stems = (path.stem.rpartition("-") for path in (*present, *own))
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
