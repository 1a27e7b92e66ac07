"""Which addresses may be asked: none that lead into a private network.

A URL is checked before anything is asked for, its name's addresses after DNS; the connection is
made to exactly the addresses that were checked, so that a second answer of DNS changes nothing.
A name with one forbidden address among others is refused: honest names have none.
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
from tasks.fetch.model import FetchError, Reason
from tasks.process.hosts import LOCAL_NAMES, ascii_host
from tasks.process.urls import raw_bytes

Address = IPv4Address | IPv6Address
Lookup = Callable[[str], Awaitable[Sequence[str]]]

# Globally routed by their number and private by their use, or not known to older Pythons.
NEVER: Final = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's host, as seen from its machines
        "192.0.0.0/24",  # RFC 6890; Oracle's metadata among it
        "192.88.99.0/24",  # RFC 7526: the former 6to4 relays
        "64:ff9b:1::/48",  # RFC 8215: a network's own NAT64
        "2001::/32",  # Teredo: its IPv4 address is hidden by a mask
        "3fff::/20",  # RFC 9637: for documentation
        "5f00::/16",  # RFC 9602: segments within a network
        "fec0::/10",  # RFC 3879: site-local
    )
)
NAT64: Final = IPv6Network("64:ff9b::/96")
# RFC 5214: bytes 8 to 11 of an address that leads to an IPv4 address within a site.
ISATAP: Final = frozenset({bytes.fromhex("00005efe"), bytes.fromhex("02005efe")})
# Ports of other services, which take a request for a command: https://fetch.spec.whatwg.org/#port-blocking.
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

# Nothing in it needs a change, and every parser reads it alike.
_PLAIN_URL = re.compile(r"https?://([a-z0-9.-]+)/[!-\"$-~]*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSENDABLE = re.compile(r"[^!-~]")
_KEPT = "!#$%&'()*+,/:;=?@[]~\"<>\\^`{|}"


@dataclass(frozen=True, slots=True)
class Pinned:
    """Where a host of the setting `fetch.hosts` is; no port: that of the URL."""

    address: Address
    port: int | None


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What the settings allow beyond the public network.

    Attributes:
        checked: hosts that were found to be public names, as they are written in plain URLs.
    """

    networks: tuple[IPv4Network | IPv6Network, ...]
    hosts: Mapping[str, Pinned]
    checked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, settings: FetchSettings) -> "AddressRules":
        """The rules of the settings.

        Raises:
            UsageError: an entry of `fetch.hosts` is no address.
        """
        networks = tuple(ip_network(network) for network in settings.allow_networks)
        hosts = {name.lower(): _pinned(name, value) for name, value in settings.hosts.items()}
        return cls(networks, hosts)

    def pinned(self, host: str) -> Pinned | None:
        """What the settings answer instead of DNS: the name itself, else its nearest wildcard."""
        if not self.hosts:
            return None
        parents = host.split(".")[1:]
        wildcards = ["*." + ".".join(parents[start:]) for start in range(len(parents))]
        return next((self.hosts[name] for name in [host, *wildcards] if name in self.hosts), None)

    def allows(self, address: Address) -> bool:
        """Whether an address is public, or in a network that the settings allow."""
        embedded = _embedded(address)
        if any(embedded in network for network in self.networks):
            return True
        if any(embedded in network for network in NEVER) or _is_isatap(embedded):
            return False
        return embedded.is_global and not embedded.is_multicast and not embedded.is_reserved


def checked_url(url: str, rules: AddressRules) -> URL:
    """A URL that may be asked for as far as can be told before DNS; without its fragment.

    It stays as written but for its host, which becomes ASCII in lower case without a last dot,
    and for characters that no request can hold, which are percent-encoded.

    Raises:
        FetchError: BAD_URL, SCHEME, USERINFO or PRIVATE_ADDRESS.
    """
    plain = _PLAIN_URL.fullmatch(url)
    if plain and plain[1] in rules.checked:
        return URL(url, encoded=True)
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise FetchError(Reason.BAD_URL, str(error)[:200], url=url) from error
    if parts.scheme not in ("http", "https"):
        raise FetchError(Reason.SCHEME, parts.scheme[:50] or "none", url=url)
    if "@" in parts.netloc:
        raise FetchError(Reason.USERINFO, url=url)
    if port in BLOCKED_PORTS:
        raise FetchError(Reason.BAD_URL, f"port {port} is not one of web pages", url=url)
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
    host = _ascii_host(parts.hostname or "", url)
    if rules.pinned(host):
        return host
    address = _literal(host, url)
    if address is None:
        if "." not in host or any(host.endswith(f".{name}") for name in LOCAL_NAMES):
            raise FetchError(Reason.PRIVATE_ADDRESS, f"{host} is a local name", url=url)
    elif not rules.allows(address):
        raise FetchError(Reason.PRIVATE_ADDRESS, f"{address} is not public", url=url)
    elif isinstance(address, IPv6Address):
        return f"[{address}]"
    elif str(address) != host:
        raise FetchError(Reason.BAD_URL, f"{host} is an address in disguise", url=url)
    return host


def _ascii_host(host: str, url: str) -> str:
    name = ascii_host(host)
    if name is None or name.startswith("-"):
        raise FetchError(Reason.BAD_URL, "the host is no name", url=url)
    return name


def _literal(host: str, url: str) -> Address | None:
    """The IP address that a host is, however it is written; None for a name.

    What ends in a number is an address: https://url.spec.whatwg.org/#ends-in-a-number-checker.
    """
    try:
        if ":" in host:
            return IPv6Address(host)
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError) as error:
        raise FetchError(Reason.BAD_URL, f"{host[:100]} is no address", url=url) from error
    return None


def _embedded(address: Address) -> Address:
    """The IPv4 address within a mapped, NAT64 or 6to4 one; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _is_isatap(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.packed[8:12] in ISATAP


def _sendable(text: str) -> str:
    """Spaces, controls and all beyond ASCII percent-encoded; bytes that were no UTF-8 as bytes."""
    return quote_from_bytes(raw_bytes(text), safe=_KEPT) if _UNSENDABLE.search(text) else text


def _pinned(name: str, value: str) -> Pinned:
    try:
        bare = value.count(":") > 1 and not value.startswith("[")
        parts = urlsplit(f"//[{value}]" if bare else f"//{value}")
        return Pinned(ip_address(parts.hostname or ""), parts.port)
    except ValueError as error:
        raise UsageError(
            f"The setting 'fetch.hosts.{name}' is refused: write an address such as "
            f"127.0.0.1:8080 (it is {value!r})."
        ) from error


class CheckedResolver(AbstractResolver):
    """Names to addresses, all of them allowed; aiohttp connects to what it answers.

    Args:
        lookup: asked instead of the system's DNS.
    """

    def __init__(self, rules: AddressRules, lookup: Lookup | None = None) -> None:
        self._rules = rules
        self._lookup = lookup or self._ask_dns
        # Not the loop's own threads: dead names would keep bodies from being decoded.
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises FetchError (PRIVATE_ADDRESS) if one of the addresses is not allowed."""
        pinned = self._rules.pinned(host)
        if pinned:
            return [_result(host, pinned.address, pinned.port or port)]
        addresses = [ip_address(text) for text in await self._lookup(host)]
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses:
            if not self._rules.allows(address):
                raise FetchError(Reason.PRIVATE_ADDRESS, f"{host} is at {address}")
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
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
