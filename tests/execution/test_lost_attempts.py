"""Which document took its machine down, told from what attempts left behind."""

from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from config.errors import WorkerError
from tasks.execution.dask_pool import MOST_CULPRITS, blame
from tasks.execution.deaths import attempt, culprit, forget_attempts
from tasks.parts import PART_DOCUMENTS
from tasks.worker_pool import Faults

died: list[AbstractContextManager[int]] = []


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A batch of which five documents are processed."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "00002-000000000-5.parquet").touch()
    return tmp_path / "batches" / "00002.json"


def die(batch: Path) -> int:
    """An attempt that never comes to its end; gives how large its parts are."""
    died.append(attempt(batch))
    return died[-1].__enter__()


def test_attempts_that_end_leave_nothing(batch: Path) -> None:
    with attempt(batch) as part_documents:
        assert part_documents == PART_DOCUMENTS
    with suppress(OSError), attempt(batch):
        raise OSError("the disk is full")
    assert not list((batch.parent.parent / "attempted").iterdir())
    assert culprit(batch) is None


def test_a_document_is_at_fault_when_two_attempts_that_began_with_it_died(batch: Path) -> None:
    assert die(batch) == PART_DOCUMENTS
    assert die(batch) == 1
    assert culprit(batch) is None
    die(batch)
    assert culprit(batch) == 5
    forget_attempts(batch)
    assert culprit(batch) is None


def test_deaths_at_different_documents_are_nobody_s_fault(batch: Path) -> None:
    for number in range(5, 9):
        die(batch)
        (batch.parent.parent / "parts" / f"00002-{number:09}-1.parquet").touch()
    assert culprit(batch) is None


def test_when_leaving_a_document_out_does_not_help_it_cannot_be_read(batch: Path) -> None:
    faults = Faults()
    blame(7, faults, batch)
    assert (faults.culprits, faults.unreadable) == ({7: "worker_died"}, None)
    blame(7, faults, batch)
    assert faults.unreadable == 7
    with pytest.raises(WorkerError, match="keep dying at batch 00002"):
        blame(7, faults, batch)


def test_workers_that_die_at_every_document_end_the_run(batch: Path) -> None:
    faults = Faults()
    for number in range(MOST_CULPRITS):
        blame(number, faults, batch)
    with pytest.raises(WorkerError, match="keep dying at batch 00002"):
        blame(MOST_CULPRITS, faults, batch)
