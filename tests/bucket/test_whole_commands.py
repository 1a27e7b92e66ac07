"""Whole commands on a warehouse whose tables are also kept in a bucket."""

from pathlib import Path

import pytest

from tests.bucket.lakes import counting, different_tables, settings_of
from tests.bucket.service import ObjectService
from tests.compaction.compacting import all_rows
from tests.pipeline.archives import page, url_of, write_warc
from tests.pipeline.command import run
from warehouse.lake import open_lake
from warehouse.schema import TABLES

pytestmark = pytest.mark.slow


def _archive(folder: Path, *numbers: int) -> Path:
    path = folder / f"{numbers[0]}.warc.gz"
    write_warc(path, {url_of(number): page(number) for number in numbers})
    return path


@pytest.fixture
def environment(
    objects: ObjectService, catalog: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    return {
        "BROADSHEET_LAKE": f"s3://{objects.bucket}/lake",
        "BROADSHEET_BUCKET__CATALOG": catalog,
        "BROADSHEET_BUCKET__ENDPOINT": objects.endpoint,
        "BROADSHEET_BUCKET__CONNECT_SECONDS": "3",
        "BROADSHEET_BUCKET__LEASE_SECONDS": "6",
        **objects.environment,
        "PGPASSWORD": "correct-horse",
    }


def test_a_night_is_pushed_and_another_machine_goes_on_with_it(
    objects: ObjectService, catalog: str, environment: dict[str, str], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run("ingest", _archive(tmp_path, 1, 2), "-w", first, **environment)
    settings = settings_of(objects, catalog, first)
    assert different_tables(settings) == []
    refused = run("ingest", _archive(tmp_path, 3), "-w", second, status=1, **environment)
    assert "run `broadsheet lake pull`" in refused.stderr

    run("lake", "pull", "-w", second, **environment)

    assert all_rows(second) == all_rows(first)
    assert "in step" in run("lake", "push", "-w", second, **environment).stdout
    run("ingest", _archive(tmp_path, 3), "-w", second, **environment)
    refused = run("ingest", _archive(tmp_path, 4), "-w", first, status=1, **environment)
    assert "has a newer state" in refused.stderr
    run("lake", "pull", "-w", first, **environment)
    assert all_rows(second) == all_rows(first)
    run("compact", "-w", first, **environment)
    assert different_tables(settings) == []
    run("lake", "pull", "-w", second, **environment)
    assert all_rows(second) == all_rows(first)
    lake = open_lake(second)
    for table in TABLES:
        folder = lake.folder(table)
        present = {path.name for path in folder.glob("*.parquet")}
        assert present == {Path(file).name for file in lake.files(table)}


def test_a_push_that_fails_leaves_the_publication_and_is_caught_up(
    objects: ObjectService, catalog: str, environment: dict[str, str], tmp_path: Path
) -> None:
    warehouse = tmp_path / "news"
    away = {**environment, "BROADSHEET_BUCKET__ENDPOINT": "http://127.0.0.1:9"}
    failed = run("ingest", _archive(tmp_path, 1, 2), "-w", warehouse, status=1, **away)
    assert "is published, but the lake" in failed.stderr.splitlines()[-1]
    assert not list((warehouse / "runs").iterdir())
    with counting(objects) as uploaded:
        run("lake", "push", "-w", warehouse, **environment)
    assert uploaded
    assert different_tables(settings_of(objects, catalog, warehouse)) == []
    with counting(objects) as uploaded:
        run("lake", "push", "-w", warehouse, **environment)
    assert uploaded == []
