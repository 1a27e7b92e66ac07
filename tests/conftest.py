"""The order of the tests: long files first, and those that wait among those that compute.

Workers then finish at the same time, and one of them waits while the others keep the cores busy.
"""

import os
from itertools import groupby
from pathlib import Path

import pytest

# The report after a night takes two seconds, which a hundred nights of other tests need not wait
# for. The tests of the report set this themselves.
os.environ.setdefault("BROADSHEET_PUBLISH__REPORT", "false")

TESTS = Path(__file__).parent
WAITING = "service"  # these tests wait for servers and flow runs
# Tests in these folders start servers, processes and whole runs.
LONG = ("nights", "flows", "pipeline", "repair", "jobs", "execution", "fuzz", "keys")
# The tests that wait are spread over this part of the others; behind it one would end alone.
EARLY = 0.7


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_order)
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    waiting = [file for file in files if _folder(file[0]) == WAITING]
    others = [file for file in files if _folder(file[0]) != WAITING]
    places = [(EARLY * number / len(waiting), file) for number, file in enumerate(waiting)]
    places += [(number / len(others), file) for number, file in enumerate(others)]
    items[:] = [item for _, file in sorted(places, key=lambda one: one[0]) for item in file]


def _order(item: pytest.Item) -> int:
    folder = _folder(item)
    return LONG.index(folder) if folder in LONG else len(LONG)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]
