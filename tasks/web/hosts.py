"""Hosts: their names in ASCII, and the site that a host belongs to."""

import re
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final

import tldextract
from yarl import URL

# Names that belong to a local network: RFC 6762, 6761, 8375, and ICANN's `.internal`.
LOCAL_NAMES: Final = ("local", "localhost", "internal", "home.arpa", "localdomain", "lan")
# RFC 6761: names that lead nowhere; `.example` is left out, for it stands for real sites in tests.
NOWHERE: Final = ("test", "invalid")

# Each subdomain is a publisher of its own, and the suffix list does not say so. Named here are the
# large ones; `blogspot` has a domain for each country.
SUBDOMAIN_PUBLISHERS: Final = frozenset(
    """
    beehiiv.com bearblog.dev canalblog.com dreamwidth.org eklablog.com exblog.jp fc2.com ghost.io
    hypotheses.org jimdo.com jimdofree.com livejournal.com medium.com neocities.org over-blog.com
    patreon.com squarespace.com substack.com tistory.com tumblr.com typepad.com ucoz.ru webnode.com
    weebly.com wordpress.com
    """.split()
)
BLOGSPOT: Final = "blogspot"
# Labels before such a domain that stand for the service itself.
SERVICE_LABELS: Final = frozenset({"www", "m"})

_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBERS = re.compile(r"[0-9.]+")
_LONGEST_NAME = 253
_suffixes = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)


def ascii_host(host: str) -> str | None:
    """Return a host in lower case and ASCII, without its last dot; None if it is no name.

    The fetcher asks for this name, and the key of an address holds it. Beyond ASCII it is IDNA
    2008 by the mapping of UTS 46, as aiohttp has it. IPv6 addresses are compressed, without
    brackets.
    """
    if not host.isascii():
        try:
            host = URL.build(scheme="http", host=host).raw_host or ""
        except ValueError:
            return None
    if ":" in host:
        return _compressed(host)
    name = host.lower().removesuffix(".")
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else None


@lru_cache(maxsize=50_000)
def domain_of(host: str) -> str:
    """Return the registered domain of a host that `ascii_host` gave; an IP address is its own.

    The private part of the suffix list counts: `a.blogspot.com` is its own site, and so are the
    subdomains of SUBDOMAIN_PUBLISHERS. A host that is a suffix itself is its own domain.
    """
    if ":" in host or _NUMBERS.fullmatch(host):
        return host
    found = _suffixes(host)
    domain = found.top_domain_under_public_suffix
    if domain in SUBDOMAIN_PUBLISHERS or found.domain == BLOGSPOT:
        return _below(host, domain)
    if domain or found.suffix == host:
        return domain or host
    return ".".join(host.split(".")[-2:])  # the list's own rule for tops that it does not name


def is_shared(domain: str) -> bool:
    """Whether each subdomain of a domain is a site of its own, as those of blogspot.com are."""
    found = _suffixes(domain)
    if found.domain == BLOGSPOT:
        return not found.subdomain
    return found.suffix == domain or domain in SUBDOMAIN_PUBLISHERS


def is_reserved(host: str) -> bool:
    """Whether a host is an IP address, a bare name, or a name of a local network."""
    if ":" in host or _NUMBERS.fullmatch(host) or "." not in host:
        return True
    return any(host.endswith(f".{name}") for name in (*LOCAL_NAMES, *NOWHERE))


def _below(host: str, domain: str) -> str:
    label = host.removesuffix(domain).rstrip(".").rpartition(".")[2]
    return domain if not label or label in SERVICE_LABELS else f"{label}.{domain}"


def _compressed(host: str) -> str | None:
    """Compress an IPv6 address; None with a zone, which names a local network's card."""
    try:
        address = IPv6Address(host.replace("%", " "))
    except ValueError:
        return None
    mapped = address.ipv4_mapped  # Python writes these in two ways, by its version
    return f"::ffff:{mapped}" if mapped else str(address)
