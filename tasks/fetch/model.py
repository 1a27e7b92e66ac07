"""Kinds of requests, outcomes of attempts, and the error that ends an attempt."""

from datetime import datetime
from typing import Literal

from tasks.reasons import FetchReason

RequestKind = Literal[
    "article", "feed", "sitemap", "section", "homepage", "robots", "tdmrep", "ccnews"
]
FetchOutcome = Literal["fetched", "unchanged", "failed", "refused", "postponed"]


class FetchError(Exception):
    """An attempt that gave no answer, with the reason.

    Attributes:
        reason: decides whether the attempt may be repeated (`FetchReason.passing`).
        detail: one line for a person.
        status: of the answer, if there was one.
        url: the address at which it ended.
        retry_after: seconds that the server asked to wait.
    """

    def __init__(
        self,
        reason: FetchReason,
        detail: str | None = None,
        *,
        status: int | None = None,
        url: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.status = status
        self.url = url
        self.retry_after = retry_after
        self.started_at: datetime | None = None
        self.seconds: float | None = None
        self.waited_seconds = 0.0
        self.hops: tuple[str, ...] = ()

    def copy(self) -> "FetchError":
        """Return an equal error; each caller that a stored error is raised for needs its own."""
        return FetchError(
            self.reason,
            self.detail,
            status=self.status,
            url=self.url,
            retry_after=self.retry_after,
        )

    @property
    def passing(self) -> bool:
        """Return whether another attempt may succeed."""
        return self.reason.passing
