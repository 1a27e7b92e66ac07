"""The folders of search indexes: names, a record of what they hold, links, checks, removal.

    WAREHOUSE/search/<publication_id>/     the index of a publication
                                           broadsheet.json: the tables' snapshots that it covers,
                                           and the size and checksum of each file
                    .building-…/           an index that is being built

tantivy never changes a file of a segment. So a new index begins with hard links to the files of the
one before it, and readers of that one keep theirs. The few files that tantivy does write again are
copied.
"""

import logging
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import xxhash

from warehouse.files import fsync, write_bytes
from warehouse.layout import SEARCH
from warehouse.search.words import WORDS_FORMAT

log = logging.getLogger("broadsheet.search")

# Raise this number when the fields of the index change: indexes are then built anew.
INDEX_FORMAT = 1
STATE_FILE = "broadsheet.json"
_BUILDING = ".building-"
_ID = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"\d{8}T\d{12}Z")
# What tantivy writes again under the same name, and its locks.
_CHANGING = {"meta.json", ".managed.json"}
_LOCKS = {".tantivy-writer.lock", ".tantivy-meta.lock"}
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class IndexState:
    """The record of an index.

    Attributes:
        covers: the snapshot of each table that it was built from.
        articles: the number of articles in it.
        files: the size and checksum of each file.
    """

    covers: Mapping[str, int | None]
    articles: int
    files: Mapping[str, tuple[int, str]]

    @property
    def bytes(self) -> int:
        """Return the size of all files."""
        return sum(size for size, _ in self.files.values())


def new_publication_id(now: datetime) -> str:
    """Return the id of a publication, which is its time."""
    return now.astimezone(UTC).strftime(_ID)


def index_folders(warehouse: Path) -> list[Path]:
    """Return the folders of complete indexes, the oldest first."""
    return sorted(path for path in (warehouse / SEARCH).glob("*") if _NAME.fullmatch(path.name))


def begin_folder(warehouse: Path, name: str, before: Path | None) -> Path:
    """Make the folder in which an index is built, with the files of the one before it."""
    folder = warehouse / SEARCH / f"{_BUILDING}{name}"
    folder.mkdir(parents=True)
    for path in before.iterdir() if before else ():
        if path.name in _LOCKS or path.name == STATE_FILE:
            continue
        if path.name in _CHANGING:
            shutil.copyfile(path, folder / path.name)
        else:
            _link(path, folder / path.name)
    return folder


def complete_folder(
    folder: Path, covers: Mapping[str, int | None], articles: int, known: IndexState | None
) -> Path:
    """Record what an index holds, and give its folder the final name.

    Args:
        known: the state of the index before it, of which most files have come.
    """
    files = {}
    earlier = known.files if known else {}
    for path in sorted(folder.iterdir()):
        if path.name not in _LOCKS:
            size = path.stat().st_size
            before = earlier.get(path.name)
            is_same = before is not None and before[0] == size and path.name not in _CHANGING
            files[path.name] = before if is_same and before else (size, checksum(path))
    state = {
        "format": [INDEX_FORMAT, WORDS_FORMAT],
        "covers": dict(covers),
        "articles": articles,
        "files": files,
    }
    write_bytes(folder / STATE_FILE, orjson.dumps(state, option=orjson.OPT_INDENT_2))
    for name in _CHANGING:  # tantivy lets nobody but their owner read these
        (folder / name).chmod((folder / STATE_FILE).stat().st_mode)
    fsync(folder)
    final = folder.with_name(folder.name.removeprefix(_BUILDING))
    folder.rename(final)
    fsync(final.parent)
    return final


def read_state(folder: Path) -> IndexState | None:
    """Return the record of an index of the present format; None if there is none."""
    try:
        state = orjson.loads((folder / STATE_FILE).read_bytes())
        if state["format"] != [INDEX_FORMAT, WORDS_FORMAT]:
            return None
        files = {name: (int(size), str(digest)) for name, (size, digest) in state["files"].items()}
        return IndexState(state["covers"], int(state["articles"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def index_fault(folder: Path, *, deep: bool = False) -> str | None:
    """Return how an index is damaged, as the end of a sentence; None if it looks whole.

    Args:
        deep: read all files and compare their checksums.
    """
    if not folder.is_dir():
        return "is missing"
    state = read_state(folder)
    if state is None:
        return "has no readable record of its files, or is of another format"
    for name, (size, digest) in state.files.items():
        path = folder / name
        if not path.is_file():
            return f"lacks its file {name}"
        if path.stat().st_size != size or (deep and checksum(path) != digest):
            return f"has a damaged file, {name}"
    return None


def checksum(path: Path) -> str:
    """Return the checksum of a file."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def remove_unfinished_indexes(warehouse: Path) -> None:
    """Remove the folders that killed builds left; the caller holds the writer lock."""
    for folder in (warehouse / SEARCH).glob(f"{_BUILDING}*"):
        shutil.rmtree(folder)


def remove_old_indexes(
    warehouse: Path, current: str | None, grace: timedelta, now: datetime
) -> None:
    """Remove the indexes that were replaced at least the grace time ago.

    Args:
        current: the name of the index that is published.
    """
    names = [folder.name for folder in index_folders(warehouse)]
    for name, after in pairwise([*names, new_publication_id(now)]):
        replaced = datetime.strptime(after, _ID).replace(tzinfo=UTC)
        if name != current and now - replaced >= grace:
            shutil.rmtree(warehouse / SEARCH / name)
            log.info("removed index=%s", name)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, target)
