"""Finds the files that the user named as inputs: files, folders, globs and addresses."""

import glob
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.settings import ReadSettings
from tasks.read.fields import OPTIONS, column_choice, has_column, names_text
from tasks.read.header import TableHead, table_head
from tasks.read.kinds import MISNAMED, Kind
from tasks.read.outline import outline
from tasks.read.remote.addresses import is_remote
from tasks.read.remote.opening import find_remote
from tasks.read.text_columns import BACKFILL, is_address_list, text_option
from tasks.read.text_heads import lists_addresses
from tasks.read.walk import FoundFile, Warehouses, find_file, remote_file, walk_folder
from warehouse.layout import RAW


@dataclass(frozen=True, slots=True)
class NamedInput:
    """A file, folder or glob that the user named.

    Attributes:
        path: its absolute path or address.
        base: folder to which locators are relative.
        files: the files that it stands for.
        head: the beginning of a table that the user named as a file.
    """

    path: str
    base: str
    files: list[FoundFile]
    head: TableHead | None = None


def find_named(
    paths: Sequence[str | Path],
    columns: Mapping[str, str],
    settings: ReadSettings,
    warehouses: Warehouses | None = None,
) -> list[NamedInput]:
    """Return the files of each input.

    Args:
        warehouses: leaves out the folders of warehouses; None to read them, too.

    Raises:
        UsageError: there is none, or one does not exist, is empty, or is of a kind not read.
    """
    chosen = column_choice(columns)
    if not paths:
        raise UsageError("Nothing to read: name a file, a folder or a glob.")
    return [find_input(str(path), chosen, settings, warehouses) for path in paths]


def find_input(
    named: str,
    columns: Mapping[str, str],
    settings: ReadSettings,
    warehouses: Warehouses | None = None,
) -> NamedInput:
    """Return the files of one input; see `find_named`."""
    if is_remote(named):
        return _find_remote(named, columns, settings)
    path = os.path.abspath(Path(named).expanduser())  # noqa: PTH100 (resolve() follows links)
    if not os.path.lexists(path) and glob.has_magic(named):
        return _find_by_glob(named, path, warehouses)
    if not Path(path).exists():
        raise UsageError(f"{named} does not exist; give the path of a file or folder, or a glob.")
    file = find_file(path)
    if file:
        head = _refuse_unknown(file, columns, settings)
        return NamedInput(path, str(Path(path).parent), [file], head)
    if warehouses and warehouses.is_one(path):
        raise UsageError(
            f"{named} is the folder of a warehouse, which is no input; name another folder or the "
            f"archives in {Path(named, RAW)}, or choose another warehouse by --warehouse."
        )
    files = list(walk_folder(path, warehouses))
    if not files and warehouses and warehouses.left_out:
        raise UsageError(f"{named} has no files but those of a warehouse; give another folder.")
    if not files:
        raise UsageError(f"The folder {named} is empty; give a folder that has files in it.")
    return NamedInput(path, path, files)


def _find_remote(address: str, columns: Mapping[str, str], settings: ReadSettings) -> NamedInput:
    found = find_remote(address, settings)
    files = [remote_file(source, found.base) for source in found.sources]
    head = _refuse_unknown(files[0], columns, settings) if found.is_file else None
    return NamedInput(found.address, found.base, files, head)


def _find_by_glob(named: str, path: str, warehouses: Warehouses | None) -> NamedInput:
    """Find the files of a glob; its base is the last folder before the first wildcard."""
    parts = Path(path).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    base = str(Path(*parts[:fixed]))
    files: list[FoundFile] = []
    matches = glob.glob(path, recursive=True)  # noqa: PTH207 (not Path.glob: patterns from /)
    for match in sorted(matches):
        if warehouses and warehouses.hold(match, base):
            continue
        file = find_file(match, os.path.realpath(base))
        files.extend([file] if file else walk_folder(match, warehouses))
    if not files:
        raise UsageError(f"No file matches {named}; check the pattern, and quote it for the shell.")
    return NamedInput(path, base, files)


def _refuse_unknown(
    file: FoundFile, columns: Mapping[str, str], settings: ReadSettings
) -> TableHead | None:
    """Raise UsageError if a file that the user named cannot contain a document.

    Returns:
        The beginning of a table; None for other kinds.
    """
    if file.fault:
        raise UsageError(f"{file.path} is no regular file; give a file or a folder.")
    try:
        found = outline(file.path, columns, settings)
        head = table_head(file.path, found, columns, settings)
    except OSError as error:
        raise UsageError(f"Cannot read {file.path}: {error.strerror or error}.") from error
    if not found.head:
        return None  # empty or damaged: reading it writes a ledger row
    if found.outer is Kind.WARC:
        return None  # it may have a damaged beginning
    if found.inner.detail == MISNAMED:
        raise UsageError(
            f"{file.path} is {MISNAMED}: download the file that was meant, or give the page a name "
            "that ends with .html."
        )
    if found.inner.kind in (Kind.UNKNOWN_FORMAT, Kind.NOT_TEXT):
        raise UsageError(
            f"{file.path} is {found.inner.detail}, which is not read; give WARC, ARC, HTML, text, "
            "MHTML, PDF, DOCX, RTF, ODT, JSON, CSV, Excel, SQLite or Parquet, also in zip or tar."
        )
    if found.inner.kind is Kind.TEXT and lists_addresses(found.head):
        raise _address_list(file.path)
    if head is not None and not names_text(head.names, columns):
        if is_address_list(head.names, head.rows):
            raise _address_list(file.path)
        raise UsageError(
            f"{file.path} has no column of text or HTML that is known by its name, only "
            f"{', '.join(head.names)[:300]}; say which one it is by "
            f"{text_option(head.names, head.rows)}."
        )
    return head


def _address_list(path: str) -> UsageError:
    return UsageError(
        f"{path} lists addresses without texts; `{BACKFILL} {shlex.quote(path)}` fetches and "
        "ingests them."
    )


def refuse_missing_columns(heads: Sequence[TableHead | None], columns: Mapping[str, str]) -> None:
    """Raise UsageError if `--map` names a column that none of the named tables has.

    Where other inputs were named, too, or rows may have more columns, reading shows it.
    """
    known = [head.names for head in heads if head is not None and head.is_complete]
    if len(known) < len(heads):
        return
    for name, column in columns.items():
        if name not in OPTIONS and not any(has_column(names, column) for names in known):
            there = ", ".join(dict.fromkeys(one for names in known for one in names))
            raise UsageError(
                f"--map {name}={column}: there is no column {column!r}; there are {there[:500]}."
            )
