"""Settings, from four places: defaults < ./broadsheet.toml (or --config) < environment < flags.

A later place overrides an earlier one. The keys, their defaults and their meanings are in
`settings.toml`; the models below add types and bounds. An unknown key is an error that names it.
"""

import os
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from config.bucket import BucketAddress, BucketSettings
from config.choices import Lane
from config.errors import UsageError
from config.execution import ExecutionSettings
from config.learning import LearnSettings, StoriesSettings
from config.place import DEFAULTS, ENVIRONMENT_PREFIX, LOCAL_FILE, NOT_SETTINGS
from config.publishing import CompactSettings, PublishSettings, RetentionSettings, SearchSettings
from config.section import Section
from config.times import Cron, ZoneName

Bytes = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]


def _split_list(value: Any) -> Any:
    """Return the list that a text such as "a, b" stands for, as the environment gives lists."""
    return (
        [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, str)
        else value
    )


def _known_network(text: str) -> str:
    ip_network(text)  # its ValueError says what is wrong
    return text


Network = Annotated[str, AfterValidator(_known_network)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(_split_list)]
Days = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_split_list)]


class DiscoverSettings(Section):
    """Bounds of the search for new articles in feeds, sitemaps and section pages."""

    sitemap_days: Annotated[int, Field(ge=1)]
    sitemap_files: Annotated[int, Field(ge=1)]
    list_entries: Annotated[int, Field(ge=1)]
    force_visits: Annotated[int, Field(ge=1)]
    listing_bytes: Bytes
    night_seconds: Seconds
    parse_seconds: Seconds


class FetchSettings(Section):
    """Politeness, limits and safety of fetching."""

    contact: str
    delay: Annotated[float, Field(ge=0)]
    max_per_night: Annotated[int, Field(ge=1)]
    connections: Annotated[int, Field(ge=1)]
    host_connections: Annotated[int, Field(ge=1)]
    connect_seconds: Seconds
    stall_seconds: Seconds
    request_seconds: Seconds
    longest_delay: Annotated[float, Field(ge=0)]
    night_seconds: Seconds
    page_bytes: Bytes
    redirects: Annotated[int, Field(ge=0)]
    tries: Annotated[int, Field(ge=1)]
    retry_seconds: Annotated[float, Field(ge=0)]
    carry_days: Annotated[int, Field(ge=1)]
    retry_nights: Annotated[int, Field(ge=1)]
    retry_after_seconds: Annotated[float, Field(ge=0)]
    host_failures: Annotated[int, Field(ge=1)]
    revisit_days: Days
    allow_networks: Networks
    hosts: dict[str, str]
    ccnews: str
    ccnews_bytes: Bytes
    ccnews_seconds: Seconds
    obey_tdm: bool
    warc_bytes: Bytes
    free_bytes: Annotated[int, Field(ge=0)]


class ReadSettings(Section):
    """Bounds of reading: the size of batches and documents, and limits against bombs.

    Attributes:
        service: the section `bucket`, for inputs in a bucket or on a web server; no setting here.
    """

    service: Annotated[BucketSettings | None, Field(exclude=True, repr=False)] = None

    batch_bytes: Bytes
    batch_files: Annotated[int, Field(gt=0)]
    stripe_bytes: Bytes
    stripes: Annotated[int, Field(ge=1, le=64)]
    document_bytes: Bytes
    pdf_bytes: Bytes
    pdf_pages: Annotated[int, Field(gt=0)]
    expansion_ratio: Annotated[int, Field(ge=2)]
    expansion_bytes: Bytes
    member_bytes: Bytes
    nesting: Annotated[int, Field(ge=1, le=16)]


class ProcessSettings(Section):
    """Bounds and choices of the processing of one document."""

    extractor: Lane
    page_seconds: Seconds
    read_seconds: Seconds
    tag_count: Annotated[int, Field(gt=0)]
    tag_depth: Annotated[int, Field(gt=0)]
    tag_attributes: Annotated[int, Field(gt=0)]
    page_chars: Annotated[int, Field(gt=0)]
    jsonld_bytes: Bytes
    min_words: Annotated[int, Field(ge=0)]
    keep_all: bool
    timezone: ZoneName


