"""Stripes of one file assign positions that do not collide."""

import io
import tarfile
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.read.batch import read_batch
from tasks.read.input_events import InputMonitor, input_key
from tasks.read.place import BLOCK
from tasks.read.plan import plan_inputs
from tasks.read.spans import Batch

ROWS = 10 * BLOCK


def batch_of(folder: Path, stripe: int, stripes: int) -> Batch:
    """Return a batch that reads one stripe of a file of rows."""
    path = folder / "rows.jsonl"
    path.write_text(
        "".join(f'{{"text": "Row {number} of the harbour."}}\n' for number in range(ROWS))
    )
    planned = plan_inputs([str(path)], load_settings().read, columns={}, limit=None)
    [batch] = planned.batches
    [span] = batch.spans
    return replace(batch, spans=(replace(span, stripe=stripe, stripes=stripes),))


@pytest.mark.parametrize("rows_before", [0, 1, BLOCK, 2 * BLOCK])
def test_a_stripe_in_which_a_reader_dies_takes_no_position_of_another(
    tmp_path: Path, rows_before: int
) -> None:
    positions = []
    for stripe in range(3):
        key = input_key("rows.jsonl", stripe)
        monitor = InputMonitor({key: rows_before} if stripe != 1 else {})
        batch = batch_of(tmp_path, stripe, 3)
        outcomes = list(read_batch(batch, load_settings().read, {}, monitor))
        positions += [outcome.position for outcome in outcomes]
    assert len(positions) == len(set(positions))


def write_archive(path: Path) -> None:
    """Write an archive of four members of rows; the third is a zip with two members of its own."""
    members = {f"{name}.jsonl": rows_of(name) for name in "abd"}
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "xy":
            archive.writestr(f"{name}.jsonl", rows_of(name))
    members["c.zip"] = inner.getvalue()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(members.items()):
                archive.writestr(name, content)
        return
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for name, content in sorted(members.items()):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def rows_of(name: str) -> bytes:
    return "".join(f'{{"text": "Row {number} of {name}."}}\n' for number in range(ROWS)).encode()


def read_stripes(path: Path, dies_at: dict[str, int]) -> list[tuple[str, int]]:
    """Return locator and position of all outcomes of three stripes; in the first, readers die."""
    planned = plan_inputs([str(path)], load_settings().read, columns={}, limit=None)
    [batch] = planned.batches
    found = []
    for stripe in range(3):
        span = replace(batch.spans[0], stripe=stripe, stripes=3, by_member=True)
        limits = {input_key(locator, stripe): rows for locator, rows in dies_at.items()}
        monitor = InputMonitor(limits if stripe == 0 else {})
        for outcome in read_batch(replace(batch, spans=(span,)), load_settings().read, {}, monitor):
            found.append((outcome.locator, outcome.position))
    return found


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("dead", [None, "b.jsonl", "c.zip!x.jsonl"])
def test_a_reader_that_dies_in_a_stripe_of_an_archive_costs_that_member_only(
    tmp_path: Path, name: str, dead: str | None
) -> None:
    write_archive(tmp_path / name)
    dies_at = {f"{name}!{dead}": BLOCK + 5} if dead else {}

    found = read_stripes(tmp_path / name, dies_at)

    locators = {locator for locator, _ in found}
    assert len(found) == len(locators) == len({position for _, position in found})
    by_member = Counter(locator.split("!")[1].split("#")[0] for locator in locators)
    lost = {(dead or "").split("!")[0]}
    for member, rows in {
        "a.jsonl": ROWS,
        "b.jsonl": ROWS,
        "c.zip": 2 * ROWS,
        "d.jsonl": ROWS,
    }.items():
        assert by_member[member] == rows or member in lost
    assert any("what follows" in locator for locator in locators) is (dead is not None)
