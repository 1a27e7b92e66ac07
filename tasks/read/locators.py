"""Locators of files: readable, valid Unicode, and no two alike in a run."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

_HIDDEN = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name belongs to the system and not to the corpus."""
    return (name.startswith(".") and name not in (".", "..")) or name in _HIDDEN


def quoted(name: str) -> str:
    """A file's or member's name within a locator.

    `!` and `#` separate the parts of a locator and are written as in URLs; bytes that are no
    Unicode become `\\xNN`.
    """
    if not name.isascii():
        name = readable_path(name)
    return name.replace("!", "%21").replace("#", "%23")


def readable_path(path: str) -> str:
    r"""Return a path as Unicode: bytes that are none are written as `\xNN`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def path_of(readable: str) -> str:
    """Return the path that `readable_path` wrote, if a file is there under that name only."""
    if os.path.lexists(readable):
        return readable
    return os.fsdecode(re.sub(rb"\\x([0-9a-f]{2})", _byte, readable.encode()))


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode())


def name_files(files: Sequence[tuple[int, str]], bases: Sequence[str]) -> list[str]:
    """A locator per file: its path relative to the base of its input.

    Where inputs give the same locator to different files, as many of the parent folders of these
    inputs are put before it as it takes.

    Args:
        files: number of the input, absolute path.
        bases: per input the folder that its files are named from.
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
        if all(_is_top(bases[number], levels[number]) for number in clashing):
            return _numbered(locators)
        for number in clashing:
            levels[number] += 1


def _relative(path: str, base: str, level: int) -> str:
    parents = (base, *map(str, PurePosixPath(base).parents))
    above = parents[min(level, len(parents) - 1)].rstrip("/")
    return quoted(path.removeprefix(above).lstrip("/"))


def _is_top(base: str, level: int) -> bool:
    return level >= len(PurePosixPath(base).parents)


def _numbered(locators: list[str]) -> list[str]:
    """Tells apart what whole paths do not: `a!b`, and a file that is really called `a%21b`."""
    seen: Counter[str] = Counter()
    numbered = []
    for locator in locators:
        seen[locator] += 1
        again = seen[locator] > 1
        numbered.append(f"{locator}!!{seen[locator]}" if again else locator)
    return numbered
