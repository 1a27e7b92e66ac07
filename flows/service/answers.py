"""What a Prefect server that refuses or does not answer is said to do, in a sentence."""

import httpx

from config.errors import ServiceError

HINTS = {
    401: "set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)",
    403: "set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)",
    422: "its Prefect may be of another version",
    502: "it was asked again for some minutes: look at its log",
    503: "it is too busy and was asked again for some minutes: look at its log",
}


def as_sentence(error: Exception, api: str) -> ServiceError:
    """Returns the error to raise for one of Prefect's client, which has asked again already."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        hint = f": {HINTS[status]}" if status in HINTS else ""
        return ServiceError(f"The server at {api} refuses with status {status}{hint}.")
    return ServiceError(
        f"The Prefect server at {api} does not answer: {str(error) or repr(error)}."
    )
