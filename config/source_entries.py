"""New entries of a list of sources, added at its end so that comments and order are kept."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from config.errors import UsageError
from config.sources import Source, load_sources

TEMPLATE = Path(__file__).with_name("sources.toml")


def entry_text(source: Source) -> str:
    """Return an entry as TOML, with the keys that differ from their defaults."""
    lines = ["[[source]]"]
    for key, value in source.model_dump(mode="json", exclude_defaults=True).items():
        lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def add_entries(path: Path, new: Sequence[Source]) -> list[Source]:
    """Add entries to the end of a list, which is created if it does not exist.

    Returns:
        The entries that were added. Entries whose name or homepage is in the list are left out.

    Raises:
        UsageError: the list cannot be read or written.
    """
    known = load_sources(path) if path.is_file() else []
    slugs = {source.slug for source in known}
    homepages = {_comparable(source.homepage) for source in known}
    added: list[Source] = []
    for source in new:
        if source.slug not in slugs and _comparable(source.homepage) not in homepages:
            slugs.add(source.slug)
            homepages.add(_comparable(source.homepage))
            added.append(source)
    if added:
        _append(path, "\n" + "\n".join(map(entry_text, added)))
    return added


def _append(path: Path, text: str) -> None:
    try:
        before = path.read_text("utf-8") if path.is_file() else TEMPLATE.read_text("utf-8")
        if before and not before.endswith("\n"):
            before += "\n"
        tomllib.loads(before + text)
        # Replaced by one rename: a kill leaves either the old list or the new one.
        temporary = path.with_name(f".{path.name}")
        temporary.write_text(before + text, "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write the list of sources {path}: {error.strerror}.") from error


def _comparable(address: str) -> str:
    """Return an address without its scheme, "www." and final slash, in lower case."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/").lower()


def _toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # Strings, numbers and booleans are written the same way in JSON and TOML.
    return json.dumps(value, ensure_ascii=False)
