"""Files that `test_matrix.py` does not name may be damaged; they are found by walking the folder.

So the data of a new table, and what is kept or indexed beside the tables, is tried without being
named: each command ends, or is refused in one sentence.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import BroadsheetError
from tasks.codings.importing import import_sheet
from tasks.codings.sample import SampleRequest, draw_sample
from tasks.keep.snapshots import SnapshotRequest, create_snapshot
from tests.pipeline.archives import story, url_of
from tests.repair.newsroom import KINDS, Newsroom, damage
from tests.repair.test_matrix import NEEDED
from tests.takedown.desk import take_down, with_stages
from warehouse.layout import KEPT, LAKE, SEARCH

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
# Tables that get rows from an upgrade, from hundreds of articles, or from a repair.
WITHOUT_ROWS = {"address_keys", "article_keys", "boilerplate_history", "repairs"}
WALKED = (f"{KEPT}/", f"{SEARCH}/", f"{LAKE}/")


@dataclass(frozen=True, slots=True)
class Desk:
    """A newsroom that also has an ingest of rows without stored bytes."""

    room: Newsroom
    rows: Path


@pytest.fixture(scope="module")
def desk(built: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    rows = [
        {"url": url_of(n), "title": f"Row {n}", "date": "2025-03-10", "text": story(n)}
        for n in range(20, 26)
    ]
    copied = rows[0] | {"url": "https://harbour.example/a-copy", "text": story(20) + "\n\nMore."}
    path.write_text("\n".join(map(json.dumps, [*rows, copied])), "utf-8")
    built.put_back()
    built.ingest(path)
    fill_desk_tables(built, path.parent)
    built.keep()
    return Desk(built, path)


def fill_desk_tables(room: Newsroom, folder: Path) -> None:
    """Bring rows into the tables of what people do: watches, snapshots, codings, takedowns."""
    watches = room.desk.folder / "watches.toml"
    watches.write_text('[[watch]]\nname = "all"\nwhere = "true"\n')
    room.desk.site.next_night(new=1, revised=1)
    room.desk.quick_night(2)
    sheet = folder / "sheet.csv"
    draw_sample(SampleRequest(2, sheet, codes=("tone",)), room.settings)
    sheet.write_text(sheet.read_text("utf-8-sig").replace(",\n", ",fine\n"), "utf-8")
    with_stages(room.settings, lambda stages: import_sheet(sheet, "ANNA", stages))
    request = SnapshotRequest("first", out=folder / "first")
    with_stages(room.settings, lambda stages: create_snapshot(request, stages))
    take_down(room.settings, url_of(25))
    filled = {path.parent.parent.name for path in (room.warehouse / LAKE).glob("*/data/*.parquet")}
    assert {path.name for path in (room.warehouse / LAKE).iterdir()} - filled <= WITHOUT_ROWS


def kind_of(name: str) -> str:
    """Return the name of a file without the numbers and hashes that differ within its kind."""
    if name.startswith(f"{LAKE}/"):
        return "/".join(name.split("/")[:3])
    return re.sub(r"[0-9a-f]*\d[0-9a-fTZ-]*", "…", name)


def kinds_of_files(room: Newsroom) -> dict[str, Path]:
    """Return a file of each kind of data, kept file and index that is not in NEEDED."""
    covered = {f"{LAKE}/{table}/data" for table in NEEDED}
    found = {
        kind_of(name): room.warehouse / name for name in room.tree() if name.startswith(WALKED)
    }
    return {
        kind: path
        for kind, path in sorted(found.items())
        if kind not in covered and (not kind.startswith(LAKE) or kind.endswith("/data"))
    }


def said(room: Newsroom, *paths: Path) -> str | None:
    """Ingest, and return the sentence with which that is refused."""
    try:
        room.ingest(*paths)
    except BroadsheetError as error:
        return str(error)
    return None


def test_any_file_may_be_damaged_and_each_command_ends_or_says_why_in_one_sentence(
    desk: Desk,
) -> None:
    room = desk.room
    for number, (kind, path) in enumerate(kinds_of_files(room).items()):
        way = KINDS[number % len(KINDS)]
        room.put_back()
        damage(path, way)
        before = room.tree()
        faults = room.faults()
        assert room.tree() == before, f"doctor changed files after {way} of {kind}"
        refused = said(room, desk.rows)
        sentences = [*faults, *([refused] if refused else [])]
        assert not [one for one in sentences if "\n" in one], (kind, way)
        # A damaged kept file costs one attempt: the next one builds it anew.
        can_go_on = "broadsheet repair" in (refused or "") or kind.startswith(KEPT)
        assert not refused or can_go_on, (kind, way, refused)
        room.repair()
        assert said(room, desk.rows) is None, (kind, way)
        assert not room.faults(), (kind, way)
        rows = room.rows()
        assert rows["article_versions"] == room.whole["article_versions"], (kind, way)
