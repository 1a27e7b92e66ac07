"""Restarts of the service: pauses survive, changed settings apply; also logins and retention.

The service asks for a login, so that all of this is true with one.
"""

import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pipeline.archives import write_stories
from tests.pipeline.command import run
from tests.service.existing import LOGIN
from tests.service.harness import Service, until
from tests.service.refusing import PATIENT
from tests.service.test_unit_files import require

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# Old runs are looked for every five seconds, not every hour.
EAGER = {"PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "5"}


class Guarded(Service):
    """A service with a login, which its requests use."""

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.ask("POST", path, body or {})

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.request(method, path, json=body, auth=tuple(LOGIN.split(":")))
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    def request_run(self, name: str, **parameters: Any) -> httpx.Response:
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        path = f"deployments/{self.deployment(name)['id']}/create_flow_run"
        return self.request("POST", path, json=body, auth=tuple(LOGIN.split(":")))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request, and repeat it while the database is busy, as Prefect's clients do."""

        def answer() -> httpx.Response | None:
            came = httpx.request(method, f"{self.api}/{path}", timeout=60, **options)
            return came if came.status_code != 503 else None

        found: httpx.Response = until(answer, 60)
        return found


def settings(folder: Path, **prefect: str) -> Path:
    """Write a settings file with these values in its section [prefect], and return its path."""
    path = folder / "broadsheet.toml"
    lines = (f'{name} = "{value}"' for name, value in prefect.items())
    path.write_text("\n".join(["[prefect]", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("years")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Guarded]:
    config = settings(folder, schedule="30 2 * * *", timezone="Europe/Paris")
    secret = {"PREFECT_SERVER_API_AUTH_STRING": LOGIN}  # given once: clients have it from there
    with Guarded(folder / "w", config, **PATIENT, **EAGER, **secret) as running:
        yield running


def test_the_server_plans_the_nights(service: Guarded) -> None:
    """Check that the scheduler works, which fails with a SQLAlchemy that Prefect does not know."""
    planned = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "flows": _named("nightly"),
    }
    nights = until(lambda: service.post("flow_runs/filter", planned), 100)
    assert nights
    assert all(night["auto_scheduled"] for night in nights)
    assert "bulk DML" not in (service.warehouse / "service" / "server.log").read_text()


def test_without_the_login_the_api_answers_nothing(service: Guarded) -> None:
    for wrong in (None, ("editor", "wrong")):
        for method, path in (("POST", "flow_runs/filter"), ("GET", "admin/settings")):
            assert service.request(method, path, auth=wrong).status_code == 401
    assert service.request("GET", "health").status_code == 200


def test_one_variable_gives_all_commands_the_login(service: Guarded, tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(3))
    output = service.command("status")
    assert "answers" in output
    assert "next night" in output
    service.command("ingest", archive, "--prefect")
    (flow_run,) = service.post("flow_runs/filter", {"limit": 200, "flows": _named("ingest")})
    assert flow_run["state"]["message"] == "3 loaded"
    output = service.command("deploy", *_config(service))
    assert f"at {service.api}" in output


def test_without_the_login_the_commands_say_what_is_missing(service: Guarded) -> None:
    nobody = {"PREFECT_SERVER_API_AUTH_STRING": "", "PREFECT_API_AUTH_STRING": ""}
    environment = service.environment | nobody | {"PREFECT_API_URL": service.api}
    output = run("deploy", "-w", service.warehouse, status=1, **environment).stderr
    assert "refuses with status 401: set PREFECT_API_AUTH_STRING" in output
    output = run("status", "-w", service.warehouse, status=0, **environment).stdout
    assert "the server answers only with its password" in output
    assert "PREFECT_API_AUTH_STRING=user:password" in output.replace("\n", "")


@pytest.mark.parametrize(
    ("origin", "is_own_server"),
    [
        ("http://127.0.0.1:{port}", True),
        ("http://localhost:{port}", True),
        ("http://127.0.0.1:1", False),
        ("https://elsewhere.example", False),
        ("null", False),
    ],
)
def test_only_pages_of_the_server_itself_may_call_the_api(
    service: Guarded, origin: str, is_own_server: bool
) -> None:
    origin = origin.format(port=service.port)
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for answer in (
        service.request("GET", "health", headers={"Origin": origin}),
        service.request("OPTIONS", "flow_runs/filter", headers=asked),
    ):
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == (origin if is_own_server else None)


def test_the_ui_calls_the_api_at_its_own_address(service: Guarded) -> None:
    told = httpx.get(f"http://127.0.0.1:{service.port}/ui-settings", timeout=30).json()
    assert told["api_url"] == "/api"  # of the server that the page came from, whatever its port
    assert told["auth"] == "BASIC"


def test_old_runs_are_deleted_with_their_logs_and_artifacts(
    service: Guarded, tmp_path: Path
) -> None:
    old, new = (
        service.start_run("ingest", paths=[str(write_stories(tmp_path / name, range(2)))])
        for name in ("old.warc.gz", "new.warc.gz")
    )
    for flow_run in (old, new):
        service.wait_for(flow_run, "COMPLETED", seconds=300)
    assert until(lambda: _kept(service, old)["logs"], 30)
    long_ago = (datetime.now(UTC) - timedelta(days=91)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(service.warehouse / "service" / "prefect.db", timeout=60) as connection:
        connection.execute(
            "update flow_run set end_time = ? where name like 'ingest old%'", [long_ago]
        )
    connection.close()
    assert until(lambda: not any(_kept(service, old).values()), 60), _kept(service, old)
    assert all(_kept(service, new).values())


def test_prefect_s_database_is_copied_while_it_is_used(service: Guarded, tmp_path: Path) -> None:
    program = require("sqlite3")
    copy = tmp_path / "prefect.db"
    command = [program, str(service.warehouse / "service" / "prefect.db"), f".backup '{copy}'"]
    subprocess.run(command, check=True, timeout=100)
    with sqlite3.connect(copy) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        names = connection.execute("select name from deployment").fetchall()
    connection.close()
    assert ("nightly",) in names


def test_pauses_survive_a_restart_and_changed_settings_apply(
    service: Guarded, folder: Path
) -> None:
    """Check all of it in one test, because each restart takes long."""
    nightly, ingest = service.deployment("nightly"), service.deployment("ingest")
    (schedule,) = nightly["schedules"]
    assert schedule["schedule"]["timezone"] == "Europe/Paris"
    path = f"deployments/{nightly['id']}/schedules/{schedule['id']}"
    service.ask("PATCH", path, {"active": False})
    service.ask("POST", f"deployments/{ingest['id']}/pause_deployment")

    settings(folder, schedule="5 4 * * 1-5", timezone="America/New_York")
    _restart(service)
    (schedule,) = service.deployment("nightly")["schedules"]
    assert schedule["schedule"]["cron"] == "5 4 * * 1-5"
    assert schedule["schedule"]["timezone"] == "America/New_York"
    assert schedule["slug"] == "nightly"
    assert schedule["active"] is False
    assert service.deployment("ingest")["paused"] is True
    assert service.deployment("nightly")["paused"] is False
    assert service.deployment("backfill")["paused"] is False
    assert "none: no schedule, or it is paused" in service.command("status")

    service.ask("POST", f"deployments/{ingest['id']}/resume_deployment")
    service.ask("POST", f"deployments/{nightly['id']}/pause_deployment")
    settings(folder, schedule="5 4 * * 1-5", timezone="America/New_York", slug="weekdays")
    _restart(service)
    (schedule,) = service.deployment("nightly")["schedules"]
    assert (schedule["slug"], schedule["active"]) == ("weekdays", True)
    assert service.deployment("nightly")["paused"] is True
    assert service.deployment("ingest")["paused"] is False

    settings(folder, schedule="")
    _restart(service)
    assert service.deployment("nightly")["schedules"] == []
    assert "none: no schedule" in service.command("status")


def _restart(service: Service) -> None:
    service.command("down")
    assert service.process is not None
    service.process.communicate(timeout=30)
    service.start()


def _named(flow: str) -> dict[str, Any]:
    return {"name": {"any_": [flow]}}


def _kept(service: Guarded, flow_run: str) -> dict[str, int]:
    """Return how many logs, artifacts and task runs of a run the server has."""
    mine = {"flow_runs": {"id": {"any_": [flow_run]}}}
    logs = {"logs": {"flow_run_id": {"any_": [flow_run]}}}
    return {
        "runs": len(service.post("flow_runs/filter", mine)),
        "logs": len(service.post("logs/filter", logs)),
        "artifacts": len(
            service.post("artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [flow_run]}}})
        ),
    }


def _config(service: Service) -> tuple[str, str]:
    return ("--config", str(service.config))
