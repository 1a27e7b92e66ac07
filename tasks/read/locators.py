"""Locators of files: readable, valid Unicode and unique within a run."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from tasks.read.remote.addresses import is_remote, without_query

_HIDDEN = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def is_hidden(name: str) -> bool:
    """Return whether a file or folder of this name belongs to the operating system."""
    return (name.startswith(".") and name not in (".", "..")) or name in _HIDDEN


def quoted(name: str) -> str:
    """Return the name of a file or member as it is written in a locator.

    `!` and `#` separate the parts of a locator and are escaped as in URLs. Bytes that are not
    valid Unicode become `\\xNN`.
    """
    if not name.isascii():
        name = readable_path(name)
    return name.replace("!", "%21").replace("#", "%23")


def readable_path(path: str) -> str:
    r"""Return a path as valid Unicode; bytes that cannot be decoded are written as `\xNN`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def path_of(readable: str) -> str:
    r"""Return the path of which `readable_path` made this text.

    A file whose name really contains `\xNN` takes precedence.
    """
    if is_remote(readable) or os.path.lexists(readable):
        return readable
    return os.fsdecode(re.sub(rb"\\x([0-9a-f]{2})", _byte, readable.encode()))


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode())


def name_files(files: Sequence[tuple[int, str]], bases: Sequence[str]) -> list[str]:
    """Return one locator per file: its path relative to the base folder of its input.

    If two inputs give the same locator to different files, the locators of these inputs are
    extended by parent folders, one level at a time, until they differ.

    Args:
        files: number of the input and absolute path of each file.
        bases: base folder of each input.
    """
    levels = [0] * len(bases)
    while True:
        locators = [_relative(path, bases[number], levels[number]) for number, path in files]
        inputs: dict[str, int] = {}
        clashing: set[int] = set()
        for (number, _), locator in zip(files, locators, strict=True):
            other = inputs.setdefault(locator, number)
            if other != number:
                clashing |= {other, number}
        # At the root nothing can be added any more; paths that still clash are numbered.
        if all(_is_top(bases[number], levels[number]) for number in clashing):
            return _numbered(locators)
        for number in clashing:
            levels[number] += 1


def possible_names(path: str, base: str) -> list[str]:
    """Return all locators that a run may have given to a file, the shortest first.

    How long the name is depends on the other inputs of the run, which may be gone.
    """
    levels = len(PurePosixPath(base).parents) + 1
    return [_relative(path, base, level) for level in range(levels)]


def _relative(path: str, base: str, level: int) -> str:
    path = without_query(path)
    parents = (base, *map(str, PurePosixPath(base).parents))
    above = parents[min(level, len(parents) - 1)].rstrip("/")
    return quoted(path.removeprefix(above).lstrip("/"))


def _is_top(base: str, level: int) -> bool:
    return level >= len(PurePosixPath(base).parents)


def _numbered(locators: list[str]) -> list[str]:
    """Append `!!2`, `!!3`, … to repeated locators.

    Different paths may have one locator: `a!b`, and a file that is really called `a%21b`.
    """
    seen: Counter[str] = Counter()
    numbered = []
    for locator in locators:
        seen[locator] += 1
        again = seen[locator] > 1
        numbered.append(f"{locator}!!{seen[locator]}" if again else locator)
    return numbered
