"""Files that keep how a data set is read: its columns, and the dialect of its CSV.

    # for `broadsheet ingest --mapping`
    text = "story"
    published = "day"
    delimiter = "tab"

The keys are those of `--map` and the names of the options for CSV. A file is TOML, or JSON if its
name ends with `.json`.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from config.errors import UsageError
from tasks.read.field_names import FIELD_NAMES
from tasks.read.fields import OPTIONS, canonical_field, column_choice

_MOST_BYTES = 1_000_000

Pairs = tuple[tuple[str, str], ...]


def read_mapping(path: Path) -> Pairs:
    """Return the fields and options of a file with their values.

    Raises:
        UsageError: the file cannot be read, or a key or value has no meaning.
    """
    pairs = []
    for key, value in _content(path):
        if key not in OPTIONS and canonical_field(key) is None:
            known = ", ".join((*FIELD_NAMES, *sorted(OPTIONS)))
            raise UsageError(f"{path} has the key {key!r}, which is not known; keys are {known}.")
        pairs.append((key, _value(path, key, value)))
    return unequal_fields(pairs, str(path))


def unequal_fields(pairs: Iterable[tuple[str, str]], where: str) -> Pairs:
    """Return pairs of field and column, the fields by their canonical names.

    Args:
        where: what names them, for the message.

    Raises:
        UsageError: two of them are about one field.
    """
    found: dict[str, tuple[str, str]] = {}
    for key, column in pairs:
        field = key if key in OPTIONS else canonical_field(key) or key
        if field in found and found[field][1] != column:
            first, other = found[field]
            raise UsageError(
                f"{where} gives {field} two columns, {first} = {other!r} and {key} = {column!r}: "
                "leave one of them out."
            )
        found[field] = (key, column)
    return tuple((field, column) for field, (_, column) in found.items())


def write_mapping(path: Path, pairs: Mapping[str, str], comments: Sequence[str]) -> None:
    """Write a file that `read_mapping` reads.

    Args:
        comments: lines for a person; JSON has no place for them.

    Raises:
        UsageError: the file exists and says something else, or cannot be written.
    """
    if path.suffix.lower() == ".json":
        text = json.dumps(dict(pairs), ensure_ascii=False, indent=2) + "\n"
    else:
        lines = [f"# {' '.join(comment.split())}" for comment in comments]
        lines += [f"{key} = {_toml_string(value)}" for key, value in pairs.items()]
        text = "\n".join(lines) + "\n"
    try:
        if path.exists() and path.read_text("utf-8") != text:
            raise UsageError(f"{path} exists and says something else: name another file.")
        path.write_text(text, "utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"Cannot write the mapping {path}: {reason}.") from error


def _toml_string(text: str) -> str:
    """Return a string as TOML, which writes it as JSON does, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _content(path: Path) -> list[tuple[str, Any]]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"Cannot read the mapping {path}: {error.strerror}.") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f'{path} is too large to be a mapping, such as text = "story" in a line.')
    try:
        text = data.decode("utf-8-sig")
        if path.suffix.lower() == ".json":
            value = json.loads(text, object_pairs_hook=list)
        else:
            value = list(tomllib.loads(text).items())
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
        raise UsageError(f"The mapping {path} is not valid {kind}: {error}.") from error
    if not isinstance(value, list) or not all(isinstance(pair, tuple) for pair in value):
        raise UsageError(f'The mapping {path} must be an object, such as {{"text": "story"}}.')
    return value


def _value(path: Path, key: str, value: Any) -> str:
    """Return the name of a column, or the value of an option; a number is that of a column."""
    if key == "header" and isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        what = "yes or no" if key == "header" else "a name in quotes"
        raise UsageError(
            f"{path}: {key} must be {what}, not {json.dumps(value, default=str)[:80]}."
        )
    column_choice({key: value})
    return value
