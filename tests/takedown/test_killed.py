"""A takedown that is killed is completed by itself, or by the next command that writes."""

import random
import shutil
from pathlib import Path

import pytest

from tasks.takedown.takedown import complete_takedown
from tests.compaction.compacting import Reader, reading
from tests.compaction.test_killed import files_in, wait_for
from tests.nights.night import kill
from tests.pipeline.command import ask, run, start
from tests.pipeline.nights import Nights
from tests.takedown.desk import take_down
from tests.takedown.test_tables import COPY, GONE, STAYS, kept, left, nights
from tests.trials import seeds

__all__ = ["kept", "nights"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROWS = "select run_id, outcome, reason, url, article_id, version from documents order by all"


def whole(nights: Nights, expected: list[dict[str, object]]) -> None:
    assert left(nights) == []
    assert ask(nights.folder, ROWS) == expected
    urls = ask(nights.folder, "select url from articles order by all")
    assert [row["url"] for row in urls] == [STAYS, COPY]
    [row] = ask(nights.folder, "select count(*) as n from takedowns")
    assert row["n"] == 1
    assert not (nights.folder / "takedown.json").exists()
    assert not list(nights.folder.rglob(".*.parquet.*"))


@pytest.fixture
def expected(nights: Nights, tmp_path: Path) -> list[dict[str, object]]:
    """The ledger after a takedown that nobody killed."""
    saved = tmp_path / "before"
    shutil.copytree(nights.folder, saved)
    take_down(nights.settings, GONE)
    rows = ask(nights.folder, ROWS)
    shutil.rmtree(nights.folder)
    shutil.copytree(saved, nights.folder)
    return rows


@pytest.mark.parametrize("seed", seeds(3, 10))
def test_a_kill_at_random_is_made_good_by_the_same_or_another_command(
    nights: Nights, expected: list[dict[str, object]], seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    old = files_in(nights.folder)
    enough = chance.randrange(1, 60)
    command = ("takedown", GONE, "--reason", "x", "--yes", "-w", nights.folder)
    with reading(nights.folder) as reader:
        assert isinstance(reader, Reader)
        before = reader.answer()
        process = start(*command)
        wait_for(process, lambda: len(files_in(nights.folder) - old) >= enough)
        kill(process)
        reader.answer()  # the publication before can be queried at any time
        assert before
    if chance.random() < 0.5 and (nights.folder / "takedown.json").exists():
        page = tmp_path / "page.txt"
        page.write_text("A page of a few words about nothing that was ever taken down here. " * 9)
        run("ingest", page, "-w", nights.folder)
        ledger = [row for row in ask(nights.folder, ROWS) if row["run_id"].startswith("run-")]
        assert ledger == expected
        assert left(nights) == []
    else:
        run(*command)
        whole(nights, expected)


@pytest.mark.parametrize(
    "step",
    [
        "tasks.takedown.takedown.write_takedown_list",
        "tasks.takedown.takedown._rewrite_tables",
        "warehouse.rewriting._commit",
        "warehouse.rewriting._rewrite_reference",
        "warehouse.rewriting._overwrite",
        "tasks.takedown.takedown.commit_run",
        "tasks.takedown.takedown.publish_anew",
        "warehouse.rewriting.TableRewriting.empty_old",
        "tasks.takedown.takedown.clean_elsewhere",
    ],
    ids=lambda step: step.rpartition(".")[2],
)
@pytest.mark.parametrize("when", ["after"])  # "before" is after the step before it
def test_an_interruption_at_any_step_is_made_good(
    nights: Nights,
    expected: list[dict[str, object]],
    step: str,
    when: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.keys.test_killed import interrupted, resolve

    module, _, name = step.rpartition(".")
    with monkeypatch.context() as patch:
        patch.setattr(step, interrupted(resolve(module, name), when))
        with pytest.raises(KeyboardInterrupt):
            take_down(nights.settings, GONE)
    complete_takedown(nights.folder, nights.settings, lambda _: None)
    whole(nights, expected)
