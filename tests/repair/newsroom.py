"""A small warehouse with two nights and an archive, that is damaged and put back again."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.errors import BroadsheetError
from config.settings import Settings, load_settings
from flows.doctor import CHECKS
from tasks.pipeline import Stages, ingest, plain_calls
from tasks.repair.repair import repair
from tasks.repair.report import RepairReport
from tasks.runs import Request
from tasks.watching import Watcher
from tests.nights.night import Desk
from tests.pipeline.archives import write_stories
from tests.pipeline.command import ask
from tests.sites.many import ManySites
from warehouse.lake import Lake, open_lake

KINDS = ("delete", "empty", "cut", "rubbish")
# What a repair cannot make again to the letter, and the tables that it can.
LEFT_OUT = {
    "article_versions": "loaded_at, language_score",
    "superseded": "run_id",
    "date_candidates": "run_id",
    "documents": "bytes, seconds",
    "runs": "snapshots, finished_at, code_version, extractor_version, flow, parameters, inputs",
}


class Newsroom:
    """The warehouse, and a copy of it as it was."""

    def __init__(self, folder: Path, site: ManySites) -> None:
        self.desk = Desk(folder, site)
        self.warehouse = self.desk.warehouse
        self.archive = write_stories(folder / "archive.warc.gz", range(3))
        self.desk.quick_night(0)
        site.next_night(new=1, revised=1)
        self.desk.quick_night(1)
        self.ingest()
        self._kept = folder / "kept"
        shutil.copytree(self.warehouse, self._kept)
        self.whole = self.rows()

    @property
    def settings(self) -> Settings:
        return load_settings(self.desk.config, warehouse=self.warehouse, workers=1)

    @property
    def lake(self) -> Lake:
        return open_lake(self.warehouse)

    def put_back(self) -> None:
        """Undoes everything; paths in the tables are absolute, so it has to be the same place."""
        shutil.rmtree(self.warehouse)
        shutil.copytree(self._kept, self.warehouse)

    def ingest(self) -> None:
        """Ingests the archive, which is in the warehouse already but for the first time."""
        with plain_calls(1) as call:
            ingest(Request((str(self.archive),)), self.settings, call, Watcher())

    def repair(self, *, dry_run: bool = False) -> RepairReport:
        with plain_calls(1) as call:
            return repair(Stages(self.settings, call, Watcher()), dry_run=dry_run)

    def faults(self) -> list[str]:
        """What doctor says of the warehouse that is not fine."""
        found = []
        for name in ("warehouse", "tables", "published file", "runs"):
            try:
                CHECKS[name](self.settings)
            except (BroadsheetError, RuntimeError) as error:
                found.append(str(error))
        return found

    def rows(self) -> dict[str, list[str]]:
        """The tables, without what depends on when and by whom they were loaded."""
        found = {}
        for table, names in LEFT_OUT.items():
            rows = ask(self.warehouse, f"select * exclude ({names}) from {table}")
            found[table] = sorted(map(str, rows))
        found["runs"] = [row for row in found["runs"] if "-repair'" not in row]
        return found

    def ask(self, query: str) -> list[dict[str, Any]]:
        return ask(self.warehouse, query)

    def tree(self) -> dict[str, tuple[int, int]]:
        """Size and time of every file, locks apart."""
        return {
            str(path.relative_to(self.warehouse)): (stat.st_size, stat.st_mtime_ns)
            for path in sorted(self.warehouse.rglob("*"))
            if path.is_file() and "lock" not in path.name
            for stat in (path.stat(),)
        }

    def metadata(self, table: str) -> Path:
        """The metadata file that the catalog names."""
        return Path(self.lake.catalog.load_table(("news", table)).metadata_location)

    def manifest(self, table: str) -> Path:
        """A manifest of the current snapshot."""
        loaded = self.lake.catalog.load_table(("news", table))
        snapshot = loaded.current_snapshot()
        assert snapshot
        return Path(snapshot.manifests(loaded.io)[0].manifest_path)

    def manifest_list(self, table: str) -> Path:
        snapshot = self.lake.catalog.load_table(("news", table)).current_snapshot()
        assert snapshot
        return Path(snapshot.manifest_list)

    def manifest_list_of_newest(self, table: str) -> Path:
        """The youngest manifest list, without asking the catalog."""
        folder = self.warehouse / "lake" / table / "metadata"
        return max(folder.glob("snap-*.avro"), key=lambda path: path.stat().st_mtime_ns)

    def data(self, table: str, number: int = 0) -> Path:
        """A Parquet file of a table, by the order of its runs."""
        return sorted((self.warehouse / "lake" / table / "data").glob("*.parquet"))[number]


@contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """Builds one; the site answers while the block runs."""
    with ManySites(2, 4) as site:
        yield Newsroom(folder, site)


def damage(path: Path, kind: str) -> None:
    """Deletes a file, empties it, cuts it, or fills it with rubbish."""
    content = path.read_bytes()
    path.unlink()
    if kind == "empty":
        path.touch()
    elif kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "rubbish":
        path.write_bytes(random.Random(7).randbytes(len(content)))
