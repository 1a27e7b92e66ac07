"""Keys of sources that earlier versions stored: what is known of them, and where they were found.

A source's entry may name headers that hold keys, such as a subscription's. Earlier versions stored
them in `visits.entry`, in the `run.json` of a run, and in the request records of WARC files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.sources import FROM_ENVIRONMENT, Source, resolved_headers, slug_of

# Shorter values are not searched for in texts, because they also occur in ordinary words.
LEAST_VALUE_BYTES = 8


@dataclass(frozen=True, slots=True)
class KeyedEntry:
    """A source's entry with headers, from the list of sources or from an earlier version."""

    source: str
    headers: Mapping[str, str]

    @property
    def holds_keys(self) -> bool:
        """Return whether a header has a value, and not only the name of an environment variable."""
        return any(not value.startswith(FROM_ENVIRONMENT) for value in self.headers.values())


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """The headers that are known to hold keys.

    Attributes:
        names: names of headers in lower case, by the slug of the source, as in WARC file names.
        values: their values, without very short ones.
    """

    names: Mapping[str, frozenset[str]]
    values: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Finding:
    """A file in which keys are stored.

    Attributes:
        file: path within the warehouse's folder.
        detail: what is stored there, as the end of a sentence.
        stays: whether `forget-keys` cannot remove it.
    """

    file: str
    detail: str
    stays: bool = False

    def __str__(self) -> str:
        return f"{self.file} {self.detail}"


def known_keys(entries: Iterable[KeyedEntry]) -> KnownKeys:
    """Collect the names and values of the headers in entries."""
    names: dict[str, frozenset[str]] = {}
    values = set()
    for entry in entries:
        slug = slug_of(entry.source)
        lower = frozenset(name.lower() for name in entry.headers)
        names[slug] = names.get(slug, frozenset()) | lower
        values |= {value.encode("utf-8", "surrogateescape") for value in entry.headers.values()}
    long = (value for value in values if len(value) >= LEAST_VALUE_BYTES)
    return KnownKeys(names, frozenset(one for one in long if not _is_reference(one)))


def entries_of(sources: Iterable[Source]) -> list[KeyedEntry]:
    """Return the entries with headers of the present list; a variable that is not set gives ""."""
    found = []
    for source in sources:
        if source.headers:
            found.append(KeyedEntry(source.name, dict(resolved_headers(source, missing=""))))
    return found


def _is_reference(value: bytes) -> bool:
    return value.startswith(FROM_ENVIRONMENT.encode())
