"""A warehouse that is loaded night by night, from articles that were processed already."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from config.settings import Settings, load_settings
from tasks.load import load, publish_run
from tasks.parts import write_done, write_parts
from tasks.pipeline import make_warehouse
from tasks.process.batch import Processed
from tasks.records import Article
from tasks.resolve import Resolved, resolve
from tasks.runs import Run
from warehouse.query import opened, rows


class Nights:
    """A warehouse into which batches of articles are loaded, one run each.

    Attributes:
        resolved: what the last run came to.
    """

    resolved: Resolved

    def __init__(self, folder: Path) -> None:
        self.folder = make_warehouse(folder)
        self.settings: Settings = load_settings(warehouse=folder)
        self._numbers = count(1)

    def load(self, *articles: Article) -> list[str]:
        """Runs everything behind processing; gives the outcomes in the order of reading."""
        run = self._run(articles)
        self.resolved = resolve(run, self.settings)
        load(run, self.settings)
        publish_run(run, self.settings)
        query = f"select outcome from documents where run_id = '{run.run_id}' order by locator"
        return [row[0] for row in self.ask(query)]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with opened(self.folder) as connection:
            return rows(connection, query)[1]

    def _run(self, articles: Sequence[Article]) -> Run:
        run_id = f"run-{next(self._numbers):03}"
        folder = self.folder / "runs" / run_id
        for name in ("batches", "parts", "done"):
            (folder / name).mkdir(parents=True)
        described = {
            "flow": "ingest",
            "parameters": {"source": None},
            "inputs": [],
            "started_at": "2025-03-11T02:00:00+00:00",
        }
        (folder / "run.json").write_bytes(orjson.dumps(described))
        batch = folder / "batches" / "00001.json"
        batch.touch()
        write_done(batch, write_parts([Processed(one, 0.0) for one in articles], batch, []))
        return Run(run_id, folder)