class LoadSettings(Section):
    """Sizes of the Parquet files, and the memory for writing them."""

    row_group_rows: Annotated[int, Field(gt=0)]
    file_rows: Annotated[int, Field(gt=0)]
    memory: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*[KMGT]i?B$")]


class PrefectSettings(Section):
    """The server of `broadsheet up`, the schedule of the nights, and the treatment of faults."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65_535)]
    schedule: Cron
    timezone: ZoneName
    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    runs_at_once: Annotated[int, Field(ge=1, le=64)]
    if_locked: Literal["wait", "cancel"]
    failed_share: Annotated[float, Field(ge=0, le=1)]
    thin_share: Annotated[float, Field(ge=0, le=1)]
    resumes: Annotated[int, Field(ge=0, le=20)]
    keep_days: Annotated[int, Field(ge=1)]
    start_seconds: Seconds
    stop_seconds: Seconds


class Settings(Section):
    """All settings. They are frozen, so that a run sees the same values throughout."""

    warehouse: Path
    lake: BucketAddress
    workers: Annotated[int, Field(ge=0, le=1024)]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    sources: str
    execution: ExecutionSettings
    discover: DiscoverSettings
    fetch: FetchSettings
    read: ReadSettings
    process: ProcessSettings
    learn: LearnSettings
    stories: StoriesSettings
    load: LoadSettings
    compact: CompactSettings
    publish: PublishSettings
    search: SearchSettings
    retention: RetentionSettings
    bucket: BucketSettings
    prefect: PrefectSettings

    @property
    def worker_count(self) -> int:
        """Return the setting `workers`, or the number of cores that this process may use."""
        if self.workers:
            return self.workers
        affinity = getattr(os, "sched_getaffinity", None)  # Linux only
        return len(affinity(0)) if affinity else os.cpu_count() or 1


def load_settings(config: Path | None = None, **flags: Any) -> Settings:
    """Return the settings from all four places.

    Args:
        config: a TOML file instead of ./broadsheet.toml; it must exist.
        flags: settings from the command line, those of a section as a dict; None: not given.

    Raises:
        UsageError: a file cannot be read, or a key or value is refused.
    """
    merged = default_settings()
    origin = "the settings"
    if config is not None or LOCAL_FILE.is_file():
        local = config or LOCAL_FILE
        origin = str(local)
        merged = _merge(merged, _read_toml(local))
    merged = _merge(merged, _from_environment(merged))
    merged = _merge(merged, _given(flags))
    if "service" in merged["read"]:  # a field that no file and no variable may set
        raise UsageError(_unknown("read.service", origin))
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise UsageError(_explain(error, origin)) from error
    read = settings.read.model_copy(update={"service": settings.bucket})
    return settings.model_copy(update={"read": read})


def default_settings() -> dict[str, Any]:
    """Return the settings as they are where nobody has set anything."""
    return _read_toml(DEFAULTS)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the settings file {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file {path} is not valid TOML: {error}.") from error


def _given(flags: dict[str, Any]) -> dict[str, Any]:
    sections = {key: _given(value) for key, value in flags.items() if isinstance(value, dict)}
    return {key: value for key, value in (flags | sections).items() if value is not None}


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = (
            _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return merged


def _from_environment(known: dict[str, Any]) -> dict[str, Any]:
    """Return the settings in the environment as texts, such as BROADSHEET_PROCESS__MIN_WORDS=30.

    A name that is no setting stays in the result, so that it is refused like a key of a file.
    """
    found: dict[str, Any] = {}
    for name, value in os.environ.items():
        if not name.startswith(ENVIRONMENT_PREFIX) or name in NOT_SETTINGS:
            continue
        section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if key and isinstance(known.get(section), dict):
            found.setdefault(section, {})[key] = value
        else:
            found[section + (f"__{key}" if key else "")] = value
    return found


def _explain(error: ValidationError, origin: str) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _unknown(key, origin)
    problem = first["msg"].removeprefix("Value error, ")
    return f"The setting {key!r} is refused: {problem} (it is {first['input']!r})."


def _unknown(key: str, origin: str) -> str:
    return f"Unknown setting {key!r} in {origin} or the environment; `broadsheet init` lists all."
