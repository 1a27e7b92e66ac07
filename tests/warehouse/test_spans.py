"""Files by days: whatever a file may hold of a day is given to the statement that asks for it."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from config.settings import load_settings
from warehouse.files import write_table_files
from warehouse.folder import make_warehouse
from warehouse.lake import open_lake
from warehouse.schema import ARTICLE_VERSIONS, FINGERPRINTS, Table
from warehouse.snapshots import Snapshot, take_snapshot

DAYS = (date(1605, 7, 1), date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29))


def committed(folder: Path, table: Table, files: dict[str, list[date | None]]) -> Snapshot:
    """Commit files whose rows have these days, and return the snapshot."""
    lake = open_lake(make_warehouse(folder))
    for name, days in files.items():
        is_date = pa.types.is_date(table.arrow.field(str(table.sort_by)).type)
        values = [
            day if is_date or day is None else datetime.combine(day, time(23, 59), UTC)
            for day in days
        ]
        rows = pa.table(
            {
                field.name: values if field.name == table.sort_by else pa.nulls(len(days))
                for field in table.arrow
            },
            schema=pa.schema([field.with_nullable(True) for field in table.arrow]),
        )
        path = lake.folder(table) / f"{name}-00000.parquet"
        write_table_files(rows.to_batches(), table, load_settings().load, lambda _, to=path: to)
        lake.commit(table, [str(path)], name)
    return take_snapshot(lake)


def names(snapshot: Snapshot, table: Table, *days: date) -> list[str]:
    schema_file, *files = snapshot.files_of_days(table, days)
    assert schema_file == snapshot.files[table.name][0]
    return [Path(file).name.removesuffix("-00000.parquet") for file in files]


@pytest.mark.parametrize("table", [ARTICLE_VERSIONS, FINGERPRINTS])
def test_files_without_rows_of_the_days_are_left_out(tmp_path: Path, table: Table) -> None:
    files: dict[str, list[date | None]] = {str(number): [day] for number, day in enumerate(DAYS)}
    files["all"] = list(DAYS)
    files["none"] = [None]
    files["some"] = [DAYS[0], None]
    snapshot = committed(tmp_path / "w", table, files)
    assert names(snapshot, table, DAYS[0]) == ["0", "all", "none", "some"]
    assert names(snapshot, table, DAYS[1]) == [
        "1",
        "2",
        "all",
        "none",
        "some",
    ]  # two days of margin
    assert names(snapshot, table, DAYS[3], date(2030, 1, 1)) == ["3", "all", "none", "some"]
    assert names(snapshot, table) == ["none", "some"]


def test_a_day_of_another_offset_is_found(tmp_path: Path) -> None:
    day = date(2024, 2, 29)
    snapshot = committed(tmp_path / "w", ARTICLE_VERSIONS, {"0": [day]})
    for days in (-1, 0, 1):
        assert names(snapshot, ARTICLE_VERSIONS, day + timedelta(days)) == ["0"]
    assert names(snapshot, ARTICLE_VERSIONS, day + timedelta(30)) == []


def test_a_file_without_bounds_is_never_left_out(tmp_path: Path) -> None:
    snapshot = committed(tmp_path / "w", ARTICLE_VERSIONS, {"0": [date(2024, 2, 29)]})
    unknown = Snapshot(snapshot.files)
    assert names(unknown, ARTICLE_VERSIONS, date(1900, 1, 1)) == ["0"]
