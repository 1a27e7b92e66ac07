"""The stop of a systemd unit: SIGTERM to its main process, or to all its processes at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.nights.night import Desk
from tests.service.harness import Service, until
from tests.service.refusing import PATIENT
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STOP_SECONDS = 90  # TimeoutStopSec of the unit


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a newsroom with two slow publishers, so that a night takes some time."""
    with ManySites(publishers=2, articles=40, latency=0.3) as site:
        yield Desk(tmp_path_factory.mktemp("desk"), site)


@pytest.fixture(scope="module")
def service(desk: Desk) -> Iterator[Service]:
    with Service(desk.warehouse, desk.config, **PATIENT) as running:
        yield running


def terminate_main(service: Service) -> None:
    """Send SIGTERM to the main process alone, as with KillMode=mixed."""
    assert service.process is not None
    service.process.terminate()


def terminate_all(service: Service) -> None:
    """Send SIGTERM to all processes at once, as with systemd's default, KillMode=control-group."""
    for pid in set(service.processes()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize(("night", "stop"), [(0, terminate_main), (1, terminate_all)])
def test_a_night_that_is_stopped_with_its_unit_is_resumed(
    desk: Desk, service: Service, night: int, stop: Callable[[Service], None]
) -> None:
    if night:
        desk.site.next_night(new=20)
    asked_before = len(desk.site.requests)
    flow_run = service.start_run("nightly", night=f"2025-03-{11 + night}")
    assert until(lambda: len(desk.site.requests) > asked_before + 12, 300)
    assert service.read_run(flow_run)["state"]["type"] == "RUNNING"

    stop(service)
    assert service.process is not None
    service.process.communicate(timeout=STOP_SECONDS)
    assert service.process.returncode == 0
    assert until(lambda: not list(service.processes()), 20), "something is left running"

    service.start()
    done = service.wait_for(flow_run, "COMPLETED", "FAILED", seconds=400)
    assert done["state"]["type"] == "COMPLETED", done["state"]
    assert done["run_count"] == 2
    assert service.slots_in_use("nightly") == 0
    running = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}
    assert service.post("flow_runs/filter", running) == []
    assert desk.texts() == desk.site.expected()
    twice = "select url from article_versions group by url, text having count(*) > 1"
    assert desk.ask(twice) == []


def test_status_shows_both_nights(service: Service) -> None:
    output = service.command("status")
    for night in ("nightly 2025-03-11", "nightly 2025-03-12"):
        assert f"{night}  Completed: " in output


def test_down_leaves_nothing_running(service: Service, desk: Desk) -> None:
    assert "Stopped." in service.command("down")
    assert service.process is not None
    service.process.communicate(timeout=60)
    assert service.process.returncode == 0
    assert not list(service.processes())
    assert not list((Path(desk.warehouse) / "service").glob("attempts/*"))
