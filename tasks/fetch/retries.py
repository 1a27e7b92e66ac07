"""The rules for repeating an attempt in the same night, and for the pause before it."""

from config.settings import FetchSettings
from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason

# Repeating is useless: the host was given up, or wants a longer delay than the night allows.
NOT_TONIGHT = frozenset({FetchReason.HOST_GIVEN_UP, FetchReason.LONG_DELAY, FetchReason.NIGHT_OVER})
# After this number of server errors (5xx, 429) a robots.txt is not requested again tonight.
ROBOTS_TRIES = 2


def is_worth_repeating(error: FetchError, attempts: int, settings: FetchSettings) -> bool:
    """Return whether to try once more after this number of attempts."""
    if not error.passing or error.reason in NOT_TONIGHT:
        return False
    return attempts < most_tries(error.reason, error.status, settings.tries)


def most_tries(reason: str | None, status: int | None, tries: int) -> int:
    """Return how many attempts a night may make at an address that fails in this way."""
    if reason == FetchReason.ROBOTS_UNREACHABLE and status is not None:
        return min(tries, ROBOTS_TRIES)
    return tries


def pause(attempts: int, settings: FetchSettings) -> float:
    """Return the seconds before the next attempt.

    A host's Retry-After is not counted in: it is waited for in the host's queue.
    """
    return float(settings.retry_seconds * 2 ** (attempts - 1))
