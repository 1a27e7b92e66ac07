"""The order of the tests: files with long tests first, so that workers finish at the same time."""

import os
from pathlib import Path

import pytest

# The report after a night takes two seconds, which a hundred nights of other tests need not wait
# for. The tests of the report set this themselves.
os.environ.setdefault("BROADSHEET_PUBLISH__REPORT", "false")

TESTS = Path(__file__).parent
# Tests in these folders start servers, processes and whole runs.
LONG = ("service", "nights", "flows", "pipeline", "repair", "jobs", "execution", "fuzz", "keys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_order)


def _order(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return LONG.index(folder) if folder in LONG else len(LONG)
