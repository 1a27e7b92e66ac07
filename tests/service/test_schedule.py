"""The schedule: clocks that go back and forward, and nights that were due while all was down."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule

from config.errors import UsageError
from config.settings import load_settings
from tests.service.harness import ENDED, Service, until
from tests.service.slow_site import SlowDesk
from tests.sites.many import ManySites

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "start",
    [datetime(2026, 10, 23, 12, tzinfo=PARIS), datetime(2026, 3, 27, 12, tzinfo=PARIS)],
    ids=["clocks go back", "clocks go forward"],
)
def test_every_local_date_has_one_night(start: datetime) -> None:
    schedule = CronSchedule(cron="30 2 * * *", timezone=PARIS.key)
    due = asyncio.run(schedule.get_dates(4, start=start))
    nights = [one.astimezone(PARIS).date() for one in due]
    assert nights == [start.date() + timedelta(days=number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SCHEDULE", "at noon", "'at noon' is no cron schedule such as"),
        ("TIMEZONE", "Paris", "'Paris' is no IANA time zone"),
        ("SLUG", "My Night", "'prefect.slug' is refused"),
        ("IF_LOCKED", "maybe", "'prefect.if_locked' is refused"),
        ("PROT", "4200", "Unknown setting 'prefect.prot'"),
    ],
)
def test_a_wrong_setting_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"BROADSHEET_PREFECT__{name}", value)
    with pytest.raises(UsageError, match=re.escape(sentence)):
        load_settings()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SlowDesk]:
    with ManySites(1, 6) as site:
        desk = SlowDesk(tmp_path, site, delay=0.0)
        desk.settings["prefect"]["schedule"] = "* * * * *"
        yield desk


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_only_the_newest_of_the_nights_that_were_missed_runs(desk: SlowDesk) -> None:
    with Service(desk.warehouse, desk.config) as service:
        planned = until(lambda: nights(service, "SCHEDULED")[:8], 120)
        assert planned
        service.stop()
        second = datetime.fromisoformat(planned[3]["expected_start_time"])
        assert until(lambda: datetime.now(UTC) > second, 300)
        down_from = datetime.now(UTC) - timedelta(minutes=2)
        service.start()
        missed = [one for one in nights(service) if expected(one) < second + timedelta(seconds=1)]
        for one in missed:
            service.wait_for(one["id"], *ENDED)
        assert down_from < expected(missed[-1])
        states = [service.read_run(one["id"])["state"] for one in missed[-3:]]
        assert [state["type"] for state in states[:-1]] == ["CANCELLED", "CANCELLED"]
        assert "was due while broadsheet was down" in states[0]["message"].lower()
        following = until(lambda: [n for n in nights(service, "COMPLETED") if n not in missed], 180)
        assert following, "no scheduled night ran after that"


def nights(service: Service, *states: str) -> list[dict[str, str]]:
    """Return the nights that the server knows, in the order in which they are due."""
    kept = {"state": {"type": {"any_": list(states)}}} if states else {}
    body = {"sort": "EXPECTED_START_TIME_ASC", "flow_runs": kept, "limit": 200}
    found: list[dict[str, str]] = service.post("flow_runs/filter", body)
    return found


def expected(night: dict[str, str]) -> datetime:
    return datetime.fromisoformat(night["expected_start_time"])
