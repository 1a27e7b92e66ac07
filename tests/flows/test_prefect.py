"""Flows on a real Prefect server: the runs, artifacts and logs that a person finds there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.demo.server import SITE, serve
from flows.running.client_retries import retry_while_unreachable
from tests.execution.clusters import Cluster, wait_for
from tests.jobs.site import write_config
from tests.pipeline.archives import page, url_of, write_stories, write_warc
from tests.pipeline.command import ask, run
from tests.service.flaky import flaky

pytestmark = pytest.mark.timeout(300)
SAME = (
    "select * exclude (run_id, loaded_at) from articles order by url",
    "select * exclude (run_id, seconds) from documents order by locator",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Prefect server for this module and yield the address of its API."""
    port = free_port()
    home = tmp_path_factory.mktemp("prefect")
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/api"
    deadline = time.monotonic() + 150
    while not _is_healthy(address):
        assert process.poll() is None, (home / "server.log").read_text()
        assert time.monotonic() < deadline, "the Prefect server did not start"
        time.sleep(0.2)
    yield address
    process.terminate()
    process.wait(timeout=30)


def _is_healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def read(server: str, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = httpx.post(f"{server}/{path}", json=body or {}, timeout=30)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.slow
def test_a_flow_run_has_a_name_tasks_artifacts_and_a_log(server: str, tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(8))
    small = {"BROADSHEET_READ__BATCH_BYTES": "4000", "PREFECT_API_URL": server}
    done = run("ingest", archive, "--warehouse", tmp_path / "w", "--prefect", **small)
    assert "documents in" in done.stdout
    (flow_run,) = read(server, "flow_runs/filter")
    assert flow_run["name"] == "ingest night.warc.gz"
    assert flow_run["state"]["type"] == "COMPLETED"
    assert flow_run["state"]["message"] == "8 loaded"
    names = {task["name"] for task in read(server, "task_runs/filter")}
    assert {"resolve", "load", "publish"} <= names
    assert any(name.startswith("process batch 1 of ") for name in names)
    artifacts = {artifact["key"]: artifact for artifact in read(server, "artifacts/filter")}
    assert set(artifacts) == {"ingest-outcomes", "ingest", "ingest-progress"}
    assert artifacts["ingest-progress"]["data"] == 100
    logged = [line["message"] for line in read(server, "logs/filter", {"limit": 200})]
    assert any(line.startswith("published file=") for line in logged)
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 8}]


@pytest.mark.slow
def test_the_flow_and_the_command_line_give_the_same_rows(server: str, tmp_path: Path) -> None:
    pages = {url_of(n): page(n) for n in range(5)} | {"https://courier.example/x": "<p>Soon.</p>"}
    archive = write_warc(tmp_path / "night.warc.gz", pages)
    run("ingest", archive, "--warehouse", tmp_path / "a", "--prefect", PREFECT_API_URL=server)
    run("ingest", archive, "--warehouse", tmp_path / "b")
    for query in SAME:
        assert ask(tmp_path / "a", query) == ask(tmp_path / "b", query)


