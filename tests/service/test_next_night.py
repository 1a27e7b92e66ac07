"""A killed night that has not resumed when the next one is due."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.harness import ENDED, Service, until
from tests.service.slow_site import SlowDesk, name
from tests.service.test_faults import kill
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PATIENCE = 400  # seconds for a night, on a machine that does much else


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowDesk]:
    with ManySites(3, 16) as site:
        yield SlowDesk(tmp_path_factory.mktemp("next"), site)


@pytest.fixture(scope="module")
def service(desk: SlowDesk) -> Iterator[Service]:
    with Service(desk.warehouse, desk.config) as running:
        yield running


def start_night(desk: SlowDesk, service: Service, night: int, **parameters: Any) -> str:
    """Start a night of all sources, or of those that are named."""
    return service.start_run(
        "nightly", night=f"2025-05-{night:02}", config=str(desk.config), **parameters
    )


def wait_for_fetching(desk: SlowDesk, service: Service, flow_run: str) -> None:
    asked = len(desk.site.requests)
    service.wait_for(flow_run, "RUNNING", seconds=PATIENCE)
    assert until(lambda: len(desk.site.requests) > asked + 8, PATIENCE)


def states(service: Service, flow_run: str) -> list[str]:
    """Return the types of all states that a run has been in."""
    return [found["type"] for found in service.get(f"flow_run_states/?flow_run_id={flow_run}")]


@pytest.fixture
def _no_resumes(desk: SlowDesk) -> Iterator[None]:
    """Set `prefect.resumes` to 0, so that a night that dies is left Crashed."""
    desk.settings["prefect"]["resumes"] = 0
    assert desk.config
    yield
    del desk.settings["prefect"]["resumes"]
    assert desk.config


@pytest.mark.usefixtures("_no_resumes")
def test_a_killed_night_is_completed_by_the_next_one_and_says_so(
    desk: SlowDesk, service: Service
) -> None:
    killed = start_night(desk, service, 1)
    wait_for_fetching(desk, service, killed)
    kill(service.flow_process(killed))
    left = until(lambda: died(service, killed), PATIENCE)
    assert left["type"] == "CRASHED", left
    following = start_night(desk, service, 2)
    done = service.wait_for(following, *ENDED, seconds=PATIENCE)
    assert done["state"]["type"] == "COMPLETED", done["state"]
    state = service.read_run(killed)["state"]
    assert state["type"] == "COMPLETED", state
    assert state["message"].startswith("Completed by nightly 2025-05-02, which took in what")
    assert_loaded_once(desk)


def died(service: Service, flow_run: str) -> dict[str, str] | None:
    state: dict[str, str] = service.read_run(flow_run)["state"]
    return state if (state["message"] or "").startswith("Died") else None


def assert_loaded_once(desk: SlowDesk) -> None:
    assert desk.texts() == desk.site.expected()
    assert desk.ask("select url from article_versions group by url having count(*) > 1") == []


def kill_process(service: Service, flow_run: str) -> None:
    kill(service.flow_process(flow_run))


def kill_everything(service: Service, flow_run: str) -> None:
    service.kill_all()
    service.start()


@pytest.mark.parametrize(
    ("night", "strike", "sources"),
    [(3, kill_process, (name(0), name(1))), (5, kill_everything, (None, None))],
)
def test_a_killed_night_and_the_next_one_are_both_completed_whichever_comes_first(
    desk: SlowDesk,
    service: Service,
    night: int,
    strike: Callable[[Service, str], None],
    sources: tuple[str | None, ...],
) -> None:
    desk.site.next_night(new=12, revised=0)
    first, second = ({"sources": [one]} if one else {} for one in sources)
    killed = start_night(desk, service, night, **first)
    wait_for_fetching(desk, service, killed)
    strike(service, killed)
    following = start_night(desk, service, night + 1, **second)
    done = service.wait_for(following, *ENDED, seconds=PATIENCE)
    assert done["state"]["type"] == "COMPLETED", done["state"]
    ended = service.wait_for(killed, *ENDED, seconds=PATIENCE)
    assert ended["state"]["type"] == "COMPLETED", ended["state"]
    was_resumed = ended["run_count"] == 2
    assert was_resumed != ended["state"]["message"].startswith("Completed by")
    assert was_resumed or not first
    for flow_run in (killed, following):
        assert "CANCELLED" not in states(service, flow_run)
    assert until(lambda: service.slots_in_use("nightly") == 0, 30) is True


def test_only_the_newest_of_the_nights_that_had_to_wait_runs(
    desk: SlowDesk, service: Service
) -> None:
    desk.site.next_night(new=12, revised=0)
    first = start_night(desk, service, 7)
    wait_for_fetching(desk, service, first)
    older, newer = (planned(service, minutes) for minutes in (2, 1))
    service.wait_for(older, "AwaitingConcurrencySlot", seconds=PATIENCE)
    service.wait_for(newer, "AwaitingConcurrencySlot", seconds=PATIENCE)
    assert service.wait_for(first, *ENDED, seconds=PATIENCE)["state"]["type"] == "COMPLETED"
    assert service.wait_for(newer, *ENDED, seconds=PATIENCE)["state"]["type"] == "COMPLETED"
    state = service.wait_for(older, *ENDED, seconds=PATIENCE)["state"]
    assert state["type"] == "CANCELLED"
    assert state["message"].startswith("Had to wait; the night of ")


def planned(service: Service, minutes: int) -> str:
    """Make a run as the schedule does, due a number of minutes ago, and return its id."""
    deployment = service.deployment("nightly")
    later = datetime.now(UTC) + timedelta(minutes=10)
    body = {
        "parameters": {"config": str(service.config)},
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": later.isoformat()}},
    }
    made = service.post(f"deployments/{deployment['id']}/create_flow_run", body)
    due = (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")
    database = service.warehouse / "service" / "prefect.db"
    with sqlite3.connect(database, timeout=60) as connection:
        connection.execute(
            "update flow_run set auto_scheduled = 1, expected_start_time = ?, "
            "next_scheduled_start_time = ? where replace(id, '-', '') = replace(?, '-', '')",
            [due, due, made["id"]],
        )
    connection.close()
    return str(made["id"])
