"""The progress of a flow run: a bar in the UI, and lines in the run's log."""

import logging
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self
from uuid import UUID

from httpx import HTTPError
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from tasks.runs.progress import ProgressListener

log = logging.getLogger("broadsheet.flow")

# The percentages at which the bar stands when a stage begins and when it ends.
SPANS = {"discover": (0.0, 10.0), "fetch": (10.0, 60.0), "process": (60.0, 95.0)}
SECONDS_BETWEEN_UPDATES = 2.0


class RunProgress(ProgressListener):
    """A listener that logs notices and counts, and keeps a progress artifact up to date.

    Use it as a context manager within a flow run. If the server does not answer, the bar stands
    still and the run goes on. A thread updates the artifact at intervals, because a request for
    each report would slow the stages down.

    Args:
        key: the artifact's key, such as "night-progress".
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._percent = 0.0
        self._description = ""
        self._done: dict[str, float] = {}
        self._total: dict[str, float] = {}
        self._lock = Lock()
        self._ended = Event()
        self._artifact: UUID | None = None
        self._thread = Thread(target=self._keep_updating, name="progress", daemon=True)

    def __enter__(self) -> Self:
        with suppress(HTTPError):
            artifact = create_progress_artifact(0.0, key=self._key, description="Starting")
            assert isinstance(artifact, UUID)
            self._artifact = artifact
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._artifact is None:
            return
        self._thread.join()
        if kind is None:
            self._percent, self._description = 100.0, "Done"
            self._update_artifact()

    def notice(self, sentence: str) -> None:
        log.warning(sentence)
        self._description = sentence

    def discovering(self, sources: int) -> None:
        log.info("discovering sources=%d", sources)
        self._begin("discover", sources)

    def discovered(self, source: str, found: int) -> None:
        log.info("discovered source=%s found=%d", source, found)
        self._advance("discover", 1)

    def fetching(self, pages: int) -> None:
        log.info("fetching pages=%d", pages)
        self._begin("fetch", pages)

    def fetched(self, outcome: str, size: int) -> None:
        self._advance("fetch", 1)

    def planned(self, batches: int, size: int) -> None:
        log.info("planned batches=%d bytes=%d", batches, size)
        self._begin("process", size)

    def batch(self, size: int) -> None:
        self._advance("process", size)

    def _begin(self, stage: str, total: float) -> None:
        with self._lock:
            self._done[stage], self._total[stage] = 0, total
        self._advance(stage, 0)

    def _advance(self, stage: str, amount: float) -> None:
        first, last = SPANS[stage]
        with self._lock:
            self._done[stage] += amount
            part = self._done[stage] / self._total[stage] if self._total[stage] else 1.0
            self._percent = first + (last - first) * min(part, 1.0)
            self._description = f"{stage}: {part:.0%}"

    def _keep_updating(self) -> None:
        shown: tuple[float, str] = (0.0, "")
        while not self._ended.wait(SECONDS_BETWEEN_UPDATES):
            if (now := (self._percent, self._description)) != shown:
                self._update_artifact()
                shown = now

    def _update_artifact(self) -> None:
        assert self._artifact is not None
        with suppress(HTTPError):
            update_progress_artifact(self._artifact, self._percent, self._description)
