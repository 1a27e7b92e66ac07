"""Search for the keys that earlier versions stored, with an effort that the caller chooses."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from config.sources import load_sources, sources_file
from tasks.keys.entries import FileWithKeys, stored_entries, unreadable_files
from tasks.keys.logs import is_database, texts_with
from tasks.keys.model import Finding, KeyedEntry, KnownKeys, entries_of, known_keys
from tasks.keys.warc_requests import Replacement, replacements
from tasks.raw.zone import raw_nights, source_of
from warehouse.format_file import looked_through_for_keys


@dataclass(frozen=True, slots=True)
class Effort:
    """The number of request records to look at per WARC file; None: all, 0: the file is not opened.

    Attributes:
        keyed: in files of sources that have, or had, keys.
        others: in files of all other sources.
        most_files: number of WARC files to open.
        texts: whether logs are searched.
    """

    keyed: int | None
    others: int | None
    most_files: int | None = None
    texts: bool = True


# All requests of a source in a run have its headers, except for those that a redirect led to other
# sites, so a few requests show whether there are keys. `doctor` opens no more files than it can
# read in some seconds.
GLANCE = Effort(keyed=5, others=0, most_files=1_000, texts=False)
USUAL = Effort(keyed=None, others=5)
DEEP = Effort(keyed=None, others=None)


@dataclass(frozen=True, slots=True)
class KeySurvey:
    """Facts about keys from the small files of a warehouse and from the list of sources.

    Attributes:
        stored: files with entries that hold keys.
        is_searched: whether no earlier version has written to the warehouse since it was searched,
            or since it was made by a version that stores no keys.
    """

    stored: tuple[FileWithKeys, ...]
    keys: KnownKeys
    is_searched: bool


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file, and the records to replace in it; None: it was not looked at."""

    path: Path
    replacements: list[Replacement] | None


@dataclass(frozen=True, slots=True)
class KeySearchResult:
    """The result of a search: findings, and the number of WARC files that were not looked at."""

    findings: tuple[Finding, ...]
    unread: int


def find_keys(settings: Settings, effort: Effort) -> KeySearchResult:
    """Find the files in which an earlier version stored keys; change nothing."""
    warehouse = settings.warehouse
    survey = survey_keys(settings)
    findings = [*entry_findings(survey, warehouse)]
    unread = 0
    for file in warc_files(survey, settings, effort):
        if file.replacements is None:
            unread += 1
        elif file.replacements:
            findings.append(warc_finding(file, warehouse))
    if effort.texts:
        findings += text_findings(survey, warehouse)
    return KeySearchResult(tuple(findings), unread)


def survey_keys(settings: Settings) -> KeySurvey:
    """Read the stored entries and those of the list of sources."""
    stored = tuple(stored_entries(settings.warehouse))
    entries = [entry for one in stored for entry in one.entries]
    keys = known_keys([*entries, *_listed(settings)])
    return KeySurvey(stored, keys, looked_through_for_keys(settings.warehouse))


def warc_files(survey: KeySurvey, settings: Settings, effort: Effort) -> Iterator[WarcFile]:
    """Yield the WARC files that may hold keys, and what was found in each."""
    # Searched before, and no entry with keys since: its WARC files hold none either.
    if survey.is_searched and not survey.stored and effort is not DEEP:
        return
    opened = 0
    for path in (path for night in raw_nights(settings.warehouse) for path in night.files):
        names = survey.keys.names.get(source_of(path) or "")
        most = effort.others if names is None else effort.keyed
        if most == 0 or opened == effort.most_files:
            yield WarcFile(path, None)
            continue
        opened += 1
        found = replacements(path, names or frozenset(), settings.read, most)
        if found and names is None and most is not None:
            # The source was not known to have keys, but has some: look at all its requests.
            found = replacements(path, frozenset(found[0].names), settings.read)
        yield WarcFile(path, found)


def entry_findings(survey: KeySurvey, warehouse: Path) -> Iterator[Finding]:
    """Yield a finding for each file with entries that hold keys, or that is unreadable."""
    for one in survey.stored:
        sources = ", ".join(dict.fromkeys(entry.source for entry in one.entries))
        yield Finding(_within(one.path, warehouse), f"holds keys in the entry of {sources}")
    for path in unreadable_files(warehouse):
        yield Finding(_within(path, warehouse), "is damaged and may hold keys", stays=True)


def warc_finding(file: WarcFile, warehouse: Path) -> Finding:
    """Return the finding for a WARC file with keys."""
    found = file.replacements or []
    names = ", ".join(sorted({name for one in found for name in one.names}))
    return Finding(_within(file.path, warehouse), f"holds keys in its requests ({names})")


def text_findings(survey: KeySurvey, warehouse: Path) -> Iterator[Finding]:
    """Yield a finding for each text with a known value."""
    for path in texts_with(survey.keys.values, warehouse):
        yield Finding(_within(path, warehouse), "holds a key", stays=is_database(path))


def _listed(settings: Settings) -> list[KeyedEntry]:
    path = sources_file(settings.sources)
    return entries_of(load_sources(path)) if path.is_file() else []


def _within(path: Path, warehouse: Path) -> str:
    return str(path.relative_to(warehouse))
