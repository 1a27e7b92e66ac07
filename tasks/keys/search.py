"""Finds what earlier versions stored of keys, with an effort that the caller chooses."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from config.sources import load_sources, sources_file
from tasks.keys.entries import Stored, stored_entries, unreadable_files
from tasks.keys.model import Finding, KeyedEntry, KnownKeys, entries_of, known_keys
from tasks.keys.texts import is_database, texts_with
from tasks.keys.warc_requests import Replacement, replacements
from tasks.raw import raw_nights, source_of
from warehouse.opening import looked_through_for_keys


@dataclass(frozen=True, slots=True)
class Effort:
    """How many request records of a WARC file are looked at; None: all, 0: the file is not opened.

    Attributes:
        keyed: in files of sources that have, or had, keys.
        others: in files of all other sources.
        most_files: WARC files that are opened.
        texts: whether logs are looked into.
    """

    keyed: int | None
    others: int | None
    most_files: int | None = None
    texts: bool = True


# All requests of a source and run have its headers, but for those that a redirect led elsewhere: a
# few of them tell. `doctor` opens no more files than it can in some seconds.
GLANCE = Effort(keyed=5, others=0, most_files=1_000, texts=False)
USUAL = Effort(keyed=None, others=5)
DEEP = Effort(keyed=None, others=None)


@dataclass(frozen=True, slots=True)
class Known:
    """What the small files of a warehouse and the list of sources say of keys.

    Attributes:
        stored: files with entries that hold keys.
        is_looked_through: no earlier version has written to the warehouse since it was looked
            through, or it was made by one that stores no keys.
    """

    stored: tuple[Stored, ...]
    keys: KnownKeys
    is_looked_through: bool


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file, and what is to be replaced in it; None: it was not looked at."""

    path: Path
    replacements: list[Replacement] | None


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and how many WARC files were not looked at."""

    findings: tuple[Finding, ...]
    unread: int


def look(settings: Settings, effort: Effort) -> Look:
    """Find the files in which an earlier version stored keys; changes nothing."""
    warehouse = settings.warehouse
    known = known_of(settings)
    findings = [*entry_findings(known, warehouse)]
    unread = 0
    for file in warc_files(known, settings, effort):
        if file.replacements is None:
            unread += 1
        elif file.replacements:
            findings.append(warc_finding(file, warehouse))
    if effort.texts:
        findings += text_findings(known, warehouse)
    return Look(tuple(findings), unread)


def known_of(settings: Settings) -> Known:
    """Read the entries that are stored, and those of the list of sources."""
    stored = tuple(stored_entries(settings.warehouse))
    entries = [entry for one in stored for entry in one.entries]
    keys = known_keys([*entries, *_listed(settings)])
    return Known(stored, keys, looked_through_for_keys(settings.warehouse))


def warc_files(known: Known, settings: Settings, effort: Effort) -> Iterator[WarcFile]:
    """Yield the WARC files that may hold keys, and what was found in each."""
    if known.is_looked_through and not known.stored and effort is not DEEP:
        return
    opened = 0
    for path in (path for night in raw_nights(settings.warehouse) for path in night.files):
        names = known.keys.names.get(source_of(path) or "")
        most = effort.others if names is None else effort.keyed
        if most == 0 or opened == effort.most_files:
            yield WarcFile(path, None)
            continue
        opened += 1
        found = replacements(path, names or frozenset(), settings.read, most)
        if found and names is None and most is not None:
            found = replacements(path, frozenset(found[0].names), settings.read)
        yield WarcFile(path, found)


def entry_findings(known: Known, warehouse: Path) -> Iterator[Finding]:
    """Yield a line for each file with entries."""
    for one in known.stored:
        sources = ", ".join(dict.fromkeys(entry.source for entry in one.entries))
        yield Finding(_within(one.path, warehouse), f"holds keys in the entry of {sources}")
    for path in unreadable_files(warehouse):
        yield Finding(_within(path, warehouse), "is damaged and may hold keys", stays=True)


def warc_finding(file: WarcFile, warehouse: Path) -> Finding:
    """Return the line for a WARC file with keys."""
    found = file.replacements or []
    names = ", ".join(sorted({name for one in found for name in one.names}))
    return Finding(_within(file.path, warehouse), f"holds keys in its requests ({names})")


def text_findings(known: Known, warehouse: Path) -> Iterator[Finding]:
    """Yield a line for each text with a known value."""
    for path in texts_with(known.keys.values, warehouse):
        yield Finding(_within(path, warehouse), "holds a key", stays=is_database(path))


def _listed(settings: Settings) -> list[KeyedEntry]:
    path = sources_file(settings.sources)
    return entries_of(load_sources(path)) if path.is_file() else []


def _within(path: Path, warehouse: Path) -> str:
    return str(path.relative_to(warehouse))
