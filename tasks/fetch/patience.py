"""When an attempt is worth repeating in the same night, and after what pause."""

from config.settings import FetchSettings
from tasks.fetch.model import FetchError, Reason

# Repeating does not help: the host was given up, or wants more patience than a night has.
NOT_TONIGHT = frozenset({Reason.HOST_GIVEN_UP, Reason.NIGHT_OVER})


def is_worth_repeating(error: FetchError, attempts: int, settings: FetchSettings) -> bool:
    """Whether to try once more after so many attempts."""
    return error.passing and error.reason not in NOT_TONIGHT and attempts < settings.tries


def pause(attempts: int, settings: FetchSettings) -> float:
    """Seconds before the next attempt; a host's Retry-After is waited for in its queue."""
    return float(settings.retry_seconds * 2 ** (attempts - 1))
