"""PostgreSQL for Prefect's own database: the history survives a restart, and a dump restores it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.test_prefect import free_port
from tests.pipeline.archives import write_stories
from tests.service.harness import Service
from tests.service.postgres import PASSWORD, Postgres, postgres
from tests.service.refusing import PATIENT, refusal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres() as made:
        yield made


def test_the_history_is_in_postgresql_and_outlives_a_restart(
    database: Postgres, tmp_path: Path
) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(3))
    warehouse = tmp_path / "w"
    url = {"PREFECT_API_DATABASE_CONNECTION_URL": database.url()}
    with Service(warehouse, **PATIENT, **url) as service:
        flow_run = service.start_run("ingest", paths=[str(archive)])
        assert (
            service.wait_for(flow_run, "COMPLETED", seconds=300)["state"]["message"] == "3 loaded"
        )
        assert service.stop() == 0
        assert not list(service.processes())
        service.start()
        assert service.read_run(flow_run)["state"]["message"] == "3 loaded"
        assert "ingest-outcomes" in service.artifacts(flow_run)
        assert service.stop() == 0
    assert not list((warehouse / "service").glob("prefect.db*"))
    count = database.run(
        "psql", "-At", "-c", "select count(*) from flow_run where name ~ '^ingest'"
    )
    assert count.strip() == "1"
    assert flow_run in database.run("pg_dump", "--data-only", "--table=flow_run")


def test_a_wrong_password_is_reported_without_printing_it(
    database: Postgres, tmp_path: Path
) -> None:
    output = refusal(
        tmp_path / "w",
        *("up", f"--port={free_port()}"),
        PREFECT_API_DATABASE_CONNECTION_URL=database.url("wrong-horse"),
    )
    assert output.startswith(
        f"Prefect's database {database.place} refuses the password of its connection URL"
    )
    assert "wrong-horse" not in output
    assert PASSWORD not in output
