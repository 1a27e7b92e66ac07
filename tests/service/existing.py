"""A Prefect server that Broadsheet did not start, with a login and the workers of a pool."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.flows.test_prefect import free_port
from tests.pipeline.command import COMMAND
from tests.service.harness import clean_environment, until

ROOT = Path(__file__).parent.parent.parent
LOGIN = "editor:secret"


@dataclass(frozen=True, slots=True)
class Existing:
    """The server, used with the right login."""

    home: Path
    api: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment for Prefect's own commands."""
        return clean_environment(
            PREFECT_API_URL=self.api,
            PREFECT_API_AUTH_STRING=LOGIN,
            PREFECT_HOME=str(self.home / "client"),
            PREFECT_WORKER_QUERY_SECONDS="1",
            COLUMNS="200",
        )

    def prefect(self, *arguments: str | Path, **environment: str) -> str:
        """Run one of Prefect's commands in the root of the repository and return its output."""
        return _run(
            (sys.executable, "-m", "prefect", "--no-prompt", *map(str, arguments)),
            self.environment | environment,
            0,
        )

    def broadsheet(self, *arguments: str | Path, status: int = 0, **environment: str) -> str:
        return _run((*COMMAND, *map(str, arguments)), self.environment | environment, status)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer of the API; repeat the request while the database is busy."""
        options: dict[str, Any] = {"json": body, "auth": tuple(LOGIN.split(":")), "timeout": 60}

        def came() -> httpx.Response | None:
            found = httpx.request(method, f"{self.api}/{path}", **options)
            return found if found.status_code != 503 else None

        answer = until(came, 60)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    def deployment(self, name: str) -> Any:
        return self.ask("GET", f"deployments/name/{name}/{name}")

    def start_run(self, name: str, **parameters: Any) -> str:
        """Start a run of a deployment and return the run's id."""
        found = self.deployment(name)
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        made = self.ask("POST", f"deployments/{found['id']}/create_flow_run", body)
        return str(made["id"])

    def end_of(self, flow_run: str, seconds: float = 400) -> dict[str, Any]:
        """Wait until a run has ended and return its state."""
        ended = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

        def state() -> Any:
            now = self.ask("GET", f"flow_runs/{flow_run}")["state"]
            return now if now["type"] in ended else None

        found = until(state, seconds)
        assert found, self.ask("GET", f"flow_runs/{flow_run}")["state"]
        return dict(found)

    @contextmanager
    def worker(self, pool: str, **environment: str) -> Iterator[None]:
        """Run a worker of a process pool in a folder that does not contain Broadsheet's code."""
        (self.home / "worker").mkdir(exist_ok=True)
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool]
        with (self.home / "worker.log").open("w") as log:
            process = subprocess.Popen(
                command,
                cwd=self.home / "worker",
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield
        finally:
            # Prefect turns SIGTERM into SIGINT, which a background job of a shell ignores.
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def existing_server(home: Path) -> Iterator[Existing]:
    """Start the server and wait until it answers."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    server = Existing(home, f"http://127.0.0.1:{port}/api")
    environment = clean_environment(
        PREFECT_HOME=str(home),
        PREFECT_SERVER_API_AUTH_STRING=LOGIN,
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
    )
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 300
        while not _answers(server.api):
            assert process.poll() is None, (home / "server.log").read_text()
            assert time.monotonic() < deadline, "the Prefect server did not start"
            time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)


def basic(login: str = LOGIN) -> dict[str, str]:
    """Return the header of HTTP's Basic authentication."""
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


def _answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=3).status_code == 200
    except httpx.TransportError:
        return False


def _run(command: tuple[str, ...], environment: dict[str, str], status: int) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr
