"""Checks of the dates that a person may ask for: nights, and first and last days."""

from datetime import date, datetime, timedelta

from config.errors import UsageError

# Newspapers came to the Web in the 1990s. An earlier night, such as one of the year 25, is a typing
# error.
FIRST_NIGHT = date(1995, 1, 1)


def last_night() -> date:
    """Return tomorrow's local date, which is the last night that is accepted.

    A night is named after the local date of its start. In another time zone tomorrow may have
    begun already.
    """
    now = datetime.now().astimezone()
    return date(now.year, now.month, now.day) + timedelta(days=1)


def require_night(night: date) -> None:
    """Raise an error for a night that is impossible.

    A night in the future would count as the newest night, ahead of all that follow.

    Raises:
        UsageError: the night is later than tomorrow, or before 1995.
    """
    if not FIRST_NIGHT <= night <= last_night():
        raise UsageError(
            f"The night {night} cannot be: a night is the local date of its start, from "
            f"{FIRST_NIGHT} to {last_night()}, which is tomorrow; leave it out for today's night."
        )


def require_days(first: date | None, last: date | None) -> None:
    """Raise an error for a range of days that can hold nothing.

    Raises:
        UsageError: the first day is later than the last, or later than tomorrow.
    """
    if first and last and first > last:
        raise UsageError(f"The first day, {first}, is later than the last, {last}: swap them.")
    if first and first > last_night():
        raise UsageError(f"The first day, {first}, is later than tomorrow: give an earlier day.")
