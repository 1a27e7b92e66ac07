"""A warehouse into which a test loads articles that count as processed, run by run."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from config.settings import Settings, load_settings
from tasks.execution.batch_files import FolderFiles
from tasks.execution.parts import write_done, write_parts
from tasks.load.commit import load, publish_run
from tasks.load.relocate import relocate_if_moved
from tasks.load.resolve import Resolved, resolve
from tasks.process.batch import Processed
from tasks.read.understanding import InputReports
from tasks.records import Article
from tasks.runs.description import as_json, described
from tasks.runs.run import Run
from warehouse.folder import make_warehouse
from warehouse.lake import open_catalog
from warehouse.layout import LAKE
from warehouse.query import opened, rows


class Nights:
    """A warehouse into which batches of articles are loaded, each by a run of its own.

    Attributes:
        resolved: the result of resolving the last run.
    """

    resolved: Resolved

    def __init__(self, folder: Path) -> None:
        self.folder = make_warehouse(folder)
        self.settings: Settings = load_settings(warehouse=folder)
        self._numbers = count(1)

    @classmethod
    def of(cls, folder: Path, loaded: int, *, relocated: bool = False) -> "Nights":
        """Open a warehouse into which runs were loaded; `relocated`: it was moved or copied."""
        if relocated:
            relocate_if_moved(folder, str)
        nights = cls(folder)
        nights._numbers = count(loaded + 1)
        return nights

    def load(
        self, *articles: Article, flow: str = "ingest", source: str | None = None
    ) -> list[str]:
        """Resolve, load and publish a run; return its outcomes in the order of the locators."""
        run = self.begin(*articles, flow=flow, source=source)
        self.resolved = resolve(run, self.settings)
        load(run, self.settings)
        publish_run(run, self.settings)
        query = f"select outcome from documents where run_id = '{run.run_id}' order by locator"
        return [row[0] for row in self.ask(query)]

    def drop(self, table: str) -> None:
        """Remove a table, as in a warehouse of an older Broadsheet."""
        open_catalog(self.folder).drop_table(("news", table))
        shutil.rmtree(self.folder / LAKE / table)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with opened(self.folder) as connection:
            return rows(connection, query)[1]

    def begin(self, *articles: Article, flow: str = "ingest", source: str | None = None) -> Run:
        """Make a run that has processed these articles."""
        run_id = f"run-{next(self._numbers):03}"
        folder = self.folder / "runs" / run_id
        for name in ("batches", "parts", "done"):
            (folder / name).mkdir(parents=True)
        description = replace(
            described(flow, {"source": source}, (), self.settings),
            started_at=datetime(2025, 3, 11, 2, tzinfo=UTC),
        )
        (folder / "run.json").write_bytes(as_json(description.fields()))
        batch = folder / "batches" / "00001.json"
        batch.touch()
        parts = write_parts([Processed(one, 0.0) for one in articles], FolderFiles(batch), [])
        write_done(FolderFiles(batch), parts, InputReports())
        return Run(run_id, folder)
