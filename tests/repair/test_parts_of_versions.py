"""Rows that follow from versions and their bytes are made again: links, images and revisions."""

from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.jobs.ingest import ingest
from tasks.pipeline import Stages, thread_runner
from tasks.repair.repair import repair
from tasks.runs.progress import ProgressListener
from tasks.runs.run import IngestRequest
from tests.pipeline.archives import url_of, write_warc
from tests.pipeline.command import ask
from tests.repair.newsroom import illustrated

pytestmark = pytest.mark.timeout(600)
TABLES = {
    "links": "target_article_id",
    "images": "run_id",
    "revisions": "run_id, comparison",
    "revision_changes": "run_id, comparison",
}


def rows(warehouse: Path) -> dict[str, list[str]]:
    return {
        table: sorted(map(str, ask(warehouse, f"select * exclude ({names}) from {table}")))
        for table, names in TABLES.items()
    }


def test_each_table_is_whole_again_after_all_of_them_were_lost(tmp_path: Path) -> None:
    early = write_warc(tmp_path / "early.warc.gz", {url_of(0): illustrated(0)}, day=11)
    revised = illustrated(0).replace("Members of", "All members of", 1)
    late = write_warc(tmp_path / "late.warc.gz", {url_of(0): revised}, day=12)
    warehouse = tmp_path / "w"
    with thread_runner(1) as run_stage:
        stages = Stages(
            load_settings(warehouse=warehouse, workers=1), run_stage, ProgressListener()
        )
        for archive in (late, early):
            ingest(IngestRequest((str(archive),)), stages)
        whole = rows(warehouse)
        assert {table: len(found) for table, found in whole.items()} == {
            "links": 2,
            "images": 2,
            "revisions": 1,
            "revision_changes": 1,
        }
        for table in TABLES:
            for path in (warehouse / "lake" / table / "data").glob("*.parquet"):
                path.unlink()
        repair(stages)
        assert rows(warehouse) == whole
        recorded = ask(warehouse, 'select "table", rows, healed from repairs')
        assert {row["table"] for row in recorded if row["healed"] == row["rows"]} == set(TABLES)
        assert not repair(stages).files, "a second repair finds nothing"
