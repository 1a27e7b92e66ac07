"""The files below what the user named, each once, in an order that never changes."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.read.locators import is_hidden
from tasks.read.reasons import Reason


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or what stands in its place.

    Attributes:
        path: as it was reached.
        real: without symbolic links; the same file has the same, whatever way it is reached.
        fault: why it is not to be opened.
    """

    path: str
    real: str
    bytes: int = 0
    mtime_ns: int = 0
    fault: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something to look at; `hidden` is inherited from the folder."""

    path: str
    real: str
    hidden: bool
    linked: bool


def walk_folder(folder: str) -> Iterator[Found]:
    """Yield every file in a folder and those below, sorted by name.

    Symbolic links are followed within the folder only: a folder that somebody else packed must not
    make private files of this machine part of a corpus. Nothing is left out: what cannot or shall
    not be read comes with a fault. A folder that is reached twice is walked once.
    """
    walked: set[str] = set()
    root = os.path.realpath(folder)
    waiting = [_Entry(folder, root, hidden=False, linked=False)]
    while waiting:
        entry = waiting.pop()
        found = _look(entry, root)
        if found:
            yield found
        elif entry.real not in walked:
            walked.add(entry.real)
            try:
                waiting.extend(_children(entry))
            except OSError:
                yield Found(entry.path, entry.real, fault=Reason.UNREADABLE)


def find_file(path: str, root: str | None = None) -> Found | None:
    """Find a file that the user named; None for a folder.

    Args:
        root: the folder that a link must not lead out of, where a glob found the file.
    """
    real = os.path.realpath(path)
    return _look(_Entry(path, real, hidden=False, linked=root is not None), root)


def _children(folder: _Entry) -> list[_Entry]:
    """The entries of a folder, the last name first: they are taken from the end."""
    entries = []
    with os.scandir(folder.path) as children:
        for child in children:
            linked = child.is_symlink()
            real = f"{folder.real.rstrip('/')}/{child.name}"
            if linked:
                real = os.path.realpath(child.path)
            elif folder.path == folder.real:
                real = child.path  # one string, not two, for each of 100,000 files
            hidden = folder.hidden or is_hidden(child.name)
            entries.append(_Entry(child.path, real, hidden, linked))
    return sorted(entries, key=lambda entry: entry.path, reverse=True)


def _look(entry: _Entry, root: str | None = None) -> Found | None:
    """Describe a file; None for a folder to walk."""
    try:
        status = os.stat(entry.path)  # noqa: PTH116 (a Path per file is slow)
    except OSError as error:
        return Found(entry.path, entry.real, fault=_stat_fault(error))
    if entry.linked and root is not None and not f"{entry.real}/".startswith(_with_slash(root)):
        return Found(entry.path, entry.path, fault=Reason.LINK_LEADS_OUT)
    if stat.S_ISDIR(status.st_mode):
        if entry.linked and _leads_back(entry):
            return Found(entry.path, entry.path, fault=Reason.SYMLINK_LOOP)
        return None
    fault = Reason.HIDDEN_FILE if entry.hidden else None
    if not stat.S_ISREG(status.st_mode):
        fault = Reason.NOT_A_FILE
    return Found(entry.path, entry.real, status.st_size, status.st_mtime_ns, fault)


def _with_slash(folder: str) -> str:
    return folder.rstrip("/") + "/"


def _leads_back(link: _Entry) -> bool:
    parent = os.path.realpath(link.path.rpartition("/")[0])
    return f"{parent}/".startswith(f"{link.real.rstrip('/')}/")


def _stat_fault(error: OSError) -> Reason:
    known = {errno.ELOOP: Reason.SYMLINK_LOOP, errno.ENOENT: Reason.BROKEN_LINK}
    return known.get(error.errno or 0, Reason.UNREADABLE)
