"""A small warehouse with two nights and an archive, which tests damage and restore."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.errors import BroadsheetError
from config.settings import Settings, load_settings
from flows.actions.doctor import CHECKS
from tasks.jobs.ingest import ingest
from tasks.pipeline import Stages, thread_runner
from tasks.repair.repair import repair
from tasks.repair.report import RepairReport
from tasks.runs.progress import ProgressListener
from tasks.runs.run import IngestRequest
from tests.nights.night import Desk
from tests.pipeline.archives import page, url_of, write_warc
from tests.pipeline.command import ask
from tests.sites.many import ManySites
from warehouse.lake import Lake, open_lake

KINDS = ("delete", "empty", "cut", "rubbish")
# For each table that a repair can restore, the columns whose values it cannot restore exactly.
LEFT_OUT = {
    "article_versions": "loaded_at, language_score",
    "superseded": "run_id",
    "date_candidates": "run_id",
    "revisions": "run_id, comparison",
    "revision_changes": "run_id, comparison",
    "links": "target_article_id",
    "images": "run_id",
    "documents": "bytes, seconds",
    "fingerprints": "method",
    "runs": "snapshots, finished_at, code_version, extractor_version, flow, parameters, inputs",
}


def illustrated(number: int) -> str:
    """Return the page of a story with a link and an image."""
    figure = f"<figure><img src='/{number}.jpg'><figcaption>The gate</figcaption></figure>"
    linked = f"<a href='{url_of(number + 1)}'>committee</a>"
    return page(number).replace("</h1>", f"</h1>{figure}").replace("committee", linked, 1)


class Newsroom:
    """A warehouse with two nights and an archive, and an undamaged copy of it."""

    def __init__(self, folder: Path, site: ManySites) -> None:
        self.desk = Desk(folder, site)
        self.warehouse = self.desk.warehouse
        pages = {url_of(number): illustrated(number) for number in range(3)}
        self.archive = write_warc(folder / "archive.warc.gz", pages)
        self.desk.quick_night(0)
        site.next_night(new=1, revised=1)
        self.desk.quick_night(1)
        self.ingest()
        self._kept = folder / "kept"
        self.keep()

    @property
    def settings(self) -> Settings:
        return load_settings(self.desk.config, warehouse=self.warehouse, workers=1)

    @property
    def lake(self) -> Lake:
        return open_lake(self.warehouse)

    def keep(self) -> None:
        """Take the present warehouse for the undamaged one."""
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.warehouse, self._kept)
        self.whole = self.rows()

    def put_back(self) -> None:
        """Restore the undamaged warehouse, in the same place because its paths are absolute."""
        shutil.rmtree(self.warehouse)
        shutil.copytree(self._kept, self.warehouse)

    def ingest(self, *paths: Path) -> None:
        """Ingest archives, by default the one that is in the warehouse already."""
        names = tuple(map(str, paths)) or (str(self.archive),)
        with thread_runner(1) as run_stage:
            ingest(IngestRequest(names), Stages(self.settings, run_stage, ProgressListener()))

    def repair(self, *, dry_run: bool = False) -> RepairReport:
        with thread_runner(1) as run_stage:
            return repair(Stages(self.settings, run_stage, ProgressListener()), dry_run=dry_run)

    def faults(self) -> list[str]:
        """Return the faults that `doctor` reports on the warehouse."""
        found = []
        for name in ("warehouse", "tables", "published file", "runs"):
            try:
                CHECKS[name](self.settings)
            except (BroadsheetError, RuntimeError) as error:
                found.append(str(error))
        return found

    def rows(self) -> dict[str, list[str]]:
        """Return the rows of all tables without LEFT_OUT, and `runs` without repairs."""
        found = {}
        for table, names in LEFT_OUT.items():
            rows = ask(self.warehouse, f"select * exclude ({names}) from {table}")
            found[table] = sorted(map(str, rows))
        found["runs"] = [row for row in found["runs"] if "-repair'" not in row]
        return found

    def ask(self, query: str) -> list[dict[str, Any]]:
        return ask(self.warehouse, query)

    def tree(self) -> dict[str, tuple[int, int]]:
        """Return size and time of every file except locks."""
        return {
            str(path.relative_to(self.warehouse)): (stat.st_size, stat.st_mtime_ns)
            for path in sorted(self.warehouse.rglob("*"))
            if path.is_file() and "lock" not in path.name
            for stat in (path.stat(),)
        }

    def metadata(self, table: str) -> Path:
        """Return the metadata file of a table that the catalog names."""
        return Path(self.lake.catalog.load_table(("news", table)).metadata_location)

    def manifest(self, table: str) -> Path:
        """Return a manifest of a table's current snapshot."""
        loaded = self.lake.catalog.load_table(("news", table))
        snapshot = loaded.current_snapshot()
        assert snapshot
        return Path(snapshot.manifests(loaded.io)[0].manifest_path)

    def manifest_list(self, table: str) -> Path:
        snapshot = self.lake.catalog.load_table(("news", table)).current_snapshot()
        assert snapshot
        return Path(snapshot.manifest_list)

    def manifest_list_of_newest(self, table: str) -> Path:
        """Return the newest manifest list of a table, without asking the catalog."""
        folder = self.warehouse / "lake" / table / "metadata"
        return max(folder.glob("snap-*.avro"), key=lambda path: path.stat().st_mtime_ns)

    def data(self, table: str, number: int = 0) -> Path:
        """Return a Parquet file of a table, counted in the order of the runs."""
        return sorted((self.warehouse / "lake" / table / "data").glob("*.parquet"))[number]


@contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """Build a newsroom; its site answers requests while the context is open."""
    with ManySites(2, 4) as site:
        yield Newsroom(folder, site)


def damage(path: Path, kind: str) -> None:
    """Delete a file, empty it, cut it, or fill it with random bytes."""
    content = path.read_bytes()
    path.unlink()
    if kind == "empty":
        path.touch()
    elif kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "rubbish":
        path.write_bytes(random.Random(7).randbytes(len(content)))
