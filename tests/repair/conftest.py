"""A newsroom that the tests of a module share; it is restored before each test."""

from collections.abc import Iterator

import pytest

from tests.repair.newsroom import Newsroom, newsroom


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom(tmp_path_factory.mktemp("newsroom")) as room:
        yield room


@pytest.fixture
def room(built: Newsroom) -> Newsroom:
    built.put_back()
    return built
