"""Dates that may be asked for: nights, and first and last days."""

from datetime import date, datetime, timedelta

from config.errors import UsageError

# The Web had no newspapers before, and a night of the year 25 is a slip of the pen.
FIRST_NIGHT = date(1995, 1, 1)


def last_night() -> date:
    """Returns tomorrow's local date: the last night that may be asked for, or is believed.

    A night is named after the local date of its start; tomorrow's may have begun elsewhere.
    """
    now = datetime.now().astimezone()
    return date(now.year, now.month, now.day) + timedelta(days=1)


def require_night(night: date) -> None:
    """Refuses a night that cannot be: it would stand above all that follow.

    Raises:
        UsageError: it is later than tomorrow, or before 1995.
    """
    if not FIRST_NIGHT <= night <= last_night():
        raise UsageError(
            f"The night {night} cannot be: a night is the local date of its start, from "
            f"{FIRST_NIGHT} to {last_night()}, which is tomorrow; leave it out for today."
        )


def require_days(first: date | None, last: date | None) -> None:
    """Refuses days that hold nothing, whatever there is.

    Raises:
        UsageError: the first is later than the last, or than tomorrow.
    """
    if first and last and first > last:
        raise UsageError(f"The first day, {first}, is later than the last, {last}: swap them.")
    if first and first > last_night():
        raise UsageError(f"The first day, {first}, is later than tomorrow: name one that has been.")
