"""The unit, compose file, image and recipes of docs/service, checked by their own tools."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from prefect.events.schemas.automations import AutomationCore
from prefect.flows import load_flow_from_entrypoint

from config.settings import load_settings
from flows.cli import app
from flows.deployments import FLOWS, TAG

ROOT = Path(__file__).parent.parent.parent
SERVICE = ROOT / "docs" / "service"
PAGE = ROOT / "docs" / "service.md"
UNIT = SERVICE / "broadsheet.service"
RECIPES = sorted((SERVICE / "automations").glob("*.yaml"))


def require(*names: str) -> str:
    """Return the first of these programs that is installed.

    Without any of them, skip the test, or fail it in CI.
    """
    for name in names:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"none of {names} is installed: .ci/run is to install it")
    pytest.skip(f"none of {', '.join(names)} is installed here")


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = require("systemd-analyze")
    unit = tmp_path / UNIT.name
    program = "/opt/broadsheet/.venv/bin/broadsheet"
    unit.write_text(UNIT.read_text("utf-8").replace(program, os.path.realpath(sys.executable)))
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_rates_the_unit_as_well_isolated(tmp_path: Path) -> None:
    analyze = require("systemd-analyze")
    command = [analyze, "security", "--offline=yes", "--threshold=25", "--no-pager", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_accepts_its_file() -> None:
    command = _compose()
    secrets = {"UI_LOGIN": "editor:secret", "DATABASE_PASSWORD": "anything"}
    done = subprocess.run(
        [*command, "-f", str(SERVICE / "compose.yaml"), "config"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **secrets},
    )
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert services["broadsheet"]["depends_on"]["database"]["condition"] == "service_healthy"
    environment = services["broadsheet"]["environment"]
    url = "postgresql+asyncpg://prefect:anything@database:5432/prefect"
    assert environment["PREFECT_API_DATABASE_CONNECTION_URL"] == url
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == "editor:secret"


def test_compose_asks_for_the_secrets_by_name() -> None:
    done = subprocess.run(
        [*_compose(), "-f", str(SERVICE / "compose.yaml"), "config"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "password" in done.stderr


def _compose() -> list[str]:
    """Return the command `docker compose`, or the older program for the same files."""
    docker = shutil.which("docker")
    if docker is not None:
        found = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
        if found.returncode == 0:
            return [docker, "compose"]
    return [require("docker-compose")]


def test_everything_that_the_image_copies_is_in_the_repository() -> None:
    text = (SERVICE / "Dockerfile").read_text("utf-8")
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY")]
    names = [name for line in copied for name in line]
    assert {"requirements", "flows", "tasks", "warehouse", "config"} <= set(names)
    assert all((ROOT / name).exists() for name in names)
    locks = re.findall(r"-r (\S+\.lock)", text)
    assert locks == ["requirements/tools.lock", "requirements/base.lock"]
    assert text.count("--require-hashes") == len(locks)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_an_automation_with_placeholders_for_the_block_alone(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "BLOCK_ID" in text
    block = "6f3a9d5e-1111-4222-8333-444455556666"
    for automation in automations_of(text.replace("BLOCK_ID", block)):
        made = AutomationCore.model_validate(automation)
        assert made.name.startswith("Broadsheet: ")
        assert [action.type for action in made.actions] == ["send-notification"]


def automations_of(text: str) -> list[dict[str, Any]]:
    """Return the automations that `prefect automation create --from-file` reads from a text."""
    read = yaml.safe_load(text)
    return list(read.get("automations", [read]))


@pytest.mark.parametrize(
    "line", re.findall(r"^    .*?(?<![-\w/])broadsheet ([a-z].*)$", PAGE.read_text("utf-8"), re.M)
)
def test_every_command_of_the_page_exists(line: str) -> None:
    words = shlex.split(line.partition("&&")[0].rstrip(" )").replace("DAYS", "1"), comments=True)
    if words[0] == "broadsheet":  # docker compose exec SERVICE COMMAND
        words = words[1:]
    name, *arguments = words
    commands = typer.main.get_group(app).commands
    commands[name].make_context(name, arguments)


def test_the_links_of_the_page_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text("utf-8")):
        assert (PAGE.parent / target).exists(), target


def test_prefect_yaml_has_the_deployments_that_the_code_has() -> None:
    listed = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert [one["name"] for one in listed] == [flow.name for flow in FLOWS]
    for one, flow in zip(listed, FLOWS, strict=True):
        assert load_flow_from_entrypoint(one["entrypoint"]).name == flow.name
        assert one["tags"] == [TAG]
    (schedule,) = listed[0]["schedules"]
    wanted = load_settings().prefect
    assert (schedule["cron"], schedule["slug"]) == (wanted.schedule, wanted.slug)
