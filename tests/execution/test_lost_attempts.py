"""The document that took its machine down is found from the records that attempts left behind."""

from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from config.errors import WorkerError
from tasks.execution.batch_files import FolderFiles
from tasks.execution.dask_pool import MOST_CULPRITS, blame
from tasks.execution.lost_attempts import find_culprit, forget_attempts, recorded_attempt
from tasks.execution.parts import PART_DOCUMENTS
from tasks.execution.worker_pool import Faults

died: list[AbstractContextManager[int]] = []


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Return a batch of which five documents are processed."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "00002-000000000-5.parquet").touch()
    return tmp_path / "batches" / "00002.json"


def die(batch: Path) -> int:
    """Begin an attempt that never ends and return how large its parts are."""
    died.append(recorded_attempt(FolderFiles(batch)))
    return died[-1].__enter__()


def test_an_attempt_that_ends_leaves_no_record(batch: Path) -> None:
    with recorded_attempt(FolderFiles(batch)) as part_documents:
        assert part_documents == PART_DOCUMENTS
    with suppress(OSError), recorded_attempt(FolderFiles(batch)):
        raise OSError("the disk is full")
    assert not list((batch.parent.parent / "attempted").iterdir())
    assert find_culprit(FolderFiles(batch)) is None


def test_a_document_is_at_fault_when_two_attempts_that_began_with_it_died(batch: Path) -> None:
    assert die(batch) == PART_DOCUMENTS
    assert die(batch) == 1
    assert find_culprit(FolderFiles(batch)) is None
    die(batch)
    assert find_culprit(FolderFiles(batch)) == 5
    forget_attempts(FolderFiles(batch))
    assert find_culprit(FolderFiles(batch)) is None


def test_deaths_at_different_documents_blame_none_of_them(batch: Path) -> None:
    for number in range(5, 9):
        die(batch)
        (batch.parent.parent / "parts" / f"00002-{number:09}-1.parquet").touch()
    assert find_culprit(FolderFiles(batch)) is None


def test_a_document_that_still_kills_workers_when_it_is_left_out_counts_as_unreadable(
    batch: Path,
) -> None:
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
