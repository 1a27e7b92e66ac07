"""An existing Prefect server: deployments for the workers of a pool, and messages."""

import json
import re
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from tests.flows.test_prefect import free_port
from tests.pipeline.archives import write_stories
from tests.pipeline.command import ask
from tests.service.existing import LOGIN, ROOT, Existing, existing_server
from tests.service.harness import Service, until
from tests.service.recipes import block_of, recipe, webhook
from tests.service.refusing import PATIENT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

POOL = "newsroom"
RECIPES = ("late", "failed", "thin", "warned")
THIN = """
from datetime import date
from pathlib import Path
from flows.running.events import announce_night
from tasks.jobs.report import NightReport
warnings = ("A thin night: 3 new articles, where 40 are usual.", "harbour: feed_failed.")
night = NightReport(date(2025, 3, 12), "3 loaded", (), (), (), warnings, warnings[0])
announce_night(night, Path("/news"), "http://news.example/v2/artifacts/artifact/1", failed=False)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Existing]:
    with existing_server(tmp_path_factory.mktemp("existing")) as made:
        made.prefect("work-pool", "create", POOL, "--type", "process")
        yield made


def test_deploy_says_that_the_login_is_missing(server: Existing, tmp_path: Path) -> None:
    for secret in ("", "editor:wrong"):
        output = server.broadsheet(
            "deploy", "-w", tmp_path / "w", status=1, PREFECT_API_AUTH_STRING=secret
        )
        assert output.strip() == (
            f"broadsheet: The server at {server.api} refuses with status 401: "
            "set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)."
        )


def test_deploy_names_a_pool_that_does_not_exist(server: Existing, tmp_path: Path) -> None:
    output = server.broadsheet("deploy", "--work-pool", "nowhere", "-w", tmp_path / "w", status=1)
    assert output.strip() == (
        f"broadsheet: The server at {server.api} has no work pool 'nowhere': "
        "`prefect work-pool create nowhere --type process` makes one."
    )


def test_a_worker_runs_the_deployments_of_prefect_deploy(server: Existing, tmp_path: Path) -> None:
    output = server.prefect("deploy", "--all", WORK_POOL=POOL)
    assert "nightly/nightly" in output
    nightly = server.deployment("nightly")
    assert nightly["work_pool_name"] == POOL
    assert nightly["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert nightly["schedules"][0]["slug"] == "nightly"
    assert "The night's date" in json.dumps(nightly["parameter_openapi_schema"])
    archive = write_stories(tmp_path / "night.warc.gz", range(3))
    with server.worker(POOL, BROADSHEET_WAREHOUSE=str(tmp_path / "w")):
        state = server.end_of(server.start_run("ingest", paths=[str(archive)]))
    assert (state["type"], state["message"]) == ("COMPLETED", "3 loaded")
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 3}]


@pytest.fixture(scope="module")
def deployed(server: Existing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse that `broadsheet deploy` has registered; its only source is dead."""
    folder = tmp_path_factory.mktemp("deployed")
    dead = f"http://127.0.0.1:{free_port()}/"
    (folder / "sources.toml").write_text(
        f'[[source]]\nname = "Dead Letter"\nhomepage = "{dead}"\nfeeds = ["{dead}feed.xml"]\n'
    )
    config = folder / "broadsheet.toml"
    config.write_text(
        f"sources = {json.dumps(str(folder / 'sources.toml'))}\n"
        "[fetch]\nretry_seconds = 0.1\ntries = 1\nfree_bytes = 0\n"
    )
    output = server.broadsheet(
        *("deploy", "--work-pool", POOL, "-w", folder / "w", "--config", config)
    )
    names = "nightly/nightly, ingest/ingest, backfill/backfill, reprocess/reprocess"
    assert f"Registered {names} at {server.api}." in output
    assert f"Workers run them: prefect worker start --pool {POOL}" in output
    return folder / "w"


def test_a_worker_runs_the_deployments_of_broadsheet_deploy(
    server: Existing, deployed: Path, tmp_path: Path
) -> None:
    archive = write_stories(tmp_path / "night.warc.gz", range(4))
    with server.worker(POOL):
        state = server.end_of(server.start_run("ingest", paths=[str(archive)]))
    assert (state["type"], state["message"]) == ("COMPLETED", "4 loaded")
    assert ask(deployed, "select count(*) as n from articles") == [{"n": 4}]


def test_deployments_of_another_warehouse_are_left_alone(
    server: Existing, deployed: Path, tmp_path: Path
) -> None:
    output = server.broadsheet("deploy", "-w", tmp_path / "other", status=1)
    assert f"already has the deployment nightly for the warehouse {deployed}" in output
    assert server.deployment("nightly")["parameters"]["warehouse"] == str(deployed)


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[dict[str, str]]]]:
    with webhook() as made:
        yield made


