"""Getting one address, politely and safely: one call is one attempt, its redirects followed.

Each address on the way is checked (`addresses`), allowed by its site's robots.txt (`robots`), and
asked for (`client`) when its host's turn comes (`hosts`).
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
from tasks.fetch.client import Client, Exchange
from tasks.fetch.client import user_agent as user_agent
from tasks.fetch.decoding import decoded
from tasks.fetch.hosts import PAUSING, Host, asked_pause, host_name
from tasks.fetch.model import Answer, FetchError, Kind, Reason
from tasks.fetch.once import OncePerSite
from tasks.fetch.orders import Order as Order
from tasks.fetch.orders import Trip
from tasks.fetch.robots import MOST_BYTES as ROBOTS_BYTES
from tasks.fetch.robots import MOST_REDIRECTS, Robots, read_robots

Observer = Callable[[Kind, str, Answer | FetchError], None]

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
GONE: Final = frozenset({404, 410})
# Why a host was not even asked.
NOT_ASKED: Final = frozenset({Reason.HOST_GIVEN_UP, Reason.LONG_DELAY})
# From this wire size on a body is decoded beside the loop.
THREAD_BYTES: Final = 100_000


class Fetcher:
    """Asks for addresses during one run; knows hosts, robots.txt and reservations meanwhile.

    Args:
        observer: is told of each request for a robots.txt or tdmrep.json.
        tls: trusts other authorities than the system's.
        lookup: answers names instead of DNS.
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

    async def fetch(self, order: Order) -> Answer:
        """The answer to one attempt: status 200, or 304 where the order has conditions.

        Raises:
            FetchError: there is none that can be used; why, and how far it went.
        """
        return await self._travel(Trip(order, self._settings.redirects))

    async def robots(self, url: str, delay: float | None = None) -> Robots:
        """The robots.txt of an address's site.

        Raises:
            FetchError: the address must not be asked, or ROBOTS_UNREACHABLE.
        """
        return await self._robots_of(checked_url(url, self._rules), self._delay(delay))

    async def tdm_rights(self, url: str, delay: float | None = None) -> tuple[str, ...]:
        """What the site's tdmrep.json declares for an address; nothing where it cannot be had.

        Raises:
            FetchError: the address must not be asked.
        """
        checked = checked_url(url, self._rules)
        rules = await self._tdm.get(str(checked.origin()), self._delay(delay))
        if isinstance(rules, FetchError) and rules.reason is Reason.LONG_DELAY:
            raise rules.copy()
        return () if isinstance(rules, FetchError) else tdm.declared_rights(rules, str(checked))

    async def download(self, url: str, path: Path) -> None:
        """A large file to disk, for archives; raises FetchError as `fetch` does."""
        await self._client.download(checked_url(url, self._rules), path)

    def host_of(self, url: str) -> Host:
        """What is known of an address's host.

        Raises:
            FetchError: the address must not be asked.
        """
        return self._host(checked_url(url, self._rules))

    async def _travel(self, trip: Trip) -> Answer:
        try:
            return await self._answer(await self._follow(trip), trip)
        except FetchError as error:
            trip.describe(error)
            raise

    async def _follow(self, trip: Trip) -> Exchange:
        url = checked_url(trip.order.url, self._rules)
        while True:
            exchange = await self._ask(url, trip)
            if exchange.status not in REDIRECTS:
                return exchange
            trip.hops.append(str(url))
            url = self._target(exchange, trip)

    def _target(self, exchange: Exchange, trip: Trip) -> URL:
        """Where a redirect leads."""
        location = exchange.first("location").strip()
        if not location:
            raise _error(Reason.BAD_REDIRECT, "no Location", exchange)
        try:
            target = checked_url(urljoin(str(exchange.url), location), self._rules)
        except ValueError as error:
            raise _error(Reason.BAD_REDIRECT, "the Location is no address", exchange) from error
        except FetchError as error:
            if error.reason is not Reason.BAD_URL:
                raise
            raise _error(Reason.BAD_REDIRECT, error.detail, exchange) from error
        if str(target) in trip.hops:
            raise _error(Reason.REDIRECT_LOOP, f"back to {target}", exchange)
        if len(trip.hops) > trip.most_redirects:
            raise _error(Reason.TOO_MANY_REDIRECTS, f"over {trip.most_redirects}", exchange)
        return target

    async def _ask(self, url: URL, trip: Trip) -> Exchange:
        """One request in its host's turn."""
        host = self._host(url)
        delay = self._delay(trip.order.delay)
        trip.wait()
        try:
            host.refuse_if_given_up()
            if trip.order.check_robots:
                robots = host.robots.get(url.scheme) or await self._robots_of(url, delay)
                if not robots.allows(str(url)):
                    raise FetchError(Reason.ROBOTS)
            await host.take_turn(delay)
            try:
                return await self._exchange(url, host, trip)
            finally:
                host.end_turn()
        except FetchError as error:
            error.url = error.url or str(url)
            raise

    async def _exchange(self, url: URL, host: Host, trip: Trip) -> Exchange:
        most_bytes = trip.order.most_bytes or self._settings.page_bytes
        headers = trip.order.headers_for(url, is_first=not trip.hops)
        try:
            async with self._slots:
                trip.go_on()
                exchange = await self._client.get(url, headers, most_bytes, cut=trip.cut)
        except FetchError as error:
            host.failed(error)
            raise
        host.answered(exchange.status, _pause(exchange))
        return exchange

    async def _answer(self, exchange: Exchange, trip: Trip) -> Answer:
        if exchange.status != 200 and not _is_unmodified(exchange, trip):
            raise _refusal(exchange)
        return Answer(
            url=str(exchange.url),
            status=exchange.status,
            reason_phrase=exchange.reason_phrase,
            http_version=exchange.http_version,
            headers=exchange.headers,
            request_headers=trip.order.without_secrets(exchange.request_headers),
            body=exchange.body,
            content=await self._content(exchange, trip) if exchange.encodings else exchange.body,
            hops=tuple(trip.hops),
            started_at=trip.started_at,
            first_byte_seconds=exchange.first_byte_seconds,
            seconds=trip.seconds(),
            waited_seconds=trip.waited,
        )

    async def _content(self, exchange: Exchange, trip: Trip) -> bytes:
        encodings = exchange.encodings
        most_bytes = trip.order.most_bytes or self._settings.page_bytes
        try:
            if len(exchange.body) < THREAD_BYTES:
                return decoded(exchange.body, encodings, most_bytes, cut=trip.cut)
            return await asyncio.to_thread(
                decoded, exchange.body, encodings, most_bytes, cut=trip.cut
            )
        except FetchError as error:
            raise _error(error.reason, error.detail, exchange) from error

    async def _robots_of(self, url: URL, delay: float) -> Robots:
        found = await self._robots.get(str(url.origin()), delay)
        if isinstance(found, FetchError):
            raise found.copy()
        return found

    async def _load_robots(self, origin: str, delay: float) -> Robots | FetchError:
        order = Order(
            f"{origin}/robots.txt", most_bytes=ROBOTS_BYTES, delay=delay, check_robots=False
        )
        found = read_robots(await self._beside("robots", order))
        if isinstance(found, Robots):
            site = URL(origin)
            host = self._host(site)
            host.robots[site.scheme] = found
            host.crawl_delay = max(host.crawl_delay, found.crawl_delay)
        return found

    async def _load_tdm(self, origin: str, delay: float) -> tuple[tdm.TdmRule, ...] | FetchError:
        order = Order(origin + tdm.PATH, most_bytes=tdm.MOST_BYTES, delay=delay, check_robots=False)
        found = await self._beside("tdmrep", order)
        if isinstance(found, Answer):
            return tdm.parse_tdmrep(found.content)
        return found if found.passing else ()

    async def _beside(self, kind: Kind, order: Order) -> Answer | FetchError:
        """What comes of a request that no caller ordered."""
        found: Answer | FetchError
        try:
            found = await self._travel(Trip(order, MOST_REDIRECTS, cut=True))
        except FetchError as error:
            found = error
        is_asked = isinstance(found, Answer) or found.reason not in NOT_ASKED
        if self._observer and is_asked:
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


def _is_unmodified(exchange: Exchange, trip: Trip) -> bool:
    return exchange.status == 304 and trip.order.is_conditional and not trip.hops


def _refusal(exchange: Exchange) -> FetchError:
    """Why a status is no answer."""
    reason = Reason.HTTP_STATUS
    if exchange.status in GONE:
        reason = Reason.GONE
    elif exchange.status == 429:
        reason = Reason.RATE_LIMITED
    elif exchange.status >= 500:
        reason = Reason.SERVER_ERROR
    elif exchange.status == 304:
        reason = Reason.BAD_RESPONSE
    error = _error(reason, f"{exchange.status} {exchange.reason_phrase}".strip(), exchange)
    error.retry_after = _pause(exchange)
    return error


def _pause(exchange: Exchange) -> float | None:
    """Seconds that a busy host asks for."""
    return asked_pause(exchange.first("retry-after")) if exchange.status in PAUSING else None


def _error(reason: Reason, detail: str | None, exchange: Exchange) -> FetchError:
    return FetchError(reason, detail, status=exchange.status, url=str(exchange.url))
