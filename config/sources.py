"""The list of sources: `[[source]]` entries of a sources.toml, checked key by key.

The file is the setting `sources`; by default ./sources.toml, else ./config/sources.toml.
"""

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from config.errors import UsageError
from config.settings import ZoneName

# Before the name of a variable of the environment, in the value of a header.
FROM_ENVIRONMENT = "env:"
PLACES = (Path("sources.toml"), Path("config/sources.toml"))


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("it must be an address such as https://courier.example/feed")
    return address


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from error
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Source(BaseModel):
    """One publisher.

    Attributes:
        name: what the column `source` says; also the name of its WARC files.
        formerly: names that it had in this list before; the tables show all as `name`.
        feeds: empty: those that the homepage names.
        sitemaps: empty: those that robots.txt names, read where feeds are missing or have gaps.
        sections: pages whose links are candidates.
        timezone: of times that its pages write without an offset; empty: the setting.
        delay: seconds between requests to one of its hosts; None: the setting.
        include, exclude: regular expressions searched in addresses of articles.
        headers: sent with each request to the sites that the entry names; they may hold keys, and
            `env:NAME` takes a value from the environment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    formerly: tuple[Name, ...] = ()
    homepage: WebAddress
    feeds: tuple[WebAddress, ...] = ()
    sitemaps: tuple[WebAddress, ...] = ()
    sections: tuple[WebAddress, ...] = ()
    timezone: ZoneName = ""
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    max_per_night: Annotated[int, Field(ge=1)] | None = None
    delay: Annotated[float, Field(ge=0, le=3600)] | None = None
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    enabled: bool = True
    headers: dict[str, str] = Field(default_factory=dict, repr=False)

    @property
    def slug(self) -> str:
        """The name as part of a file's name."""
        return slug_of(self.name)

    def wants(self, url: str) -> bool:
        """Whether an article's address passes `include` and `exclude`."""
        if any(re.search(pattern, url) for pattern in self.exclude):
            return False
        return not self.include or any(re.search(pattern, url) for pattern in self.include)


def resolved_headers(source: Source, missing: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return a source's headers with the values that come from the environment.

    Args:
        missing: the value of those that the environment lacks; None: they are an error.

    Raises:
        UsageError: such a value is not there.
    """
    return tuple(
        (name, _resolved(source, name, text, missing)) for name, text in source.headers.items()
    )


def _resolved(source: Source, header: str, text: str, missing: str | None) -> str:
    if not text.startswith(FROM_ENVIRONMENT):
        return text
    variable = text.removeprefix(FROM_ENVIRONMENT)
    value = os.environ.get(variable, missing)
    if value is None:
        raise UsageError(
            f"Source {source.name}: the header {header} is to come from the environment, which has "
            f"no {variable}: set it, or write the value into the list of sources."
        )
    return value


def with_headers(sources: Sequence[Source], path: Path) -> list[Source]:
    """Return the sources with their headers as the list has them now.

    Headers may hold keys and are not kept with a run; a source that is not listed any more has
    none.
    """
    listed = {one.name: one.headers for one in load_sources(path)} if path.is_file() else {}
    return [one.model_copy(update={"headers": listed.get(one.name, {})}) for one in sources]


def slug_of(name: str) -> str:
    """A source's name as part of a file's name."""
    return re.sub(r"[^\w.-]+", "-", name.lower()).strip("-.") or "source"


def sources_file(configured: str = "") -> Path:
    """The file of sources: the setting, else the first that is there of PLACES, else the first."""
    if configured:
        return Path(configured).expanduser()
    return next((path for path in PLACES if path.is_file()), PLACES[0])


def load_sources(path: Path) -> list[Source]:
    """The entries of a file, in its order, disabled ones included.

    Raises:
        UsageError: the file cannot be read, or an entry is refused; names the entry and the key.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(
            f"Cannot read the list of sources {path}: {error.strerror}; "
            "`broadsheet sources add URL` makes one."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The list of sources {path} is not valid TOML: {error}.") from error
    if unknown := set(content) - {"source"}:
        raise UsageError(
            f"{path} has the key {min(unknown)!r}, which is not known: entries are [[source]]."
        )
    entries = content.get("source", [])
    if not isinstance(entries, list):
        raise UsageError(f"{path} has [source]: write [[source]], once for each publisher.")
    sources = [_source(entry, number, path) for number, entry in enumerate(entries, start=1)]
    _refuse_twins(sources, path)
    _refuse_doubtful_renames(sources, path)
    return sources


def chosen_sources(path: Path, names: Sequence[str] = ()) -> list[Source]:
    """The enabled sources, or those named, enabled or not.

    Raises:
        UsageError: none is enabled, or a name is not in the file.
    """
    sources = load_sources(path)
    known = {source.name: source for source in sources}
    for name in names:
        if name not in known:
            raise UsageError(f"{path} has no source {name!r}; it has {', '.join(known) or 'none'}.")
    chosen = [known[name] for name in names] or [one for one in sources if one.enabled]
    if not chosen:
        raise UsageError(f"{path} has no enabled source: add one by `broadsheet sources add URL`.")
    return chosen


def _source(entry: dict[str, Any], number: int, path: Path) -> Source:
    name = entry.get("name") or f"number {number}"
    try:
        return Source.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        problem = "is missing" if first["type"] == "missing" else f"is refused: {first['msg']}"
        if first["type"] == "extra_forbidden":
            problem = f"is not known; known are {', '.join(Source.model_fields)}"
        raise UsageError(f"Source {name} in {path}: the key {key!r} {problem}.") from error


def _refuse_twins(sources: list[Source], path: Path) -> None:
    seen: dict[str, str] = {}
    for source in sources:
        if source.slug in seen:
            raise UsageError(
                f"Source {source.name} in {path}: the key 'name' is refused: it makes the same "
                f"file name as that of {seen[source.slug]}."
            )
        seen[source.slug] = source.name


def _refuse_doubtful_renames(sources: list[Source], path: Path) -> None:
    heirs = {source.name: f"the name of {source.name}, which is in the list" for source in sources}
    for source in sources:
        for former in source.formerly:
            if former in heirs:
                raise UsageError(
                    f"Source {source.name} in {path}: the key 'formerly' is refused: {former!r} is "
                    f"{heirs[former]}."
                )
            heirs[former] = f"also a former name of {source.name}"
