"""The order of the tests: files with long tests first, so that workers finish at the same time."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Tests in these folders start servers, processes and whole runs.
LONG = ("service", "nights", "flows", "pipeline", "repair", "jobs", "execution", "fuzz", "keys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_order)


def _order(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return LONG.index(folder) if folder in LONG else len(LONG)