def test_a_webhook_gets_messages_on_late_failed_and_thin_nights(
    server: Existing, deployed: Path, tmp_path: Path, inbox: tuple[str, list[dict[str, str]]]
) -> None:
    address, messages = inbox
    block = block_of(server, "CustomWebhook", "https://hooks.example/", address)
    for name in RECIPES:
        server.prefect("automation", "create", "--from-file", recipe(name, block, tmp_path))

    def message_on(subject: str) -> dict[str, str] | None:
        return next((one for one in messages if one["title"] == subject), None)

    flow_run = server.start_run("nightly", night="2025-03-11")
    late = until(lambda: [one for one in messages if one["title"].endswith(" is late")], 200)
    assert late, messages
    assert re.fullmatch(r"Broadsheet: nightly of [-\d]+ [:\d]+ UTC is late", late[0]["title"])
    assert flow_run in late[0]["text"]
    with server.worker(POOL):
        state = server.end_of(flow_run)
    assert state["type"] == "FAILED"
    failed = until(lambda: message_on("Broadsheet: nightly 2025-03-11 Failed"), 200)
    assert failed, messages
    assert state["message"] in failed["text"]
    assert "1 of 1 sources failed" in failed["text"]
    assert "/v2/artifacts/artifact/" in failed["text"]
    assert flow_run in failed["text"]
    _record_again(server, flow_run)
    _emit_thin(server)
    thin = until(lambda: message_on("Broadsheet: the night 2025-03-12 is thin"), 200)
    assert thin, messages
    for words in ("where 40 are usual", "3 loaded", "harbour: feed_failed.", "/artifact/1"):
        assert words in thin["text"]
    titles = [message["title"] for message in messages]
    assert len(titles) == 3, f"a night has one message, not {titles}"


def _record_again(server: Existing, flow_run: str) -> None:
    """Send the event of a failure again, because a busy server may record it twice."""
    wanted = {"filter": {"event": {"name": ["prefect.flow-run.Failed"]}}}

    def stored() -> list[dict[str, Any]]:
        found = server.ask("POST", "events/filter", wanted)["events"]
        return [one for one in found if one["resource"]["prefect.resource.id"].endswith(flow_run)]

    event = until(stored, 30)[0]
    now = datetime.now(UTC).isoformat()
    server.ask("POST", "events", [event | {"id": str(uuid4()), "occurred": now}])


def _emit_thin(server: Existing) -> None:
    """Emit the events of a thin night, as the flow does."""
    subprocess.run([sys.executable, "-c", THIN], check=True, cwd=ROOT, env=server.environment)


def test_the_recipes_for_slack_are_accepted(server: Existing, tmp_path: Path) -> None:
    block = block_of(server, "hooks.slack.com")
    for name in RECIPES:
        output = server.prefect(
            "automation", "create", "--from-file", recipe(name, block, tmp_path)
        )
        assert "Created" in output


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[str]]]:
    """Run an SMTP server; yield its address and the messages that it has received."""
    messages: list[str] = []

    class Mailbox(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mailbox\r\n")
            for line in self.rfile:
                if line.upper().startswith(b"DATA"):
                    self.wfile.write(b"354 go on\r\n")
                    messages.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"250 ok\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        yield f"mailto://127.0.0.1:{receiver.server_address[1]}?", messages
        receiver.shutdown()


def test_a_thin_night_causes_an_e_mail(
    server: Existing, tmp_path: Path, mailbox: tuple[str, list[str]]
) -> None:
    address, messages = mailbox
    block = block_of(server, "mailtos", r"mailtos://USER:PASSWORD@smtp.example:587?", address)
    server.prefect("automation", "create", "--from-file", recipe("thin", block, tmp_path))
    _emit_thin(server)
    assert until(lambda: messages, 200)
    assert "Subject: Broadsheet: the night 2025-03-12 is thin" in messages[0]
    assert "To: editor@example.org" in messages[0]
    assert "where 40 are usual" in messages[0]


def test_up_runs_the_deployments_at_that_server(
    server: Existing, deployed: Path, tmp_path: Path
) -> None:
    """Check that a login in the user's Prefect profile is used, as after `prefect cloud login`."""
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text(
        'active = "newsroom"\n[profiles.newsroom]\n'
        f'PREFECT_API_URL = "{server.api}"\nPREFECT_API_AUTH_STRING = "{LOGIN}"\n'
    )
    archive = write_stories(tmp_path / "more.warc.gz", range(4, 6))
    with Service(deployed, **PATIENT, HOME=str(tmp_path)) as service:
        assert server.deployment("ingest")["work_pool_name"] is None
        state = server.end_of(server.start_run("ingest", paths=[str(archive)]))
        assert (state["type"], state["message"]) == ("COMPLETED", "2 loaded")
        assert "not started by us" in service.command("status")
        assert service.stop() == 0
    assert server.ask("GET", "health") is True


def test_deploy_without_a_pool_takes_the_deployments_out_of_it(
    server: Existing, deployed: Path
) -> None:
    server.broadsheet("deploy", "--work-pool", POOL, "-w", deployed)
    assert server.deployment("ingest")["work_pool_name"] == POOL
    assert "`broadsheet up` on this machine" in server.broadsheet("deploy", "-w", deployed)
    assert server.deployment("ingest")["work_pool_name"] is None
