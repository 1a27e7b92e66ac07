"""Reading a file takes the same memory whatever its size."""

from pathlib import Path

import pytest

from tests.benchmarks.large_files import WRITERS, read_large

MOST_GROWTH = 12_000_000


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sizes"), [("csv", (20, 100)), ("docx", (4, 20))])
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, name: str, sizes: tuple[int, int]
) -> None:
    readings = []
    for size in sizes:
        path = tmp_path / f"{size}.{name}"
        WRITERS[name](path, size * 1_000_000)
        readings.append(read_large(path))

    assert all("documents" in one.counts for one in readings)
    assert readings[1].peak - readings[0].peak < MOST_GROWTH
