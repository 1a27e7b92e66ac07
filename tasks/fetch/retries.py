"""When an attempt is worth repeating in the same night, and after what pause."""

from config.settings import FetchSettings
from tasks.fetch.model import FetchError, Reason

# Repeating does not help: the host was given up, or wants more patience than a night has.
NOT_TONIGHT = frozenset({Reason.HOST_GIVEN_UP, Reason.LONG_DELAY, Reason.NIGHT_OVER})
# After so many errors of the server (5xx, 429) a site's robots.txt is not asked for again tonight.
ROBOTS_TRIES = 2


def is_worth_repeating(error: FetchError, attempts: int, settings: FetchSettings) -> bool:
    """Whether to try once more after so many attempts."""
    if not error.passing or error.reason in NOT_TONIGHT:
        return False
    return attempts < most_tries(error.reason, error.status, settings.tries)


def most_tries(reason: str | None, status: int | None, tries: int) -> int:
    """Return how many attempts a night may make at an address that fails in this way."""
    if reason == Reason.ROBOTS_UNREACHABLE and status is not None:
        return min(tries, ROBOTS_TRIES)
    return tries


def pause(attempts: int, settings: FetchSettings) -> float:
    """Seconds before the next attempt; a host's Retry-After is waited for in its queue."""
    return float(settings.retry_seconds * 2 ** (attempts - 1))
