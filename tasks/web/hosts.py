"""Host names in ASCII, and the site that a host belongs to."""

import re
from functools import cache, lru_cache
from ipaddress import IPv6Address
from typing import Final

from publicsuffixlist import PublicSuffixList
from yarl import URL

# Names that belong to a local network: RFC 6762, 6761, 8375, and ICANN's `.internal`.
LOCAL_NAMES: Final = ("local", "localhost", "internal", "home.arpa", "localdomain", "lan")
# RFC 6761: names that are never in DNS. `.example` is left out: tests use it for ordinary sites.
_NOWHERE: Final = ("test", "invalid")

# Large services that give each publisher a subdomain, which the public suffix list does not say.
# `blogspot` has a domain for each country.
SUBDOMAIN_PUBLISHERS: Final = frozenset(
    """
    beehiiv.com bearblog.dev canalblog.com dreamwidth.org eklablog.com exblog.jp fc2.com ghost.io
    hypotheses.org jimdo.com jimdofree.com livejournal.com medium.com neocities.org over-blog.com
    patreon.com squarespace.com substack.com tistory.com tumblr.com typepad.com ucoz.ru webnode.com
    weebly.com wordpress.com
    """.split()
)
BLOGSPOT: Final = "blogspot"
# Subdomains of SUBDOMAIN_PUBLISHERS that belong to the service itself.
SERVICE_LABELS: Final = frozenset({"www", "m"})

_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBERS = re.compile(r"[0-9.]+")
_LONGEST_NAME = 253


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def ascii_host(host: str) -> str | None:
    """Return a host in lower case and ASCII, without a dot at its end; None if it is no valid name.

    The fetcher requests this name, and the key of an address contains it. Names beyond ASCII are
    converted by IDNA 2008 with the mapping of UTS 46, as aiohttp does. IPv6 addresses are
    compressed, without brackets.
    """
    if not host.isascii():
        try:
            host = URL.build(scheme="http", host=host).raw_host or ""
        except ValueError:
            return None
    if ":" in host:
        return _compressed_ipv6(host)
    name = host.lower().removesuffix(".")
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else None


@lru_cache(maxsize=50_000)
def domain_of(host: str) -> str:
    """Return the registered domain of a host from `ascii_host`; an IP address is its own domain.

    The private part of the suffix list counts: `a.blogspot.com` is a site of its own, and so are
    the subdomains of SUBDOMAIN_PUBLISHERS. A host that is a suffix itself is its own domain.
    """
    if ":" in host or _NUMBERS.fullmatch(host):
        return host
    domain = _suffixes().privatesuffix(host)
    if domain and _is_shared_name(domain):
        return _publisher_domain(host, domain)
    if domain or _suffixes().publicsuffix(host):
        return domain or host
    return ".".join(host.split(".")[-2:])  # the list's default rule


def has_public_suffix(host: str) -> bool:
    """Return whether a name ends as hosts do: with an entry of the suffix list, or `.example`."""
    return bool(_suffixes().publicsuffix(host)) or host.endswith(".example")


def is_shared(domain: str) -> bool:
    """Return whether each subdomain of a domain is a site of its own, as with blogspot.com."""
    suffixes = _suffixes()
    if suffixes.publicsuffix(domain) == domain:
        return True
    return suffixes.privatesuffix(domain) == domain and _is_shared_name(domain)


def is_reserved_host(host: str) -> bool:
    """Return whether a host is an IP address, a bare name, or a name of a local network."""
    if ":" in host or _NUMBERS.fullmatch(host) or "." not in host:
        return True
    return any(host.endswith(f".{name}") for name in (*LOCAL_NAMES, *_NOWHERE))


def _is_shared_name(domain: str) -> bool:
    return domain in SUBDOMAIN_PUBLISHERS or domain.partition(".")[0] == BLOGSPOT


def _publisher_domain(host: str, domain: str) -> str:
    """Return the part of a host that names one publisher of a shared domain."""
    label = host.removesuffix(domain).rstrip(".").rpartition(".")[2]
    return domain if not label or label in SERVICE_LABELS else f"{label}.{domain}"


def _compressed_ipv6(host: str) -> str | None:
    """Compress an IPv6 address; return None for one with a zone, which names a local interface."""
    try:
        address = IPv6Address(host.replace("%", " "))
    except ValueError:
        return None
    mapped = address.ipv4_mapped  # Python versions differ in how they write these
    return f"::ffff:{mapped}" if mapped else str(address)
