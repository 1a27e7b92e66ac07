"""Finds the files in the folders that the user named, each once and in a stable order."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from tasks.read.locators import is_hidden
from tasks.read.remote.ranges import RangeSource
from tasks.reasons import Reason
from warehouse.layout import CATALOG, FORMAT, KEPT, LAKE, RAW, RUNS_FOLDER, SERVICE

# What a warehouse may have before it has any tables.
_BEGUN = frozenset({CATALOG, FORMAT, KEPT, LAKE, RAW, RUNS_FOLDER, SERVICE})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file, or another entry of a folder that is reported with a fault.

    Attributes:
        path: path by which it was reached.
        real: path without symbolic links, which identifies the file.
        fault: why it must not be opened; None for a file that is read.
        state: of a file elsewhere: what changes with its content; "" for local files.
    """

    path: str
    real: str
    bytes: int = 0
    mtime_ns: int = 0
    fault: Reason | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a folder that is to be examined.

    Attributes:
        hidden: whether it or a folder above it is hidden.
        linked: whether it is a symbolic link.
    """

    path: str
    real: str
    hidden: bool
    linked: bool


class Warehouses:
    """Recognises folders of warehouses, which are no input, and notes those that were left out.

    Attributes:
        left_out: their paths, as they were reached.
    """

    def __init__(self, own: Path) -> None:
        """Begin with the warehouse of the run; its folder is one before it has any tables."""
        self._own = os.path.realpath(own)
        self.left_out: dict[str, None] = {}

    def is_one(self, path: str) -> bool:
        """Return whether a folder is that of the run's warehouse, or of any other.

        Raises:
            UsageError: it is to become the run's warehouse, and has files that may be inputs.
        """
        folder = Path(path)
        if (folder / FORMAT).is_file() and (folder / LAKE).is_dir():
            return True
        if os.path.realpath(path) != self._own:
            return False
        if any(not is_hidden(name) and name not in _BEGUN for name in os.listdir(path)):  # noqa: PTH208
            raise UsageError(
                f"The folder {path} has files of its own, and would become the warehouse: name "
                "another warehouse by --warehouse."
            )
        return True

    def leaves_out(self, path: str) -> bool:
        """Return whether a folder is a warehouse, and note it."""
        found = self.is_one(path)
        if found:
            self.left_out[path] = None
        return found

    def hold(self, path: str, base: str) -> bool:
        """Return whether a file lies in a warehouse that is a folder below `base`."""
        folders = []
        folder = os.path.dirname(path)  # noqa: PTH120 (a Path per file is slow)
        while len(folder) > len(base):
            folders.append(folder)
            folder = os.path.dirname(folder)  # noqa: PTH120
        return any(map(self.leaves_out, reversed(folders)))


def walk_folder(folder: str, warehouses: Warehouses | None = None) -> Iterator[FoundFile]:
    """Yield every file in a folder and those below, sorted by name.

    Symbolic links are followed within the folder only, because a folder that somebody else packed
    must not make private files of this machine part of a corpus. Entries that cannot or must not
    be read are yielded with a fault. A folder that is reached twice is walked once.

    Args:
        warehouses: leaves out the folders of warehouses; None to walk them, too.
    """
    walked: set[str] = set()
    root = os.path.realpath(folder)
    waiting = [_Entry(folder, root, hidden=False, linked=False)]
    while waiting:
        entry = waiting.pop()
        found = _describe(entry, root)
        if found:
            yield found
        elif entry.real not in walked:
            walked.add(entry.real)
            if warehouses and warehouses.leaves_out(entry.path):
                continue
            try:
                waiting.extend(_children(entry))
            except OSError:
                yield FoundFile(entry.path, entry.real, fault=Reason.UNREADABLE)


def find_file(path: str, root: str | None = None) -> FoundFile | None:
    """Describe a file that the user named; return None for a folder.

    Args:
        root: folder that a link must not lead out of; None if the user named the file itself.
    """
    real = os.path.realpath(path)
    return _describe(_Entry(path, real, hidden=False, linked=root is not None), root)


def remote_file(source: RangeSource, base: str) -> FoundFile:
    """Describe a file elsewhere.

    Args:
        base: address of the folder that the user named.
    """
    address = source.address
    names = address.removeprefix(base).strip("/").split("/")
    fault = Reason.HIDDEN_FILE if any(map(is_hidden, names)) else None
    return FoundFile(address, address, source.size, 0, fault, source.state)


def _children(folder: _Entry) -> list[_Entry]:
    """Return the entries of a folder in descending order, because the caller pops from the end."""
    entries = []
    with os.scandir(folder.path) as children:
        for child in children:
            linked = child.is_symlink()
            real = f"{folder.real.rstrip('/')}/{child.name}"
            if linked:
                real = os.path.realpath(child.path)
            elif folder.path == folder.real:
                real = child.path  # shares the string: a run may have 100,000 files
            hidden = folder.hidden or is_hidden(child.name)
            entries.append(_Entry(child.path, real, hidden, linked))
    return sorted(entries, key=lambda entry: entry.path, reverse=True)


def _describe(entry: _Entry, root: str | None = None) -> FoundFile | None:
    """Describe a file or a faulty entry; return None for a folder that is to be walked."""
    try:
        status = os.stat(entry.path)  # noqa: PTH116 (a Path per file is slow)
    except OSError as error:
        return FoundFile(entry.path, entry.real, fault=_stat_fault(error))
    if entry.linked and root is not None and not f"{entry.real}/".startswith(_with_slash(root)):
        return FoundFile(entry.path, entry.path, fault=Reason.LINK_LEADS_OUT)
    if stat.S_ISDIR(status.st_mode):
        if entry.linked and _leads_back(entry):
            return FoundFile(entry.path, entry.path, fault=Reason.SYMLINK_LOOP)
        return None
    fault = Reason.HIDDEN_FILE if entry.hidden else None
    if not stat.S_ISREG(status.st_mode):
        fault = Reason.NOT_A_FILE
    return FoundFile(entry.path, entry.real, status.st_size, status.st_mtime_ns, fault)


def _with_slash(folder: str) -> str:
    return folder.rstrip("/") + "/"


def _leads_back(link: _Entry) -> bool:
    """Return whether a link leads to a folder that contains it."""
    parent = os.path.realpath(link.path.rpartition("/")[0])
    return f"{parent}/".startswith(f"{link.real.rstrip('/')}/")


def _stat_fault(error: OSError) -> Reason:
    known = {errno.ELOOP: Reason.SYMLINK_LOOP, errno.ENOENT: Reason.BROKEN_LINK}
    return known.get(error.errno or 0, Reason.UNREADABLE)
