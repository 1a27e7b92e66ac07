"""Compaction of a warehouse within the process of a test, and what is then looked at."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from config.errors import BroadsheetError
from config.settings import Settings
from flows.actions.doctor import CHECKS
from tasks.jobs.compact import Compacted, compact
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tests.pipeline.command import ask
from warehouse.expiry import remove_expired
from warehouse.lake import open_lake
from warehouse.publish import is_published
from warehouse.replaced import is_compacted
from warehouse.schema import TABLES
from warehouse.snapshots import take_snapshot

GRACE = timedelta(days=7)
READING = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for query in sys.stdin:
    print(connection.execute(query).fetchall(), flush=True)
"""
QUERY = (
    "select (select count(*) from documents), (select sum(length(text)) from articles), "
    "(select count(*) from nights), (select max(version) from article_versions)"
)


def compacted(settings: Settings, *, dry_run: bool = False) -> Compacted:
    """Compact by hand, as the command does."""
    with thread_runner(1) as run_stage:
        return compact(Stages(settings, run_stage, ProgressListener()), dry_run=dry_run)


def after_the_grace_time(warehouse: Path) -> None:
    """Remove what nothing needs, as nights a week later do."""
    lake = open_lake(warehouse)
    now = datetime.now().astimezone() + timedelta(days=1)
    for days in (0, 7):
        remove_expired(lake, GRACE, now + timedelta(days=days))


def all_rows(warehouse: Path) -> dict[str, list[str]]:
    """Return the rows of all tables and of the views over them."""
    names = [*(table.name for table in TABLES), "articles", "nights", "coverage", "sources"]
    return {name: sorted(map(str, ask(warehouse, f"from {name}"))) for name in names}


def named_files(warehouse: Path) -> dict[str, list[str]]:
    """Return the names of the files of each table's current snapshot."""
    lake = open_lake(warehouse)
    return {table.name: [Path(file).name for file in lake.files(table)] for table in TABLES}


def present_files(warehouse: Path, table: str) -> list[str]:
    """Return the names of all Parquet files and records in a table's folder."""
    folder = warehouse / "lake" / table / "data"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def merged_file(warehouse: Path, table: str) -> Path:
    """Return the only file of a table's current snapshot, which was merged."""
    [name] = named_files(warehouse)[table]
    assert is_compacted(name)
    return warehouse / "lake" / table / "data" / name


def shows_the_present_files(warehouse: Path) -> bool:
    return is_published(warehouse, take_snapshot(open_lake(warehouse)))


def tree(warehouse: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file except locks."""
    return {
        str(path.relative_to(warehouse)): (stat.st_size, stat.st_mtime_ns)
        for path in sorted(warehouse.rglob("*"))
        if path.is_file() and "lock" not in path.name
        for stat in (path.stat(),)
    }


def faults(settings: Settings) -> list[str]:
    """Return the faults that `doctor` reports on a warehouse."""
    found = []
    for name in ("warehouse", "tables", "published file", "runs"):
        try:
            CHECKS[name](settings)
        except (BroadsheetError, RuntimeError) as error:
            found.append(str(error))
    return found


class Reader:
    """A process that has the published file open and answers the same query again and again."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def answer(self) -> str:
        """Return the answer to QUERY; "" if the process has failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(QUERY + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def reading(warehouse: Path) -> Iterator[Reader]:
    """Open the published file in another process while the context is open.

    In one process, all connections to a file share one state and one set of options.
    """
    command = [sys.executable, "-c", READING, str(warehouse / "news.duckdb")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Reader(process)
        assert process.stdin is not None
        process.stdin.close()
