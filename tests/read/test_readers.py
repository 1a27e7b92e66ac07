"""The tables of readers are complete."""

from tasks.read.batch import NOT_READ, READERS
from tasks.read.kinds import COMPRESSIONS, Kind


def test_every_kind_has_either_a_reader_or_a_reason_not_to_be_read() -> None:
    assert set(READERS) | set(NOT_READ) == set(Kind)
    assert not set(READERS) & set(NOT_READ)


def test_all_compressions_have_the_same_reader() -> None:
    assert len({READERS[kind] for kind in COMPRESSIONS}) == 1
