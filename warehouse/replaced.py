"""Records of the files that a compacted file replaces, kept beside it while any of them exists.

    lake/TABLE/data/202503-compacted-0123456789abcdef-00000.parquet    the compacted file
                    202503-compacted-0123456789abcdef-00000.json       the files that it replaces

The replaced files stay for the grace time. If the table's metadata is lost in this time, a repair
finds both on the disk, and must not register the same rows twice. If the compacted file is damaged,
the replaced files can take its place.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from warehouse.files import write_bytes

COMPACTED = "compacted"
_COMPACTED_NAME = re.compile(rf"\d{{6}}-{COMPACTED}-[0-9a-f]{{16}}-\d{{5}}\.parquet")
# Ids of runs begin with the time of their start. Files with other names count as of long ago.
_PERIOD = re.compile(rf"(\d{{6}})(?:\d{{2}}T|-{COMPACTED}-)")
_UNDATED = "000000"
Replaced = Mapping[str, frozenset[str]]


def is_compacted(name: str) -> bool:
    """Return whether a file of this name holds the rows of several files, and so of many runs."""
    return _COMPACTED_NAME.fullmatch(name) is not None


def period_of(name: str) -> str:
    """Return the month in the id of a run or the name of a file; "000000" if it has none."""
    match = _PERIOD.match(name)
    return match[1] if match else _UNDATED


def record_replaced(path: Path, files: Iterable[str]) -> None:
    """Record the files that a compacted file replaces; this comes before the file is written."""
    names = sorted(Path(file).name for file in files)
    write_bytes(path.with_suffix(".json"), orjson.dumps(names, option=orjson.OPT_INDENT_2))


def replaced_files(folder: Path) -> Replaced:
    """Return the names of the replaced files by the name of the compacted file.

    A record that cannot be read counts as lost.
    """
    found = {}
    for path in sorted(folder.glob(f"*-{COMPACTED}-*.json")):
        try:
            names = orjson.loads(path.read_bytes())
            found[path.with_suffix(".parquet").name] = frozenset(map(str, names))
        except (OSError, ValueError, TypeError):
            continue
    return found


def remove_outdated_records(folder: Path) -> None:
    """Remove the records whose compacted file, or all of whose replaced files, are gone."""
    for name, files in replaced_files(folder).items():
        path = folder / name
        if not path.exists() or not any((folder / file).exists() for file in files):
            path.with_suffix(".json").unlink()


def copies_of(name: str, whole: Iterable[str], replaced: Replaced) -> frozenset[str] | None:
    """Return whole files that together hold the rows of a compacted file; None if some are missing.

    A replaced file that is missing may itself be a compacted one, whose replaced files exist.

    Args:
        whole: names of the files that exist and are not damaged.
    """
    files = replaced.get(name)
    if files is None:
        return None
    present = frozenset(whole)
    found = files & present
    for missing in files - present:
        deeper = copies_of(missing, present, replaced)
        if deeper is None:
            return None
        found |= deeper
    return found


def hidden_files(named: Iterable[str], whole: Iterable[str], replaced: Replaced) -> frozenset[str]:
    """Return names of files whose rows other whole files hold, so that a table must not name both.

    Args:
        named: names of the files that the newest readable snapshot of the table names.
        whole: names of the files that exist and are not damaged, named or not.
    """
    present, current = frozenset(whole), frozenset(named)
    hidden: set[str] = set()
    for name in replaced.keys() & present:
        if name in current or copies_of(name, present, replaced) is None:
            hidden |= _all_replaced(name, replaced)
        else:
            # It may never have been committed, or by a snapshot that is lost.
            hidden.add(name)
    return frozenset(hidden)


def _all_replaced(name: str, replaced: Replaced) -> frozenset[str]:
    files = replaced.get(name, frozenset())
    return files.union(*(_all_replaced(file, replaced) for file in files))