@pytest.mark.slow
def test_a_flow_whose_batches_go_to_a_cluster_gives_the_same_rows(
    server: str, tmp_path: Path
) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(8))
    small = {"BROADSHEET_READ__BATCH_BYTES": "4000"}
    with Cluster(tmp_path) as cluster:
        for _ in range(2):
            cluster.start_worker()
        wait_for(lambda: cluster.workers() == 2, "the workers")
        on_dask = {**small, **cluster.environment, "PREFECT_API_URL": server}
        run("ingest", archive, "--warehouse", tmp_path / "a", "--prefect", **on_dask)
    run("ingest", archive, "--warehouse", tmp_path / "b", **small)
    for query in SAME:
        assert ask(tmp_path / "a", query) == ask(tmp_path / "b", query)
    newest = read(server, "flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 1})
    assert newest[0]["state"]["message"] == "8 loaded"


def test_a_failed_flow_run_says_why_in_a_sentence(server: str, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.warc"
    failed = run("ingest", missing, "--prefect", status=2, PREFECT_API_URL=server)
    assert "does not exist" in failed.stderr


@pytest.mark.slow
def test_the_run_of_a_night_has_a_table_of_its_sources(server: str, tmp_path: Path) -> None:
    with serve() as site:
        config = write_config(tmp_path, site)
        run(
            *("nightly", "--night", "2025-03-11", "--prefect"),
            *("--warehouse", tmp_path / "w", "--config", config),
            PREFECT_API_URL=server,
        )
    flow_runs = read(server, "flow_runs/filter")
    (night,) = (found for found in flow_runs if found["name"] == "nightly 2025-03-11")
    assert night["state"]["message"] == "29 loaded, 2 rejected, 1 source failed"
    mine = {"flow_runs": {"id": {"any_": [night["id"]]}}}
    names = {task["name"] for task in read(server, "task_runs/filter", mine)}
    assert {"discover", "select", "fetch", "resolve", "load", "publish"} <= names
    found = read(server, "artifacts/filter", mine)
    artifacts = {artifact["key"]: artifact for artifact in found}
    assert set(artifacts) == {"night-sources", "night", "night-progress"}
    assert "Tessary Press Agency" in artifacts["night-sources"]["data"]
    assert "soft_404" in artifacts["night"]["data"]


@pytest.mark.slow
def test_a_watch_that_has_hits_is_an_event_and_a_section_of_the_night(
    server: str, tmp_path: Path
) -> None:
    listed = tmp_path / "sources.toml"
    listed.write_bytes((SITE / "sources.toml").read_bytes())
    (tmp_path / "watches.toml").write_text(
        "[[watch]]\nname = 'ferries'\nquery = 'ferry OR ferries'\n"
        "[[watch]]\nname = 'a | b'\nquery = 'the'\n"
        "[[watch]]\nname = 'nothing'\nquery = 'zzzz'\n"
    )
    with serve() as site:
        run(
            *("nightly", "--night", "2025-03-11", "--prefect", "--warehouse", tmp_path / "w"),
            *("--config", write_config(tmp_path, site, sources=listed)),
            PREFECT_API_URL=server,
        )
    counts = "select watch, count(*) as n from watch_hits group by watch"
    hits = {row["watch"]: row["n"] for row in ask(tmp_path / "w", counts)}
    assert set(hits) == {"ferries", "a | b"}
    wanted = {"filter": {"event": {"name": ["broadsheet.watch.hit"]}}}
    wait_for(lambda: read(server, "events/filter", wanted)["total"] >= 2, "the events")
    events = [event["payload"] for event in read(server, "events/filter", wanted)["events"]]
    assert {event["watch"]: event["articles"] for event in events} == {
        name: f"{count:,}" for name, count in hits.items()
    }
    for event in events:
        assert event["night"] == "2025-03-11"
        assert "/artifacts/artifact/" in event["link"]
        titles = event["titles"].splitlines()
        assert len(titles) == min(hits[event["watch"]], 5)
    named = {"artifacts": {"key": {"any_": ["night"]}}, "sort": "CREATED_DESC"}
    page_of_night = read(server, "artifacts/filter", named)[0]["data"]
    section = page_of_night.partition("## Watches")[2]
    assert f"| ferries | {hits['ferries']} |" in section
    assert titles[0] in section
    assert "nothing" not in section.partition("All of them")[0]


def test_the_log_of_a_stage_that_fails_has_a_sentence_and_no_traceback(
    server: str, tmp_path: Path
) -> None:
    archive = write_stories(tmp_path / "stopped.warc.gz", range(3))
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "lake").write_text("a file where a folder belongs")
    failed = run(
        *("ingest", archive, "--warehouse", tmp_path / "w", "--prefect"),
        status=1,
        PREFECT_API_URL=server,
    )
    assert "Traceback" not in failed.stderr
    named = {"flow_runs": {"name": {"any_": ["ingest stopped.warc.gz"]}}}
    (flow_run,) = read(server, "flow_runs/filter", named)
    assert flow_run["state"]["type"] == "FAILED"
    mine = {"logs": {"flow_run_id": {"any_": [flow_run["id"]]}}, "limit": 200}
    output = [line["message"] for line in read(server, "logs/filter", mine)]
    assert any(line.startswith("failed: ") for line in output), output
    assert not any("Traceback" in line for line in output)


@pytest.mark.slow
def test_requests_to_a_busy_server_are_repeated(server: str, tmp_path: Path) -> None:
    archive = write_stories(tmp_path / "busy.warc.gz", range(3))
    with flaky(int(server.split(":")[2].removesuffix("/api"))) as (port, faults):
        run(
            *("ingest", archive, "--warehouse", tmp_path / "w", "--prefect"),
            PREFECT_API_URL=f"http://127.0.0.1:{port}/api",
        )
    assert {"503", "closed"} <= set(faults)
    named = {"flow_runs": {"name": {"any_": ["ingest busy.warc.gz"]}}}
    (flow_run,) = read(server, "flow_runs/filter", named)
    assert flow_run["state"]["message"] == "3 loaded"
    mine = {"flow_runs": {"id": {"any_": [flow_run["id"]]}}}
    kept = {artifact["key"] for artifact in read(server, "artifacts/filter", mine)}
    assert kept == {"ingest-outcomes", "ingest", "ingest-progress"}


def test_requests_are_repeated_while_a_server_restarts_and_then_given_up() -> None:
    tries: list[int] = []

    def ask() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise httpx.ConnectError("refused")
        return "there"

    assert retry_while_unreachable(ask, pause=0.0) == "there"
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(httpx.ConnectError):
        retry_while_unreachable(ask, seconds=0.0, pause=0.0)
