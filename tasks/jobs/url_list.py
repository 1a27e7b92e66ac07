"""A list of addresses as a person gave it: which ones may be requested, and from which source."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xxhash

from config.errors import UsageError
from config.settings import Settings
from config.sources import Source, slug_of
from tasks.fetch.addresses import AddressRules, checked_url
from tasks.fetch.model import FetchError
from tasks.jobs.ccnews_list import BadLine, shown_line
from tasks.read.address_lists import read_addresses
from tasks.reasons import FetchReason
from tasks.records import Dropped, RawDocument
from tasks.runs.address_rules import address_key
from tasks.web.urls import registered_domain

# Addresses of one run: each is a row in memory. GDELT names 200,000 in a day.
MOST_ADDRESSES = 1_000_000
_MOST_NAME = 100
_UNUSABLE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


@dataclass(slots=True)
class UrlList:
    """The content of a list.

    Attributes:
        digest: a hash of the addresses and of the bad lines.
        pages: the addresses to fetch by name of their source, without repeated ones.
        sources: those that are configured for a domain, and one for each other domain.
        bad: lines that are left out.
        repeated: how many lines name an address that stands above.
    """

    pages: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    bad: list[BadLine] = field(default_factory=list)
    repeated: int = 0
    digest: str = ""

    @property
    def addresses(self) -> int:
        return sum(map(len, self.pages.values()))

    @property
    def lines(self) -> int:
        """Return how many lines or rows the list has, without empty ones and comments."""
        return self.addresses + self.repeated + len(self.bad)


def read_url_list(
    path: Path, configured: Sequence[Source], settings: Settings, limit: int | None
) -> UrlList:
    """Read a list of addresses.

    Args:
        configured: the sources of the list of sources; those of the same domains are used.
        limit: take only the first so many addresses.

    Raises:
        UsageError: the list cannot be read, has no address, or is too long.
    """
    try:
        found = _collected(read_addresses(path, settings.read), configured, settings, limit)
    except OSError as error:
        raise UsageError(f"Cannot read the list {path}: {error.strerror or error}.") from error
    if not found.addresses:
        why = f": {found.bad[0].detail}" if found.bad else ""
        raise UsageError(f"{path} names no address that can be fetched{why}.")
    return found


def _collected(
    entries: Iterable[RawDocument | Dropped],
    configured: Sequence[Source],
    settings: Settings,
    limit: int | None,
) -> UrlList:
    rules = AddressRules.of(settings.fetch)
    result = UrlList()
    naming = _Naming(configured)
    seen: set[str] = set()
    digest = xxhash.xxh3_128()
    for entry in entries:
        try:
            url, key = _address(entry, rules)
        except FetchError as error:
            result.bad.append(_bad_line(entry, error))
            digest.update(result.bad[-1].text.encode("utf-8", "replace"))
            continue
        digest.update(url.encode() + b"\n")
        if key in seen:
            result.repeated += 1
            continue
        seen.add(key)
        if len(seen) > MOST_ADDRESSES:
            raise UsageError(f"The list has more than {MOST_ADDRESSES:,} addresses: split it.")
        source = naming.source_of(url)
        result.sources[source.name] = source
        result.pages.setdefault(source.name, []).append(url)
        if len(seen) == limit:
            break
    result.digest = digest.hexdigest()
    return result


def _address(entry: RawDocument | Dropped, rules: AddressRules) -> tuple[str, str]:
    """Return the address of a line or row, and its key.

    Raises:
        FetchError: it is none, or none that may be requested.
    """
    if isinstance(entry, Dropped):
        detail = entry.detail if entry.reason != "no_text" else "there is no address"
        raise FetchError(FetchReason.BAD_URL, f"{entry.reason}: {detail or 'it cannot be read'}")
    text = entry.body.decode("utf-8", "replace").strip()
    if text.startswith("//"):
        text = f"https:{text}"
    if _UNUSABLE.search(text):
        raise FetchError(FetchReason.BAD_URL, "it has a space, a control character or a backslash")
    checked_url(text, rules)
    key = address_key(text)
    if key is None:
        raise FetchError(FetchReason.BAD_URL, "it has no host")
    return text.partition("#")[0] if "#!" not in text else text, key


def _bad_line(entry: RawDocument | Dropped, error: FetchError) -> BadLine:
    text = entry.body if isinstance(entry, RawDocument) else b""
    place = entry.locator.rpartition("#row=")[2]
    detail = f"line {place}: {error.detail or error.reason}"
    return BadLine(shown_line(text) or entry.locator, error.reason, detail)


class _Naming:
    """Names the source of an address: the configured one of its domain, else its domain."""

    def __init__(self, configured: Sequence[Source]) -> None:
        self._by_domain = {
            domain: source
            for source in reversed(configured)
            if (domain := registered_domain(source.homepage))
        }
        self._slugs = {source.slug for source in configured}
        self._made: dict[str, Source] = {}

    def source_of(self, url: str) -> Source:
        domain = registered_domain(url) or "unknown"
        if domain in self._by_domain:
            # The person who named the address wants it, whatever the entry leaves out.
            return self._by_domain[domain].model_copy(
                update={"include": (), "exclude": (), "max_per_night": None}
            )
        if domain not in self._made:
            name = domain[:_MOST_NAME]
            while slug_of(name) in self._slugs:
                name = f"{name[: _MOST_NAME - 5]} list"
            self._slugs.add(slug_of(name))
            # Not validated as an entry: its homepage is never requested.
            self._made[domain] = Source.model_construct(name=name, homepage=f"https://{domain}/")
        return self._made[domain]
