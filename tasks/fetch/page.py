"""One attempt at one page: asked for, its bytes stored, and the line for the log."""

import logging
from dataclasses import dataclass, replace

from config.settings import FetchSettings
from config.sources import Source
from tasks.fetch.attempts import Asked, Attempt, Stored, answered, failed
from tasks.fetch.fetcher import Fetcher, Order
from tasks.fetch.model import Answer, Evidence, FetchError, Headers, Reason
from tasks.fetch.secrets import secrets_of
from tasks.fetch.target import Target, conditions
from tasks.fetch.tdm import header_rights, is_reserved, meta_rights
from tasks.fetch.warc_files import Original, WarcFiles, Written, payload_digest
from tasks.process.urls import url_key

log = logging.getLogger("broadsheet.fetch")


@dataclass(frozen=True, slots=True)
class PageFetcher:
    """What attempts at one source's pages share.

    Attributes:
        folder: of the WARC files, within the warehouse's folder.
    """

    source: Source
    settings: FetchSettings
    fetcher: Fetcher
    files: WarcFiles
    folder: str

    async def attempt(self, target: Target, number: int) -> Attempt:
        """Asks for a page and stores what comes; every end of it is an attempt.

        Raises:
            FetchError: LONG_DELAY, with the time after which to try again; nothing was asked.
        """
        asked = asked_for(target)
        try:
            answer, rights = await self._ask(target)
        except FetchError as error:
            if error.reason is Reason.LONG_DELAY:
                raise
            return failed(asked, number, error)
        except Exception as error:
            log.exception("defect url=%s", target.url)
            said = f"{type(error).__name__}: {error}"[:200]
            return failed(asked, number, FetchError(Reason.INTERNAL_ERROR, said))
        stored, is_unchanged = self._store(target, answer, rights)
        attempt = answered(asked, number, answer, stored, rights)
        return replace(attempt, outcome="unchanged") if is_unchanged else attempt

    async def _ask(self, target: Target) -> tuple[Answer, tuple[str, ...]]:
        """The answer, and what its site and headers reserve."""
        declared = await self.fetcher.tdm_rights(target.url, self.source.delay)
        self._obey(declared)
        answer = await self.fetcher.fetch(self._order(target))
        rights = tuple(dict.fromkeys((*declared, *header_rights(answer.headers))))
        if self.settings.obey_tdm:
            self._obey((*rights, *meta_rights(answer.content)))
        return answer, rights

    def _obey(self, rights: tuple[str, ...]) -> None:
        if self.settings.obey_tdm and is_reserved(rights):
            raise FetchError(Reason.TDM_RESERVED, ", ".join(rights)[:300])

    def _order(self, target: Target) -> Order:
        return Order(
            target.url,
            headers=_conditions(target),
            secrets=secrets_of(self.source),
            most_bytes=self.settings.page_bytes,
            delay=self.source.delay,
        )

    def _store(
        self, target: Target, answer: Answer, rights: tuple[str, ...]
    ) -> tuple[Stored, bool]:
        """Where the bytes lie; and whether they are those that were stored before."""
        evidence = _evidence(self.source, target, answer, rights)
        if target.record_id and target.original_at and _is_same(answer, target):
            original = Original(
                target.record_id, target.original_url or target.url, target.original_at
            )
            return self._stored(self.files.write_revisit(answer, evidence, original)), True
        return self._stored(self.files.write_page(answer, evidence)), False

    def _stored(self, written: Written) -> Stored:
        return Stored(
            record_id=written.record_id,
            payload_digest=written.payload_digest,
            warc_file=f"{self.folder}/{written.file}",
            warc_offset=written.offset,
            end=written.end,
        )


def _conditions(target: Target) -> Headers:
    """Return the validators that the address itself has sent.

    A redirect to a consent wall for one night leaves the wall's validators. Asked about the wall's
    date, the page says "not modified" for ever, and its revisions are never seen.
    """
    if target.original_url and url_key(target.original_url) != target.url_key:
        return ()
    return conditions(target.etag, target.last_modified)


def asked_for(target: Target) -> Asked:
    """A target as its attempts are logged."""
    return Asked(
        source=target.source,
        kind="article",
        url=target.url,
        url_key=target.url_key,
        how=target.how,
        place=target.place,
        why=target.why,
    )


def _is_same(answer: Answer, target: Target) -> bool:
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
