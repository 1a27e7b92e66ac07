"""One S3 service for all tests of a worker; each test has a bucket of its own."""

import logging
import secrets
from collections.abc import Iterator

import pytest

from tests.bucket.service import ObjectService, object_service
from tests.service.postgres import PASSWORD, Postgres, postgres


@pytest.fixture(scope="session")
def _running() -> Iterator[ObjectService]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with object_service() as service:
        yield service


@pytest.fixture
def objects(_running: ObjectService, monkeypatch: pytest.MonkeyPatch) -> ObjectService:
    """An S3 service with an empty bucket; the environment has its address and keys."""
    service = ObjectService(_running.endpoint, f"press-{secrets.token_hex(4)}")
    service.filesystem().create_dir(service.bucket)
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    return service


@pytest.fixture(scope="session")
def _databases() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture
def catalog(_databases: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database for a catalog; the environment has its password."""
    name = f"lake_{secrets.token_hex(4)}"
    _databases.run("psql", "-c", f"create database {name}")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return f"postgresql://prefect@127.0.0.1:{_databases.port}/{name}"
