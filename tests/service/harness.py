"""`broadsheet up` as operators run it: as a process, observed through the API of its server."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx

from tests.flows.test_prefect import free_port
from tests.pipeline.command import COMMAND, run

ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
# The runner asks for work every second, which is quick enough for tests.
QUICK = {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "DO_NOT_TRACK": "1"}


def clean_environment(**changes: str) -> dict[str, str]:
    """Return the environment of an operator who has not used Prefect before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**kept, **QUICK, **changes}


@cache
def shared_tmp() -> str:
    """Return a folder for temporary files in which another user owns Prefect's folder."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-tmp-"))
    (folder / "runner_storage").touch()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return str(folder)


class Service:
    """A `broadsheet up`, and requests to its server.

    Use it as a context manager: at the end none of its processes is left.
    """

    def __init__(
        self, warehouse: Path, config: Path | None = None, port: int | None = None, **env: str
    ) -> None:
        self.warehouse = warehouse
        self.config = config
        self.port = port or free_port()
        self.environment = clean_environment(**{"TMPDIR": shared_tmp(), **env})
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_all()

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def arguments(self) -> list[str]:
        config = ["--config", str(self.config)] if self.config else []
        return ["up", "--port", str(self.port), "-w", str(self.warehouse), *config]

    def start(self) -> None:
        """Start it and wait until it says that it is up."""
        self.process = subprocess.Popen(
            [*COMMAND, *self.arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env=self.environment,
        )
        assert self.process.stdout is not None
        output = []
        for line in self.process.stdout:
            output.append(line)
            if "Broadsheet is up" in line:
                return
        raise AssertionError(f"exit {self.process.wait()}: {''.join(output)}")

    def stop(self) -> int:
        """Send SIGTERM to the main process, as systemd does, and return the exit status."""
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=100)
        return self.process.returncode

    def process_ids(self) -> dict[str, int]:
        """Return the process ids of `up` itself, the server and the runner."""
        up = json.loads((self.warehouse / "service" / "up.json").read_bytes())
        return {name: up[name] for name in ("process", "server", "runner") if up[name]}

    def flow_process(self, flow_run: str) -> int:
        """Return the id of the process that works on a flow run."""
        mark = self.warehouse / "service" / "attempts" / flow_run
        until(lambda: mark.is_file() and mark.read_text(), 60)
        return int(mark.read_text())

    def kill_all(self) -> None:
        """Kill all its processes and their descendants with SIGKILL."""
        pids = set(self.processes())
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.communicate()

    def processes(self) -> Iterator[int]:
        """Yield the live processes whose environment or command names this warehouse or port."""
        if self.process is not None and self.process.poll() is None:
            yield self.process.pid
        words = (
            str(self.warehouse).encode(),
            f"\0--port\0{self.port}\0".encode(),
            self.api.encode(),
        )
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                output = (
                    (folder / "cmdline").read_bytes() + b"\0" + (folder / "environ").read_bytes()
                )
                if int(folder.name) != os.getpid() and any(word in output for word in words):
                    yield int(folder.name)

    def command(self, *arguments: str | Path, status: int = 0) -> str:
        """Run another command on the same warehouse and return its output."""
        done = run(*arguments, "-w", self.warehouse, status=status, **self.environment)
        return done.stdout + done.stderr

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Return the API's answer; repeat the request if the server is busy, as Prefect does."""

        def answered() -> httpx.Response | None:
            answer = httpx.request(method, f"{self.api}/{path}", json=body, timeout=60)
            return answer if answer.status_code != 503 else None

        answer = until(answered, 60)
        assert answer is not None, f"{path}: the server stays busy"
        return answer

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.ask("POST", path, body or {})
        assert answer.status_code < 400, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code < 400, answer.text
        return answer.json()

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"deployments/name/{name}/{name}")
        return found

    def start_run(self, name: str, **parameters: Any) -> str:
        """Start a run of a deployment, as the UI's form does, and return the run's id."""
        asked = self.request_run(name, **parameters)
        assert asked.status_code == 201, asked.text
        return str(asked.json()["id"])

    def request_run(self, name: str, **parameters: Any) -> httpx.Response:
        deployment = self.deployment(name)
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        return self.ask("POST", f"deployments/{deployment['id']}/create_flow_run", body)

    def read_run(self, flow_run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"flow_runs/{flow_run}")
        return found

    def wait_for(
        self, flow_run: str, *states: str, seconds: float = 100, attempt: int = 0
    ) -> dict[str, Any]:
        """Wait until a run's state has one of these types or names, and return the run.

        Args:
            attempt: the earliest attempt that counts.
        """

        def reached() -> dict[str, Any] | None:
            with suppress(httpx.TransportError):
                found = self.read_run(flow_run)
                now = {found["state"]["type"], found["state"]["name"]}
                return found if now & set(states) and found["run_count"] >= attempt else None
            return None

        found = until(reached, seconds)
        assert found, f"{self.read_run(flow_run)['state']} is none of {states}"
        return found

    def set_state(self, flow_run: str, **state: str) -> None:
        """Set a run's state, as the buttons *Cancel* and *Retry* of its page do."""
        self.post(f"flow_runs/{flow_run}/set_state", {"state": state, "force": False})

    def cancel(self, flow_run: str) -> None:
        self.set_state(flow_run, type="CANCELLING", name="Cancelling")

    def retry(self, flow_run: str) -> None:
        self.set_state(flow_run, type="SCHEDULED", name="AwaitingRetry")

    def artifacts(self, flow_run: str) -> dict[str, dict[str, Any]]:
        mine = {"flow_runs": {"id": {"any_": [flow_run]}}}
        return {found["key"]: found for found in self.post("artifacts/filter", mine)}

    def slots_in_use(self, name: str) -> int:
        """Return how many slots of a deployment's concurrency limit are in use."""
        limit = self.deployment(name)["global_concurrency_limit"]
        return int(self.get(f"v2/concurrency_limits/{limit['id']}")["active_slots"])


def until(condition: Callable[[], Any], seconds: float) -> Any:
    """Wait until a condition returns a true value; return its last value."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


@contextmanager
def service(warehouse: Path, config: Path | None = None, **env: str) -> Iterator[Service]:
    with Service(warehouse, config, **env) as running:
        yield running
