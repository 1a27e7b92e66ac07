"""`broadsheet up` without faults: the deployments, refused parameters, and the results of runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.pipeline.archives import write_stories
from tests.service.harness import ENDED, Service
from tests.service.slow_site import SlowDesk
from tests.sites.many import ManySites
from warehouse.lock import writer_lock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
FLOWS = ("nightly", "ingest", "backfill", "reprocess")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowDesk]:
    with ManySites(4, 6) as site:
        yield SlowDesk(tmp_path_factory.mktemp("service"), site, delay=0.0)


@pytest.fixture(scope="module")
def service(desk: SlowDesk) -> Iterator[Service]:
    with Service(desk.warehouse, desk.config) as running:
        yield running
        assert running.stop() == 0
        assert list(running.processes()) == []


@pytest.fixture(scope="module")
def night(service: Service, desk: SlowDesk) -> str:
    """Run a night in which one of five sources does not answer, and return its flow run's id."""
    desk.listed.write_text(
        desk.listed.read_text() + '\n[[source]]\nname = "Gone"\nhomepage = "http://127.0.0.1:9/"\n'
    )
    run = service.start_run("nightly", night="2025-04-02", config=str(desk.config))
    service.wait_for(run, *ENDED)
    return run


@pytest.mark.parametrize("name", FLOWS)
def test_a_form_describes_its_flow_and_parameters(service: Service, name: str) -> None:
    deployment = service.deployment(name)
    assert deployment["tags"] == ["broadsheet"]
    assert deployment["version"]
    assert len(deployment["description"]) > 40
    for parameter in deployment["parameter_openapi_schema"]["properties"].values():
        assert parameter["description"].endswith(".")
        assert parameter.get("default", 0) is not None  # an empty field is left out
    assert deployment["parameters"]["warehouse"] == str(service.warehouse)


def test_the_schedule_is_that_of_the_settings(service: Service) -> None:
    (schedule,) = service.deployment("nightly")["schedules"]
    assert schedule["slug"] == "nightly"
    assert schedule["schedule"]["cron"] == "30 2 * * *"
    assert schedule["active"] is True


@pytest.mark.parametrize(
    ("name", "parameters", "reason"),
    [
        ("ingest", {}, "'paths' is a required property"),
        ("ingest", {"paths": []}, "paths"),
        ("ingest", {"paths": ["x"], "limit": 0}, "limit"),
        ("ingest", {"paths": ["x"], "columns": {"colour": "red"}}, "colour"),
        ("nightly", {"night": "23.11.2026"}, "23.11.2026"),
        ("nightly", {"if_locked": "perhaps"}, "perhaps"),
        ("nightly", {"nihgt": "2026-11-23"}, "nihgt"),
        ("backfill", {"published_from": "yesterday"}, "yesterday"),
        ("reprocess", {"workers": 5000}, "workers"),
    ],
)
def test_wrong_parameters_are_refused_before_a_run_starts(
    service: Service, name: str, parameters: dict[str, object], reason: str
) -> None:
    refused = service.request_run(name, **parameters)
    assert refused.status_code == 409
    assert reason in refused.json()["detail"]


def test_an_unknown_parameter_that_prefect_accepts_fails_the_run_by_name(
    service: Service,
) -> None:
    """Check the case in which `prefect deploy` registered the flows, with Prefect's own forms."""
    path = f"deployments/{service.deployment('nightly')['id']}"
    assert service.ask("PATCH", path, {"enforce_parameter_schema": False}).status_code < 400
    run = service.start_run("nightly", nihgt="2026-11-23")
    failed = service.wait_for(run, "Failed", seconds=60)
    assert failed["state"]["message"].startswith("Unknown parameter nihgt: the flow nightly takes")
    service.ask("PATCH", path, {"enforce_parameter_schema": True})


def log_of(service: Service, flow_run: str) -> str:
    """Return the text that the UI shows under *Logs*."""
    mine = {"logs": {"flow_run_id": {"any_": [flow_run]}}, "limit": 200}
    return "\n".join(line["message"] for line in service.post("logs/filter", mine))


def test_an_expected_error_becomes_a_sentence(service: Service) -> None:
    run = service.start_run("backfill", source="press-00")
    failed = service.wait_for(run, *ENDED)
    assert failed["state"]["name"] == "Failed"
    assert failed["state"]["message"].startswith("Give a source with published_from, or ccnews")
    assert "Traceback" not in log_of(service, run)


def test_the_artifacts_of_a_night_show_its_results(service: Service, night: str) -> None:
    done = service.read_run(night)
    assert done["name"] == "nightly 2025-04-02"
    assert (done["state"]["name"], done["state"]["message"]) == (
        "Completed",
        "24 loaded, 1 source failed",
    )
    artifacts = service.artifacts(night)
    assert set(artifacts) == {"night", "night-sources", "night-progress"}
    story = artifacts["night"]["data"]
    for part in (
        "# The night of 2025-04-02",
        "## Warnings",
        "Gone:",
        "| press-00 |",
        "news.duckdb",
    ):
        assert part in story
    assert len(story) < 100_000
    tasks = service.post("task_runs/filter", {"flow_runs": {"id": {"any_": [night]}}})
    names = {task["name"] for task in tasks}
    assert {"discover", "select", "fetch", "process batch 1 of 1", "resolve", "load"} <= names
    logs = service.post("logs/filter", {"logs": {"flow_run_id": {"any_": [night]}}, "limit": 200})
    assert any(line["message"].startswith("discovered source=press-00") for line in logs)


@pytest.mark.usefixtures("night")
def test_a_night_in_which_most_sources_fail_is_failed(service: Service, desk: SlowDesk) -> None:
    run = service.start_run(
        "nightly", sources=["Gone"], night="2025-04-03", config=str(desk.config)
    )
    failed = service.wait_for(run, *ENDED)
    assert failed["state"]["name"] == "Failed"
    assert failed["state"]["message"].startswith("1 of 1 sources failed")
    assert "/v2/artifacts/artifact/" in failed["state"]["message"]
    assert "Traceback" not in log_of(service, run)


def test_a_run_that_meets_the_lock_waits_or_is_cancelled_and_names_the_holder(
    service: Service, tmp_path: Path
) -> None:
    archive = str(write_stories(tmp_path / "old.warc.gz", range(3)))
    with writer_lock(service.warehouse, "ingest"):
        cancelled = service.start_run("ingest", paths=[archive], if_locked="cancel")
        ended = service.wait_for(cancelled, *ENDED)
        assert ended["state"]["type"] == "CANCELLED"
        assert "is in use by process" in ended["state"]["message"]
        waiting = service.start_run("ingest", paths=[archive])
        service.wait_for(waiting, "RUNNING")
        output = service.command("ingest", archive, status=1)
        assert "is in use by process" in output
    done = service.wait_for(waiting, *ENDED)
    assert done["state"]["message"] == "3 loaded"
    logs = service.post("logs/filter", {"logs": {"flow_run_id": {"any_": [waiting]}}})
    assert any(line["message"].startswith("Waiting for process") for line in logs)


def test_the_command_line_s_flow_runs_use_the_server_that_is_up(
    service: Service, tmp_path: Path
) -> None:
    archive = write_stories(tmp_path / "more.warc.gz", range(10, 12))
    service.command("ingest", archive, "--prefect")
    runs = service.post(
        "flow_runs/filter", {"flow_runs": {"name": {"any_": ["ingest more.warc.gz"]}}}
    )
    assert [run["state"]["message"] for run in runs] == ["2 loaded"]


@pytest.mark.usefixtures("night")
def test_status_shows_the_service_and_the_last_nights(service: Service) -> None:
    output = service.command("status")
    for part in ("up since", f"127.0.0.1:{service.port}", "answers", "next night", "nightly 2025"):
        assert part in output


def test_a_second_up_says_that_the_service_is_up(service: Service) -> None:
    output = service.command("up", "--port", str(service.port + 1), status=1)
    assert "It is up already, as process" in output


@pytest.mark.usefixtures("night")
def test_a_night_is_named_after_the_day_for_which_it_was_scheduled(
    service: Service, desk: SlowDesk
) -> None:
    due = datetime.now(UTC) - timedelta(hours=30)  # the machine slept
    body = {
        "parameters": {"config": str(desk.config), "sources": ["press-00"]},
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}},
    }
    deployment = service.deployment("nightly")
    run = service.post(f"deployments/{deployment['id']}/create_flow_run", body)
    done = service.wait_for(run["id"], *ENDED)
    assert done["state"]["type"] == "COMPLETED"
    assert done["name"] == f"nightly {due.astimezone().date()}"


@pytest.mark.usefixtures("night")
def test_backfill_and_reprocess_run_as_flows(service: Service, desk: SlowDesk) -> None:
    past = service.start_run(
        "backfill", source="press-01", published_from="2025-01-01", config=str(desk.config)
    )
    again = service.start_run("reprocess", fetched_from="2025-04-02", dry_run=True)
    assert service.wait_for(past, *ENDED)["state"]["type"] == "COMPLETED"
    assert service.wait_for(again, *ENDED)["state"]["message"] == "0 would change, 24 the same"
