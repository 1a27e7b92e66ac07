"""The list of sources: the `[[source]]` entries of a sources.toml, with checks of each key.

The setting `sources` names the file. By default it is ./sources.toml, else ./config/sources.toml.
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
from config.times import ZoneName

# A header's value with this prefix names a variable of the environment.
FROM_ENVIRONMENT = "env:"
DEFAULT_FILES = (Path("sources.toml"), Path("config/sources.toml"))


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
_Name = Annotated[str, Field(min_length=1, max_length=100)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Source(BaseModel):
    """A publisher, with the lists that name its articles.

    Attributes:
        name: the value of the column `source`, and part of the names of its WARC files.
        formerly: earlier names in this list; the tables show all of them as `name`.
        homepage: the page on which feeds are looked for, unless `feeds` names them.
        feeds: the addresses of feeds; empty: the feeds that the homepage names.
        sitemaps: the addresses of sitemaps, read every night; empty: the sitemaps that robots.txt
            names, read only if there is no feed or a feed has lost items.
        sections: the addresses of pages whose links are candidates.
        timezone: the zone of times that its pages write without an offset; "": the setting.
        language: the language of texts that are too short to identify it.
        max_per_night: the most articles to fetch in a night; None: the setting.
        delay: the seconds between two requests to one of its hosts; None: the setting.
        include, exclude: regular expressions that are searched in the addresses of articles.
        enabled: false: the source is left out unless it is named.
        headers: headers of each request to the sites that the entry names. They may hold keys;
            `env:NAME` takes the value from the environment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Name
    formerly: tuple[_Name, ...] = ()
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
        """Return the name in the form that is used in file names."""
        return slug_of(self.name)

    def wants(self, url: str) -> bool:
        """Return whether an article's address passes `include` and `exclude`."""
        if any(re.search(pattern, url) for pattern in self.exclude):
            return False
        return not self.include or any(re.search(pattern, url) for pattern in self.include)


def resolved_headers(source: Source, missing: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return a source's headers, with values from the environment filled in.

    Args:
        missing: the value for variables that the environment lacks; None: raise an error.

    Raises:
        UsageError: a variable is missing.
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
            f"Source {source.name}: the header {header} comes from the environment, which has "
            f"no {variable}: set it, or write the value into the list of sources."
        )
    return value


def with_headers(sources: Sequence[Source], path: Path) -> list[Source]:
    """Return sources of a stored run with the headers that the list has now.

    Headers may hold keys, so they are not stored with a run. A source that is no longer listed has
    no headers.
    """
    listed = {one.name: one.headers for one in load_sources(path)} if path.is_file() else {}
    return [one.model_copy(update={"headers": listed.get(one.name, {})}) for one in sources]


def slug_of(name: str) -> str:
    """Return a source's name in the form that is used in file names."""
    return re.sub(r"[^\w.-]+", "-", name.lower()).strip("-.") or "source"


def sources_file(configured: str = "") -> Path:
    """Return the path of the list of sources.

    It is the setting if one is given, else the first of DEFAULT_FILES that exists, else
    ./sources.toml.
    """
    if configured:
        return Path(configured).expanduser()
    return next((path for path in DEFAULT_FILES if path.is_file()), DEFAULT_FILES[0])


def load_sources(path: Path) -> list[Source]:
    """Return the entries of a file in their order, including disabled ones.

    Raises:
        UsageError: the file cannot be read, or an entry is refused; the message names the entry
            and the key.
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
    _refuse_equal_file_names(sources, path)
    _refuse_ambiguous_renames(sources, path)
    return sources


def chosen_sources(path: Path, names: Sequence[str] = ()) -> list[Source]:
    """Return the named sources, or all enabled ones if none is named.

    A named source is returned even if it is disabled.

    Raises:
        UsageError: a name is not in the file, or no source is enabled.
    """
    sources = load_sources(path)
    known = {source.name: source for source in sources}
    for name in names:
        if name not in known:
            raise UsageError(f"{path} has no source {name!r}; it has {', '.join(known) or 'none'}.")
    chosen = [known[name] for name in names] or [source for source in sources if source.enabled]
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


def _refuse_equal_file_names(sources: list[Source], path: Path) -> None:
    seen: dict[str, str] = {}
    for source in sources:
        if source.slug in seen:
            raise UsageError(
                f"Source {source.name} in {path}: the key 'name' is refused: it makes the same "
                f"file name as that of {seen[source.slug]}."
            )
        seen[source.slug] = source.name


def _refuse_ambiguous_renames(sources: list[Source], path: Path) -> None:
    """Raise an error if a former name is also a present name, or belongs to two sources."""
    taken = {source.name: f"the name of {source.name}, which is in the list" for source in sources}
    for source in sources:
        for former in source.formerly:
            if former in taken:
                raise UsageError(
                    f"Source {source.name} in {path}: the key 'formerly' is refused: {former!r} is "
                    f"{taken[former]}."
                )
            taken[former] = f"also a former name of {source.name}"
