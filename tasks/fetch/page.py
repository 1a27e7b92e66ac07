"""One attempt at one page: the request, the storing of its bytes, and the row for the log."""

import logging
from dataclasses import dataclass, field, replace

from config.settings import FetchSettings
from config.sources import Source
from tasks.fetch.attempts import (
    Attempt,
    LoggedRequest,
    StoredBytes,
    attempt_of_answer,
    attempt_of_error,
)
from tasks.fetch.fetcher import Fetcher
from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.fetch.secrets import secrets_of
from tasks.fetch.target import Target, conditions
from tasks.fetch.tdm import header_rights, is_mining_reserved, meta_rights
from tasks.raw.warc_files import StoredRecord, WarcFiles
from tasks.raw.warc_records import Original
from tasks.reasons import FetchReason
from tasks.runs.taken_down import TakenPages
from tasks.web.exchange import Answer, Evidence, Headers
from tasks.web.fingerprint import payload_digest
from tasks.web.urls import url_key

log = logging.getLogger("broadsheet.fetch")


@dataclass(frozen=True, slots=True)
class PageFetcher:
    """Makes attempts at the pages of one source.

    Attributes:
        folder: of the WARC files, within the warehouse's folder.
        taken: the articles that were taken down, whose pages are not stored.
    """

    source: Source
    settings: FetchSettings
    fetcher: Fetcher
    files: WarcFiles
    folder: str
    taken: TakenPages = field(default_factory=TakenPages)

    async def attempt(self, target: Target, number: int) -> Attempt:
        """Request a page and store the answer; return the attempt, however it ended.

        Raises:
            FetchError: LONG_DELAY, with the time after which to try again; nothing was requested.
        """
        request = logged_request(target)
        try:
            answer, rights = await self._request(target)
        except FetchError as error:
            if error.reason is FetchReason.LONG_DELAY:
                raise
            return attempt_of_error(request, number, error)
        except Exception as error:
            # A defect at one page must not end the night of its source: it becomes a row of
            # `fetches`, and the log has the traceback.
            log.exception("defect url=%s", target.url)
            detail = f"{type(error).__name__}: {error}"[:200]
            defect = FetchError(FetchReason.INTERNAL_ERROR, detail)
            return attempt_of_error(request, number, defect)
        stored, is_unchanged = self._store(target, answer, rights)
        attempt = attempt_of_answer(request, number, answer, stored, rights)
        return replace(attempt, outcome="unchanged") if is_unchanged else attempt

    async def _request(self, target: Target) -> tuple[Answer, tuple[str, ...]]:
        """Return the answer, and the rights that its site and headers declare."""
        # What the site reserves is known before the page is requested, what the page reserves only
        # afterwards; in both cases nothing is stored.
        declared = await self.fetcher.tdm_rights(target.url, self.source.delay)
        self._refuse_if_reserved(declared)
        answer = await self.fetcher.fetch(self._order(target))
        if any((url_key(url) or "") in self.taken for url in (answer.url, *answer.hops)):
            raise FetchError(FetchReason.TAKEN_DOWN)
        rights = tuple(dict.fromkeys((*declared, *header_rights(answer.headers))))
        if self.settings.obey_tdm:
            self._refuse_if_reserved((*rights, *meta_rights(answer.content)))
        return answer, rights

    def _refuse_if_reserved(self, rights: tuple[str, ...]) -> None:
        """Raise an error if mining is reserved and the settings obey reservations.

        Raises:
            FetchError: TDM_RESERVED.
        """
        if self.settings.obey_tdm and is_mining_reserved(rights):
            raise FetchError(FetchReason.TDM_RESERVED, ", ".join(rights)[:300])

    def _order(self, target: Target) -> FetchOrder:
        return FetchOrder(
            target.url,
            headers=_conditions(target),
            secrets=secrets_of(self.source),
            most_bytes=self.settings.page_bytes,
            delay=self.source.delay,
        )

    def _store(
        self, target: Target, answer: Answer, rights: tuple[str, ...]
    ) -> tuple[StoredBytes, bool]:
        """Store the answer; return its place, and whether it equals the stored original."""
        evidence = _evidence(self.source, target, answer, rights)
        if target.record_id and target.original_at and _is_same(answer, target):
            original = Original(
                target.record_id, target.original_url or target.url, target.original_at
            )
            return self._stored_bytes(self.files.write_revisit(answer, evidence, original)), True
        return self._stored_bytes(self.files.write_page(answer, evidence)), False

    def _stored_bytes(self, record: StoredRecord) -> StoredBytes:
        return StoredBytes(
            record_id=record.record_id,
            payload_digest=record.payload_digest,
            warc_file=f"{self.folder}/{record.file}",
            warc_offset=record.offset,
            end=record.end,
        )


def _conditions(target: Target) -> Headers:
    """Return the validators that the address itself has sent.

    A redirect to a consent wall for one night leaves the wall's validators. Asked about the wall's
    date, the page says "not modified" for ever, and its revisions are never seen.
    """
    if target.original_url and url_key(target.original_url) != target.url_key:
        return ()
    return conditions(target.etag, target.last_modified)


def logged_request(target: Target) -> LoggedRequest:
    """Return a target as the log of attempts shows it."""
    return LoggedRequest(
        source=target.source,
        kind="article",
        url=target.url,
        url_key=target.url_key,
        how=target.how,
        place=target.place,
        why=target.why,
    )


def _is_same(answer: Answer, target: Target) -> bool:
    """Return whether an answer has the bytes of the stored original."""
    return answer.status == 304 or payload_digest(answer.body) == target.payload_digest


def _evidence(source: Source, target: Target, answer: Answer, rights: tuple[str, ...]) -> Evidence:
    return Evidence(
        source=source.name,
        timezone=source.timezone,
        language=source.language,
        how=target.how or "",
        place=target.place,
        found_at=target.found_at,
        title=target.title,
        published=target.published,
        modified=target.modified,
        authors=target.authors,
        rights=rights,
        hops=answer.hops,
    )
