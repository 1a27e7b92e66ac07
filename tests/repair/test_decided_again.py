"""Outcomes and versions are the same again, also of texts that return and of revisits."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compaction.compacting import after_the_grace_time, compacted
from tests.pipeline.archives import page
from tests.pipeline.command import ask
from tests.repair.captures import Captures
from tests.repair.trial import RepairTrial, broken_rules, rows_of, run_trial
from tests.trials import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ONE, TWO = (f"https://courier.example/{name}" for name in ("ferry", "tide"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> RepairTrial:
    """A warehouse of three runs with texts that return, and with revisits of them."""
    folder = tmp_path_factory.mktemp("returning")
    trial = RepairTrial(folder, seed=0)
    names = [folder / f"{name}.warc.gz" for name in ("first", "second", "third")]
    with Captures(names[0]) as first:
        for hour, text in enumerate((1, 2, 1)):
            first.page(hour, ONE, page(text))
        first.page(0, TWO, page(3))
        first.revisit(3, ONE, refers_to=(1, ONE))
    with Captures(names[1]) as second:
        second.page(4, ONE, page(1))
        second.revisit(5, ONE, refers_to=(1, ONE))
        second.revisit(6, ONE, refers_to=(99, ONE))
        second.page(4, f"{TWO}/print", page(3).replace("<head>", f"<head>{canonical(TWO)}"))
    with Captures(names[2]) as third:
        for hour in range(7, 10):
            third.revisit(hour, ONE, refers_to=(hour % 2, ONE))
        third.revisit(7, TWO, refers_to=(0, TWO))
        third.revisit(8, "https://courier.example/unknown")
    for path in names:
        trial.ingest(path)
    trial.inputs = names
    shutil.copytree(trial.warehouse, folder / "kept")
    return trial


@pytest.fixture
def trial(built: RepairTrial) -> Iterator[RepairTrial]:
    yield built
    shutil.rmtree(built.warehouse)
    shutil.copytree(built.folder / "kept", built.warehouse)


def canonical(url: str) -> str:
    return f"<link rel='canonical' href='{url}'>"


def overwrite(trial: RepairTrial, *tables: str) -> None:
    """Overwrite the first bytes of all files of these tables."""
    for table in tables:
        for path in (trial.warehouse / "lake" / table / "data").glob("*.parquet"):
            path.write_bytes(bytes(300) + path.read_bytes()[300:])


@pytest.mark.parametrize("tables", [("article_versions", "documents"), ("documents",)])
def test_all_rows_are_the_same_again(trial: RepairTrial, tables: tuple[str, ...]) -> None:
    whole = rows_of(trial.warehouse)
    overwrite(trial, *tables)
    assert not trial.repair().has_losses
    assert rows_of(trial.warehouse) == whole


def test_versions_of_a_merged_file_are_the_same_again(trial: RepairTrial) -> None:
    whole = rows_of(trial.warehouse)
    compacted(trial.settings)
    after_the_grace_time(trial.warehouse)
    overwrite(trial, "article_versions")
    assert not trial.repair().has_losses
    assert rows_of(trial.warehouse) == whole


def test_rows_of_the_ledger_whose_inputs_are_gone_are_named_as_lost(trial: RepairTrial) -> None:
    away = trial.inputs[2].rename(trial.folder / "away")
    overwrite(trial, "documents")
    report = trial.repair()
    away.rename(trial.inputs[2])
    assert not list(broken_rules(trial.warehouse, report))
    [line] = report.lost_rows
    [lost] = ask(trial.warehouse, "select sum(rows - healed)::int as rows from repairs")
    assert lost["rows"] > 0
    assert line.startswith(f"{lost['rows']} rows of documents, ingest run ")
    assert report.has_losses


def test_an_input_that_was_replaced_adds_no_rows_to_the_ledger(trial: RepairTrial) -> None:
    content = trial.inputs[0].read_bytes()
    with Captures(trial.inputs[0]) as other:
        for hour in range(5):
            other.page(hour, f"https://courier.example/other-{hour}", page(20 + hour))
    overwrite(trial, "documents")
    report = trial.repair()
    trial.inputs[0].write_bytes(content)
    assert not list(broken_rules(trial.warehouse, report))
    assert not report.lost


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [11, 6, 13][: len(seeds(1, 3))])
def test_random_damage_is_repaired(tmp_path: Path, seed: int) -> None:
    assert run_trial(seed, tmp_path / "trial") == []
