"""The guard against requests into private networks.

A URL is checked before anything is requested, and the addresses of its name are checked after DNS.
The connection is made to exactly the checked addresses, so a second, different answer of DNS has no
effect (DNS rebinding). A name with one forbidden address among others is refused, because ordinary
names have none.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, quote_from_bytes, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from config.errors import UsageError
from config.settings import FetchSettings
from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason
from tasks.web.hosts import LOCAL_NAMES, ascii_host
from tasks.web.urls import raw_bytes

Address = IPv4Address | IPv6Address
Lookup = Callable[[str], Awaitable[Sequence[str]]]

# Global by their number, but private in practice or not known as private to older Pythons.
FORBIDDEN_NETWORKS: Final = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's host, as seen from its virtual machines
        "192.0.0.0/24",  # RFC 6890; includes Oracle's metadata service
        "192.88.99.0/24",  # RFC 7526: the former 6to4 relays
        "64:ff9b:1::/48",  # RFC 8215: NAT64 within a network
        "2001::/32",  # Teredo: the embedded IPv4 address is masked
        "3fff::/20",  # RFC 9637: for documentation
        "5f00::/16",  # RFC 9602: segment routing within a network
        "fec0::/10",  # RFC 3879: site-local
    )
)
NAT64: Final = IPv6Network("64:ff9b::/96")
# RFC 5214: bytes 8 to 11 of an address that leads to an IPv4 address within a site.
ISATAP: Final = frozenset({bytes.fromhex("00005efe"), bytes.fromhex("02005efe")})
# Ports of services that might take a request for a command:
# https://fetch.spec.whatwg.org/#port-blocking.
BLOCKED_PORTS: Final = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161),
        *(179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563),
        *(587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061),
        *(6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
DNS_THREADS: Final = 16
MOST_CHECKED: Final = 100_000

# Such a URL is sent as it is, and every parser reads it in the same way.
_PLAIN_URL = re.compile(r"https?://([a-z0-9.-]+)/[!-\"$-~]*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSENDABLE = re.compile(r"[^!-~]")
_KEPT = "!#$%&'()*+,/:;=?@[]~\"<>\\^`{|}"


@dataclass(frozen=True, slots=True)
class PinnedHost:
    """The address of a host in the setting `fetch.hosts`; port None: that of the URL."""

    address: Address
    port: int | None


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The addresses that may be requested: public ones, and those that the settings allow.

    Attributes:
        networks: private networks that the settings allow.
        hosts: addresses that the settings use instead of DNS.
        checked: hosts that were found to be public names, a cache for plain URLs.
    """

    networks: tuple[IPv4Network | IPv6Network, ...]
    hosts: Mapping[str, PinnedHost]
    checked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, settings: FetchSettings) -> "AddressRules":
        """Return the rules of the settings.

        Raises:
            UsageError: an entry of `fetch.hosts` is not an address.
        """
        networks = tuple(ip_network(network) for network in settings.allow_networks)
        hosts = {name.lower(): _pinned(name, value) for name, value in settings.hosts.items()}
        return cls(networks, hosts)

    def pinned(self, host: str) -> PinnedHost | None:
        """Return the entry of `fetch.hosts` for a host: its name, else its nearest wildcard."""
        if not self.hosts:
            return None
        parents = host.split(".")[1:]
        wildcards = ["*." + ".".join(parents[start:]) for start in range(len(parents))]
        return next((self.hosts[name] for name in [host, *wildcards] if name in self.hosts), None)

    def allows(self, address: Address) -> bool:
        """Return whether an address is public, or in a network that the settings allow."""
        embedded = _embedded(address)
        if any(embedded in network for network in self.networks):
            return True
        if any(embedded in network for network in FORBIDDEN_NETWORKS) or _is_isatap(embedded):
            return False
        return embedded.is_global and not embedded.is_multicast and not embedded.is_reserved


def checked_url(url: str, rules: AddressRules) -> URL:
    """Return a URL that may be requested as far as is known before DNS, without its fragment.

    It stays as written except for its host, which becomes ASCII in lower case without a dot at the
    end, and for characters that no request can hold, which are percent-encoded.

    Raises:
        FetchError: BAD_URL, SCHEME, USERINFO or PRIVATE_ADDRESS.
    """
    # Most URLs of a night are plain and of a known host, and need no parsing.
    plain = _PLAIN_URL.fullmatch(url)
    if plain and plain[1] in rules.checked:
        return URL(url, encoded=True)
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise FetchError(FetchReason.BAD_URL, str(error)[:200], url=url) from error
    if parts.scheme not in ("http", "https"):
        raise FetchError(FetchReason.SCHEME, parts.scheme[:50] or "none", url=url)
    if "@" in parts.netloc:
        raise FetchError(FetchReason.USERINFO, url=url)
    if port in BLOCKED_PORTS:
        raise FetchError(FetchReason.BAD_URL, f"port {port} is not used for web pages", url=url)
    host = _checked_host(parts, rules, url)
    if len(rules.checked) < MOST_CHECKED:
        rules.checked.add(host)
    return URL.build(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=_sendable(parts.path) or "/",
        query_string=_sendable(parts.query),
        encoded=True,
    )


def _checked_host(parts: SplitResult, rules: AddressRules, url: str) -> str:
    """Return the host of a URL in ASCII, if it may be requested as far as is known before DNS.

    Raises:
        FetchError: BAD_URL or PRIVATE_ADDRESS.
    """
    host = _ascii_host(parts.hostname or "", url)
    if rules.pinned(host):
        return host
    address = _literal(host, url)
    if address is None:
        if "." not in host or any(host.endswith(f".{name}") for name in LOCAL_NAMES):
            raise FetchError(FetchReason.PRIVATE_ADDRESS, f"{host} is a local name", url=url)
    elif not rules.allows(address):
        raise FetchError(FetchReason.PRIVATE_ADDRESS, f"{address} is not public", url=url)
    elif isinstance(address, IPv6Address):
        return f"[{address}]"
    # Such as 134744072 for 8.8.8.8: no honest link is written like that.
    elif str(address) != host:
        raise FetchError(
            FetchReason.BAD_URL, f"{host} is an IP address in another notation", url=url
        )
    return host


def _ascii_host(host: str, url: str) -> str:
    name = ascii_host(host)
    if name is None or name.startswith("-"):
        raise FetchError(FetchReason.BAD_URL, "the host is no name", url=url)
    return name


def _literal(host: str, url: str) -> Address | None:
    """Return the IP address that a host stands for, however it is written; None for a name.

    A host that ends in a number is an address, by
    https://url.spec.whatwg.org/#ends-in-a-number-checker.
    """
    try:
        if ":" in host:
            return IPv6Address(host)
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError) as error:
        raise FetchError(FetchReason.BAD_URL, f"{host[:100]} is no address", url=url) from error
    return None


def _embedded(address: Address) -> Address:
    """Return the IPv4 address within a mapped, NAT64 or 6to4 address; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _is_isatap(address: Address) -> bool:
    """Return whether an address embeds an IPv4 address of a local site (ISATAP)."""
    return isinstance(address, IPv6Address) and address.packed[8:12] in ISATAP


def _sendable(text: str) -> str:
    """Percent-encode spaces, controls and non-ASCII; bytes that were not UTF-8 stay those bytes."""
    return quote_from_bytes(raw_bytes(text), safe=_KEPT) if _UNSENDABLE.search(text) else text


def _pinned(name: str, value: str) -> PinnedHost:
    """Parse an entry of the setting `fetch.hosts`."""
    try:
        bare = value.count(":") > 1 and not value.startswith("[")
        parts = urlsplit(f"//[{value}]" if bare else f"//{value}")
        return PinnedHost(ip_address(parts.hostname or ""), parts.port)
    except ValueError as error:
        raise UsageError(
            f"The setting 'fetch.hosts.{name}' is refused: write an address such as "
            f"127.0.0.1:8080 (it is {value!r})."
        ) from error


class CheckedResolver(AbstractResolver):
    """A resolver for aiohttp that only returns allowed addresses.

    Args:
        lookup: called instead of the system's DNS.
    """

    def __init__(self, rules: AddressRules, lookup: Lookup | None = None) -> None:
        self._rules = rules
        self._lookup = lookup or self._ask_dns
        # Threads of its own: in the loop's default pool, dead names would block decoding of bodies.
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            FetchError: PRIVATE_ADDRESS, if one of them is not allowed.
        """
        pinned = self._rules.pinned(host)
        if pinned:
            return [_result(host, pinned.address, pinned.port or port)]
        addresses = [ip_address(text) for text in await self._lookup(host)]
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses:
            if not self._rules.allows(address):
                raise FetchError(FetchReason.PRIVATE_ADDRESS, f"{host} is at {address}")
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Stop the DNS threads; look-ups that wait are cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_dns(self, host: str) -> list[str]:
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _getaddrinfo, host)
        return list(dict.fromkeys(found))


def _getaddrinfo(host: str) -> list[str]:
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(info[4][0]) for info in infos]


def _result(host: str, address: Address, port: int) -> ResolveResult:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(
        hostname=host, host=str(address), port=port, family=family, proto=0, flags=numeric
    )
