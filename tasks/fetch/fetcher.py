"""Fetching of one address, politely and safely: a call is one attempt and follows its redirects.

Each address on the way is checked (`addresses`), must be allowed by its site's robots.txt
(`robots`), and is requested (`client`) when its host's turn comes (`hosts`).
"""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin

from yarl import URL

from config.settings import FetchSettings
from tasks.fetch import tdm
from tasks.fetch.addresses import AddressRules, CheckedResolver, Lookup, checked_url
from tasks.fetch.client import Client, ReceivedExchange
from tasks.fetch.client import user_agent as user_agent
from tasks.fetch.decoding import decode_content
from tasks.fetch.hosts import Host, host_name
from tasks.fetch.model import FetchError, RequestKind
from tasks.fetch.orders import FetchOrder, OrderAttempt
from tasks.fetch.robots import MOST_REDIRECTS, ROBOTS_BYTES, Robots, read_robots
from tasks.fetch.site_files import OncePerSite
from tasks.fetch.statuses import REDIRECTS, exchange_error, refusal, requested_pause
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer

Observer = Callable[[RequestKind, str, Answer | FetchError], None]

# Reasons of attempts in which nothing was requested.
NOT_ASKED: Final = frozenset({FetchReason.HOST_GIVEN_UP, FetchReason.LONG_DELAY})
# Larger bodies, as sent, are decoded in a thread, so that the event loop is not blocked.
_THREAD_BYTES: Final = 100_000


