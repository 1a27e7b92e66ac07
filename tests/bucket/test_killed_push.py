"""A push that is killed at any moment: readers see whole states, and the next push completes it."""

import os
import signal
import time
from pathlib import Path
from random import Random

import pytest
from pyiceberg.catalog import Catalog

from tests.bucket.lakes import (
    different_tables,
    load_rows,
    object_names,
    pushed,
    settings_of,
)
from tests.bucket.service import ObjectService
from tests.pipeline.command import start
from warehouse.bucket.catalogs import open_bucket_catalog
from warehouse.lake import NAMESPACE, open_lake
from warehouse.schema import ARTICLE_KEYS, LINKS, REVISIONS, SUPERSEDED, Table

pytestmark = pytest.mark.slow

_TABLES = (SUPERSEDED, LINKS, REVISIONS, ARTICLE_KEYS)
_KILLS = 10


def _ids(catalog: Catalog, table: Table) -> list[str]:
    rows = catalog.load_table((NAMESPACE, table.name)).scan(selected_fields=("article_id",))
    return sorted(rows.to_arrow()["article_id"].to_pylist())


def test_a_killed_push_leaves_whole_states_and_is_completed(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    environment = {
        "BROADSHEET_LAKE": settings.lake,
        "BROADSHEET_BUCKET__CATALOG": catalog,
        "PGPASSWORD": os.environ["PGPASSWORD"],
        **objects.environment,
    }
    states: list[list[str]] = []

    def night() -> None:
        number = len(states)
        run_id = f"202503{number + 10}T000000000000Z-000000{number:02}"
        load_rows(settings, run_id, [f"{number:02}-a", f"{number:02}-b"], _TABLES)
        states.append([*(states[-1] if states else []), f"{number:02}-a", f"{number:02}-b"])

    night()
    pushed(settings)
    night()
    began = time.monotonic()
    with start("lake", "push", "-w", settings.warehouse, **environment) as process:
        process.wait(120)
    whole = time.monotonic() - began
    reader, chance, ended = open_bucket_catalog(settings), Random(7), 0
    for _ in range(_KILLS):
        night()
        with start("lake", "push", "-w", settings.warehouse, **environment) as process:
            time.sleep(chance.uniform(0.3, 1.0) * whole)
            ended += process.poll() is not None
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        for table in _TABLES:
            assert _ids(reader, table) in states, table.name
    assert ended < _KILLS, "no push was killed"

    pushed(settings)
    assert different_tables(settings) == []
    assert _ids(reader, SUPERSEDED) == states[-1]
    files = sum(len(open_lake(settings.warehouse).files(table)) for table in _TABLES)
    assert len(object_names(objects, ".parquet")) == files
