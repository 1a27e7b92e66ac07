"""Hostile files of every known kind among good ones: the run ends well and loses no good file."""

from pathlib import Path

import pytest

from tasks.read.batch import read_batch
from tasks.read.plan import plan_inputs
from tests.pipeline.archives import page
from tests.pipeline.command import ask, run
from tests.pipeline.killers import write_killers
from tests.read.samples import by_locator, settings

pytestmark = pytest.mark.slow

GOOD = 500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for number in range(GOOD):  # names before and behind those of the killers
        name = f"{'A' if number % 2 else 'z'}-good-{number}.html"
        (made / name).write_text(page(number))
    return made


def test_one_hostile_file_of_each_kind_among_500_good_ones_costs_only_itself(
    tmp_path: Path, folder: Path
) -> None:
    good = {path.name for path in folder.iterdir()}
    outside = tmp_path / "private.html"
    outside.write_text(page(9_999))
    killers = write_killers(folder, outside) - good
    limits = {"BROADSHEET_PROCESS__PAGE_SECONDS": "20", "BROADSHEET_PROCESS__READ_SECONDS": "20"}

    done = run("ingest", folder, "--warehouse", tmp_path / "w", **limits)

    assert "Traceback" not in done.stderr
    ledger = ask(tmp_path / "w", "select locator, outcome, reason from documents")
    outcomes = {row["locator"]: row["outcome"] for row in ledger}
    assert {name for name in good if outcomes.get(name) != "loaded"} == set()
    assert killers_without_row(killers, outcomes) == set()
    assert [row for row in ledger if row["reason"] in ("internal_error", "reader_died")] == []
    assert not [
        row for row in ledger if row["outcome"] in ("rejected", "failed") and not row["reason"]
    ]
    counts = ask(tmp_path / "w", "select documents, loaded, rejected, failed, duplicate from runs")[
        0
    ]
    assert counts.pop("documents") == sum(counts.values()) == len(ledger)


def killers_without_row(killers: set[str], outcomes: dict[str, str]) -> set[str]:
    return {
        name
        for name in killers
        if not any(
            locator == name or locator.startswith((f"{name}!", f"{name}#")) for locator in outcomes
        )
    }


def test_a_file_that_is_removed_after_planning_has_a_row_and_its_neighbours_are_read(
    folder: Path,
) -> None:
    plan = plan_inputs([folder], settings(), columns={}, limit=None)
    (folder / "A-good-1.html").unlink()
    (folder / "A-good-3.html").unlink()
    (folder / "A-good-3.html").mkdir()

    read = [one for batch in plan.batches for one in read_batch(batch, settings(), {})]

    found = by_locator(read)
    assert len(found) == GOOD
    assert {name: reason for name, reason in found.items() if reason} == {
        "A-good-1.html": "unreadable",
        "A-good-3.html": "unreadable",
    }