class Fetcher:
    """Fetches addresses during one run, and remembers hosts, robots.txt and reservations.

    Args:
        observer: called with each request for a robots.txt or tdmrep.json.
        tls: a context that trusts other authorities than the system's.
        lookup: resolves names instead of DNS.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        user_agent: str,
        observer: Observer | None = None,
        tls: ssl.SSLContext | None = None,
        lookup: Lookup | None = None,
    ) -> None:
        self._settings = settings
        self._agent = user_agent
        self._observer = observer
        self._tls = tls
        self._lookup = lookup
        self._rules = AddressRules.of(settings)
        self._hosts: dict[str, Host] = {}
        self._slots = asyncio.Semaphore(settings.connections)
        self._robots = OncePerSite(self._load_robots, settings.retry_seconds)
        self._tdm = OncePerSite(self._load_tdm, settings.retry_seconds)

    async def __aenter__(self) -> Self:
        resolver = CheckedResolver(self._rules, self._lookup)
        self._client = Client(self._settings, resolver, self._agent, self._tls)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._robots.close()
        await self._tdm.close()
        await self._client.close()

    async def fetch(self, order: FetchOrder) -> Answer:
        """Return the answer to one attempt: status 200, or 304 if the order has conditions.

        Raises:
            FetchError: there is no usable answer; with the reason and how far the attempt came.
        """
        return await self._run(OrderAttempt(order, self._settings.redirects))

    async def robots(self, url: str, delay: float | None = None) -> Robots:
        """Return the robots.txt of an address's site.

        Raises:
            FetchError: the address must not be requested, or ROBOTS_UNREACHABLE.
        """
        return await self._robots_of(checked_url(url, self._rules), self._delay(delay))

    async def tdm_rights(self, url: str, delay: float | None = None) -> tuple[str, ...]:
        """Return the rights that the site's tdmrep.json declares for an address.

        They are empty if the file is missing or unreachable.

        Raises:
            FetchError: the address must not be requested, or LONG_DELAY.
        """
        checked = checked_url(url, self._rules)
        rules = await self._tdm.get(str(checked.origin()), self._delay(delay))
        if isinstance(rules, FetchError) and rules.reason is FetchReason.LONG_DELAY:
            raise rules.copy()
        return () if isinstance(rules, FetchError) else tdm.declared_rights(rules, str(checked))

    async def download(self, url: str, path: Path) -> None:
        """Download a large file, such as an archive, to disk.

        Raises:
            FetchError: the address must not be requested, or the file did not come whole.
        """
        await self._client.download(checked_url(url, self._rules), path)

    def host_of(self, url: str) -> Host:
        """Return the state of an address's host.

        Raises:
            FetchError: the address must not be requested.
        """
        return self._host(checked_url(url, self._rules))

    async def _run(self, attempt: OrderAttempt) -> Answer:
        """Make one attempt, and describe it in the error if it fails."""
        try:
            return await self._answer(await self._follow_redirects(attempt), attempt)
        except FetchError as error:
            attempt.describe(error)
            raise

    async def _follow_redirects(self, attempt: OrderAttempt) -> ReceivedExchange:
        """Request the order's address and those that it redirects to; return the last exchange."""
        url = checked_url(attempt.order.url, self._rules)
        while True:
            exchange = await self._request_in_turn(url, attempt)
            if exchange.status not in REDIRECTS:
                return exchange
            attempt.hops.append(str(url))
            url = self._redirect_target(exchange, attempt)

    def _redirect_target(self, exchange: ReceivedExchange, attempt: OrderAttempt) -> URL:
        """Return the address that a redirect leads to."""
        location = exchange.header("location").strip()
        if not location:
            raise exchange_error(FetchReason.BAD_REDIRECT, "no Location", exchange)
        try:
            target = checked_url(urljoin(str(exchange.url), location), self._rules)
        except ValueError as error:
            raise exchange_error(
                FetchReason.BAD_REDIRECT, "the Location is no address", exchange
            ) from error
        except FetchError as error:
            if error.reason is not FetchReason.BAD_URL:
                raise
            raise exchange_error(FetchReason.BAD_REDIRECT, error.detail, exchange) from error
        if str(target) in attempt.hops:
            raise exchange_error(FetchReason.REDIRECT_LOOP, f"back to {target}", exchange)
        if len(attempt.hops) > attempt.most_redirects:
            raise exchange_error(
                FetchReason.TOO_MANY_REDIRECTS, f"over {attempt.most_redirects}", exchange
            )
        return target

    async def _request_in_turn(self, url: URL, attempt: OrderAttempt) -> ReceivedExchange:
        """Make one request in its host's turn, if robots.txt allows it."""
        host = self._host(url)
        delay = self._delay(attempt.order.delay)
        attempt.start_waiting()
        try:
            # Checked before robots.txt too, whose request would otherwise wait in vain.
            host.refuse_if_given_up()
            if attempt.order.check_robots:
                robots = host.robots.get(url.scheme) or await self._robots_of(url, delay)
                if not robots.allows(str(url)):
                    raise FetchError(FetchReason.ROBOTS)
            await host.take_turn(delay)
            # From here on the turn must be given back, also if this task is cancelled.
            try:
                return await self._exchange(url, host, attempt)
            finally:
                host.end_turn()
        except FetchError as error:
            error.url = error.url or str(url)
            raise

    async def _exchange(self, url: URL, host: Host, attempt: OrderAttempt) -> ReceivedExchange:
        """Make one request within the limit of connections, and note its outcome with the host."""
        most_bytes = attempt.order.most_bytes or self._settings.page_bytes
        headers = attempt.order.headers_for(url, is_first=not attempt.hops)
        try:
            async with self._slots:
                attempt.stop_waiting()
                exchange = await self._client.get(
                    url, headers, most_bytes, truncate=attempt.truncate
                )
        except FetchError as error:
            host.note_failure(error)
            raise
        host.note_answer(exchange.status, requested_pause(exchange))
        return exchange

    async def _answer(self, exchange: ReceivedExchange, attempt: OrderAttempt) -> Answer:
        if exchange.status != 200 and not _is_unmodified(exchange, attempt):
            raise refusal(exchange)
        return Answer(
            url=str(exchange.url),
            status=exchange.status,
            reason_phrase=exchange.reason_phrase,
            http_version=exchange.http_version,
            headers=exchange.headers,
            request_headers=attempt.order.without_secrets(exchange.request_headers),
            body=exchange.body,
            content=await self._content(exchange, attempt) if exchange.encodings else exchange.body,
            hops=tuple(attempt.hops),
            started_at=attempt.started_at,
            first_byte_seconds=exchange.first_byte_seconds,
            seconds=attempt.seconds(),
            waited_seconds=attempt.waited_seconds,
        )

    async def _content(self, exchange: ReceivedExchange, attempt: OrderAttempt) -> bytes:
        """Decode a body; a large one in a thread."""
        encodings = exchange.encodings
        most_bytes = attempt.order.most_bytes or self._settings.page_bytes
        try:
            if len(exchange.body) < _THREAD_BYTES:
                return decode_content(
                    exchange.body, encodings, most_bytes, truncate=attempt.truncate
                )
            return await asyncio.to_thread(
                decode_content, exchange.body, encodings, most_bytes, truncate=attempt.truncate
            )
        except FetchError as error:
            raise exchange_error(error.reason, error.detail, exchange) from error

    async def _robots_of(self, url: URL, delay: float) -> Robots:
        found = await self._robots.get(str(url.origin()), delay)
        if isinstance(found, FetchError):
            raise found.copy()
        return found

    async def _load_robots(self, origin: str, delay: float) -> Robots | FetchError:
        url = f"{origin}/robots.txt"
        order = FetchOrder(url, most_bytes=ROBOTS_BYTES, delay=delay, check_robots=False)
        found = read_robots(await self._load_site_file("robots", order))
        # The crawl delay has to be known before the next turn of the host.
        if isinstance(found, Robots):
            site = URL(origin)
            host = self._host(site)
            host.robots[site.scheme] = found
            host.crawl_delay = max(host.crawl_delay, found.crawl_delay)
        return found

    async def _load_tdm(self, origin: str, delay: float) -> tuple[tdm.TdmRule, ...] | FetchError:
        url = origin + tdm.PATH
        order = FetchOrder(url, most_bytes=tdm.TDM_BYTES, delay=delay, check_robots=False)
        found = await self._load_site_file("tdmrep", order)
        if isinstance(found, Answer):
            return tdm.parse_tdmrep(found.content)
        # A missing or broken tdmrep.json reserves nothing; an unreachable one is asked for again.
        return found if found.passing else ()

    async def _load_site_file(self, kind: RequestKind, order: FetchOrder) -> Answer | FetchError:
        """Fetch a robots.txt or tdmrep.json, and tell the observer; a failure is returned."""
        found: Answer | FetchError
        try:
            found = await self._run(OrderAttempt(order, MOST_REDIRECTS, truncate=True))
        except FetchError as error:
            found = error
        is_requested = isinstance(found, Answer) or found.reason not in NOT_ASKED
        if self._observer and is_requested:
            self._observer(kind, order.url, found)
        return found

    def _host(self, url: URL) -> Host:
        name = host_name(url)
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host(name, self._settings)
        return host

    def _delay(self, delay: float | None) -> float:
        return self._settings.delay if delay is None else delay


def _is_unmodified(exchange: ReceivedExchange, attempt: OrderAttempt) -> bool:
    return exchange.status == 304 and attempt.order.is_conditional and not attempt.hops
