"""Sentences for a Prefect server that refuses a request or does not answer."""

import httpx

from config.errors import ServiceError

_HINTS = {
    401: "set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)",
    403: "set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)",
    422: "its Prefect may be of another version",
    502: "the request was repeated for some minutes: look at its log",
    503: "it is too busy, and the request was repeated for some minutes: look at its log",
}


def service_error(error: Exception, api: str) -> ServiceError:
    """Return the error to raise for an error of Prefect's client, which has retried already."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        hint = f": {_HINTS[status]}" if status in _HINTS else ""
        return ServiceError(f"The server at {api} refuses with status {status}{hint}.")
    return ServiceError(
        f"The Prefect server at {api} does not answer: {str(error) or repr(error)}."
    )
