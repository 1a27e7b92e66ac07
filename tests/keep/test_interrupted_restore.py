"""Until a killed restore is repeated, no other command takes the folder for an empty warehouse."""

import re
import shutil
from pathlib import Path

import pytest

from config.errors import DamagedWarehouseError, UsageError
from tests.keep.dying import died
from tests.keep.keeping import backed_up, load_one, restored, rows_of
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from warehouse.lake import open_lake
from warehouse.query import opened

REFUSED = "was interrupted, or is still running"
COMMANDS = (
    ("sql", "from articles"),
    ("ingest", "{page}"),
    ("status",),
    ("doctor",),
    ("nightly", "--config", "{config}"),
    ("backup", "{other}"),
    ("repair",),
    ("relocate",),
    ("compact",),
    ("takedown", "https://courier.example/1", "--reason", "asked", "--yes"),
    ("snapshot", "create", "now"),
    ("export", "{other}.csv"),
    ("report",),
    ("forget-keys",),
    ("up", "--detach"),
)


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    backed_up(nights.folder, tmp_path / "backup", links=False)
    return nights


def call_of(tmp_path: Path) -> str:
    return f"restored(Path({str(tmp_path / 'backup')!r}), Path({str(tmp_path / 'back')!r}))"


def test_a_folder_of_a_killed_restore_is_refused_until_it_is_repeated(
    nights: Nights, tmp_path: Path
) -> None:
    place = tmp_path / "back"
    assert died(call_of(tmp_path), after=12) is None
    assert not (place / "lake").exists()
    before = sorted(place.rglob("*"))
    with pytest.raises(DamagedWarehouseError, match=REFUSED):
        open_lake(place)
    with pytest.raises(DamagedWarehouseError, match=REFUSED), opened(place):
        pass
    with pytest.raises(DamagedWarehouseError, match=REFUSED):
        load_one(Nights(place), 2)
    assert [path for path in before if path.name != "runs"] <= sorted(place.rglob("*"))
    assert not (place / "lake").exists()
    shutil.rmtree(place / "runs")  # what the test itself has begun there
    restored(tmp_path / "backup", place)
    assert rows_of(place) == rows_of(nights.folder)
    assert not (place / ".restoring").exists()


@pytest.mark.slow
def test_every_command_says_so_in_one_sentence(nights: Nights, tmp_path: Path) -> None:
    place = tmp_path / "back"
    assert died(call_of(tmp_path), after=12) is None
    (tmp_path / "page.html").write_text("<p>The ferry is late.</p>")
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "A"\nhomepage = "https://a.example/"\n'
    )
    (tmp_path / "b.toml").write_text(f"sources = '{tmp_path / 'sources.toml'}'\n")
    names = {"page": tmp_path / "page.html", "config": tmp_path / "b.toml"}
    before = contents(place)
    for command in COMMANDS:
        arguments = [one.format(**names, other=tmp_path / "other") for one in command]
        done = run(*arguments, "--warehouse", place, status=1)
        said = re.sub(r"\s+", " ", done.stdout + done.stderr)
        assert REFUSED in said, command
        assert "restore DIR --warehouse" in said, command
        assert "Traceback" not in said, command
        assert contents(place) == before, command


@pytest.mark.slow
def test_another_backup_never_mixes_with_the_one_that_was_interrupted(
    nights: Nights, tmp_path: Path
) -> None:
    other = Nights(tmp_path / "other")
    load_one(other, 7)
    load_one(other, 8)
    backed_up(other.folder, tmp_path / "second", links=False)
    place = tmp_path / "back"
    changes = died(call_of(tmp_path), after=1_000_000)
    assert changes
    wholes, refused = 0, list[str]()
    for count in (3, 12, changes // 2, changes - 25, changes - 12, changes - 2):
        shutil.rmtree(place, ignore_errors=True)
        assert died(call_of(tmp_path), after=count) is None
        try:
            restored(tmp_path / "second", place)
        except UsageError as error:
            refused.append(str(error))
            restored(tmp_path / "backup", place)
            assert rows_of(place) == rows_of(nights.folder)
        else:
            wholes += 1
            assert rows_of(place) == rows_of(other.folder)
    assert wholes
    assert all("another backup" in one or "is not empty" in one for one in refused)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
