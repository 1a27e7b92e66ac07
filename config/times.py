"""Types of settings about times: time zones and schedules."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator


def _known_zone(name: str) -> str:
    if name:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is no IANA time zone such as Europe/Paris") from error
    return name


def _known_schedule(expression: str) -> str:
    if expression:
        try:
            CronSim(expression, datetime.now())
        except CronSimError as error:
            raise ValueError(f"{expression!r} is no cron schedule such as '30 2 * * *'") from error
    return expression


ZoneName = Annotated[str, AfterValidator(_known_zone)]
Cron = Annotated[str, AfterValidator(_known_schedule)]
