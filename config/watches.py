"""The list of watches, `watches.toml` beside the list of sources: saved queries on articles."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from config.errors import UsageError
from config.section import Section
from config.sources import sources_file

WATCHES = "watches.toml"
EXAMPLE = """[[watch]]
name = "ferry strikes"
query = 'ferry AND (strike OR walkout)'

[[watch]]
name = "long reads"
where = "word_count > 2000 and language = 'en'"
"""


class Watch(Section):
    """A saved query or condition; an article meets both if both are given.

    Attributes:
        name: by which hits, events and the artifact name it.
        where: a condition on the columns of `articles`, as after `where` in SQL.
        query: words to find, in the language of `broadsheet search`.
    """

    name: Annotated[str, Field(max_length=80, pattern=r"^\S([^\x00-\x1f\x7f]*\S)?$")]
    where: Annotated[str, Field(min_length=1)] | None = None
    query: Annotated[str, Field(min_length=1)] | None = None


def watches_file(sources: str = "") -> Path:
    """Return the path of the list of watches; `sources` is the setting of that name."""
    return sources_file(sources).with_name(WATCHES)


def load_watches(path: Path) -> tuple[Watch, ...]:
    """Return the watches of a file in their order; () if there is no file.

    Raises:
        UsageError: the file cannot be read, or an entry is refused; the message names it.
    """
    if not path.exists():
        return ()
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the list of watches {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    if unknown := [key for key in content if key != "watch"]:
        raise UsageError(f"{path} has {unknown[0]!r}: write each watch below a line [[watch]].")
    try:
        watches = TypeAdapter(tuple[Watch, ...]).validate_python(content.get("watch", ()))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{path} is refused at {place}: {first['msg']}; a watch has a name, and a query or "
            "a condition, where."
        ) from error
    _require_usable(watches, path)
    return watches


def _require_usable(watches: tuple[Watch, ...], path: Path) -> None:
    names = [watch.name for watch in watches]
    for watch in watches:
        if watch.where is None and watch.query is None:
            raise UsageError(
                f"The watch {watch.name!r} in {path} has no condition: add a query, or where."
            )
        if names.count(watch.name) > 1:
            raise UsageError(f"{path} has two watches {watch.name!r}: give them different names.")
