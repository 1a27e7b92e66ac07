"""The list `takedowns.jsonl`: a line per article that was taken down, for restored backups.

It has the rows of the table `takedowns`. A backup that is older than a takedown still holds the
article; `tasks.jobs.takedown.reapply_takedowns` removes it again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from config.errors import DamagedWarehouseError
from config.settings import LoadSettings
from warehouse.files import write_bytes, write_table_files
from warehouse.lake import Lake
from warehouse.layout import TAKEDOWN_LIST
from warehouse.schema import TAKEDOWNS

Entries = list[dict[str, Any]]


def read_takedown_list(path: Path) -> Entries:
    """Return the entries of a list; none if there is no such file.

    Raises:
        DamagedWarehouseError: a line cannot be read.
    """
    if not path.is_file():
        return []
    try:
        found = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
        return [
            {**{name: one[name] for name in TAKEDOWNS.arrow.names}, "taken_at": _time(one)}
            for one in found
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedWarehouseError(
            f"{path}, the list of takedowns, is damaged: restore it from a backup, or move it away "
            "and run `broadsheet repair`, which makes it again from the tables."
        ) from error


def write_takedown_list(lake: Lake, added: Sequence[dict[str, Any]] = ()) -> None:
    """Write the list: what it and the table have, and further entries."""
    path = lake.root.parent / TAKEDOWN_LIST
    entries: dict[str, dict[str, Any]] = {}
    for one in (*read_takedown_list(path), *stored_takedowns(lake), *added):
        entries.setdefault(one["article_id"], one)
    if entries:
        write_bytes(path, b"".join(orjson.dumps(one) + b"\n" for one in entries.values()))


def stored_takedowns(lake: Lake) -> Entries:
    """Return the rows of the table `takedowns`."""
    files = lake.files(TAKEDOWNS)
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def unlisted_takedowns(lake: Lake, path: Path) -> Entries:
    """Return the entries of a list that the table lacks."""
    known = {one["article_id"] for one in stored_takedowns(lake)}
    return [one for one in read_takedown_list(path) if one["article_id"] not in known]


def restore_takedowns(lake: Lake, settings: LoadSettings) -> int:
    """Add the rows that the table lacks from the list, and return their number."""
    lost = unlisted_takedowns(lake, lake.root.parent / TAKEDOWN_LIST)
    runs: dict[str, Entries] = {}
    for one in lost:
        runs.setdefault(one["run_id"], []).append(one)
    files = []
    for run_id, rows in runs.items():
        number = len(list(lake.folder(TAKEDOWNS).glob(f"{run_id}-*.parquet")))
        files += write_takedown_rows(lake, run_id, rows, settings, number)
    if files:
        lake.amend(TAKEDOWNS, add=files)
    return len(lost)


def write_takedown_rows(
    lake: Lake,
    run_id: str,
    rows: Iterable[dict[str, Any]],
    settings: LoadSettings,
    number: int = 0,
) -> list[str]:
    """Write rows of the table to the files of a takedown, numbered from `number` on."""
    batch = pa.RecordBatch.from_pylist(list(rows), TAKEDOWNS.arrow)
    folder = lake.folder(TAKEDOWNS)
    written = write_table_files(
        [batch], TAKEDOWNS, settings, lambda n: folder / f"{run_id}-{number + n:05}.parquet"
    )
    return [file.path for file in written]


def _time(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["taken_at"])
