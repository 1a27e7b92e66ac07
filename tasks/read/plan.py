"""Plans which files a run reads, in which batches. Only the first bytes of files are read."""

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
from tasks.read.kinds import Kind
from tasks.read.locators import name_files, possible_names
from tasks.read.outline import outline
from tasks.read.remote.addresses import is_remote
from tasks.read.remote.opening import find_remote
from tasks.read.spans import (
    Batch,
    Plan,
    PlannedInput,
    Span,
    batch_from_json,
    batch_to_json,
)
from tasks.read.split import split_files
from tasks.read.text_columns import BACKFILL, is_address_list, text_option
from tasks.read.text_heads import lists_addresses
from tasks.read.walk import FoundFile, find_file, remote_file, walk_folder

__all__ = [
    "Batch",
    "Plan",
    "PlannedInput",
    "Span",
    "batch_from_json",
    "batch_to_json",
    "plan_inputs",
]


@dataclass(frozen=True, slots=True)
class _NamedInput:
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


def plan_inputs(
    paths: Sequence[str | Path],
    settings: ReadSettings,
    *,
    columns: Mapping[str, str],
    limit: int | None,
    base: Path | None = None,
) -> Plan:
    """Plan the reading of any mix of files, folders and globs.

    The same input gives the same plan. A file that is reached twice is read once.

    Args:
        columns: columns that the user chose by `--map`, from field to column.
        limit: number of documents after which reading ends; the plan then has one batch.
        base: folder to which all locators are relative, instead of the folders that follow from
            `paths`.

    Raises:
        UsageError: A path does not exist, a folder is empty, a file that the user named is of a
            kind that is not read, or `columns` names an unknown field.
    """
    chosen = column_choice(columns)
    if not paths:
        raise UsageError("Nothing to read: name a file, a folder or a glob.")
    inputs = [_find(str(path), chosen, settings) for path in paths]
    _refuse_missing_columns([named.head for named in inputs], columns)
    found, bases = _without_duplicates(inputs)
    files = _spans(found, [str(base)] * len(bases) if base else bases)
    return Plan(
        inputs=tuple(named.path for named in inputs),
        files=tuple(
            PlannedInput(file.path, file.bytes, file.mtime_ns, file.state) for _, file in found
        ),
        batches=_batches(files, chosen, limit, settings),
        columns=chosen,
        limit=limit,
    )


def named_files(
    paths: Sequence[str],
    settings: ReadSettings,
    columns: Mapping[str, str],
    *,
    had_others: bool = False,
) -> dict[str, str]:
    """Return the paths of the files of these inputs, keyed by locator.

    Args:
        had_others: whether the run had further inputs. Each file is then found by all locators that
            it may have had beside them; if two files share one, it is that of the first.

    Raises:
        UsageError: See `plan_inputs`.
    """
    found, bases = _without_duplicates([_find(path, columns, settings) for path in paths])
    spans = [span for span in _spans(found, bases) if span.fault is None]
    names = {span.locator: span.path for span in spans}
    if had_others:
        for number, file in found:
            for name in () if file.fault else possible_names(file.path, bases[number]):
                names.setdefault(name, file.path)
    return names


def _find(named: str, columns: Mapping[str, str], settings: ReadSettings) -> _NamedInput:
    if is_remote(named):
        return _find_remote(named, columns, settings)
    path = os.path.abspath(Path(named).expanduser())  # noqa: PTH100 (resolve() follows links)
    if not os.path.lexists(path) and glob.has_magic(named):
        return _find_by_glob(named, path)
    if not Path(path).exists():
        raise UsageError(f"{named} does not exist; give the path of a file or folder, or a glob.")
    file = find_file(path)
    if file:
        head = _refuse_unknown(file, columns, settings)
        return _NamedInput(path, str(Path(path).parent), [file], head)
    files = list(walk_folder(path))
    if not files:
        raise UsageError(f"The folder {named} is empty; give a folder that has files in it.")
    return _NamedInput(path, path, files)


def _find_remote(address: str, columns: Mapping[str, str], settings: ReadSettings) -> _NamedInput:
    found = find_remote(address, settings)
    files = [remote_file(source, found.base) for source in found.sources]
    head = _refuse_unknown(files[0], columns, settings) if found.is_file else None
    return _NamedInput(found.address, found.base, files, head)


def _find_by_glob(named: str, path: str) -> _NamedInput:
    """Find the files of a glob; its base is the last folder before the first wildcard."""
    parts = Path(path).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    base = str(Path(*parts[:fixed]))
    files: list[FoundFile] = []
    matches = glob.glob(path, recursive=True)  # noqa: PTH207 (not Path.glob: patterns from /)
    for match in sorted(matches):
        file = find_file(match, os.path.realpath(base))
        files.extend([file] if file else walk_folder(match))
    if not files:
        raise UsageError(f"No file matches {named}; check the pattern, and quote it for the shell.")
    return _NamedInput(path, base, files)


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


def _refuse_missing_columns(heads: Sequence[TableHead | None], columns: Mapping[str, str]) -> None:
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


def _without_duplicates(
    inputs: Sequence[_NamedInput],
) -> tuple[list[tuple[int, FoundFile]], list[str]]:
    """Return each file once with the number of the first input that reaches it, and all bases."""
    seen: set[str] = set()
    found = []
    for number, named in enumerate(inputs):
        for file in named.files:
            if file.real not in seen:
                seen.add(file.real)
                found.append((number, file))
    return found, [named.base for named in inputs]


def _spans(found: Sequence[tuple[int, FoundFile]], bases: Sequence[str]) -> list[Span]:
    """Return one span per file; its number is its place in this list."""
    locators = name_files([(number, file.path) for number, file in found], bases)
    return [
        Span(
            number,
            file.path,
            locator,
            file.bytes,
            fault=file.fault and file.fault.value,
            state=file.state,
        )
        for number, ((_, file), locator) in enumerate(zip(found, locators, strict=True))
    ]


def _batches(
    files: list[Span], columns: Mapping[str, str], limit: int | None, settings: ReadSettings
) -> tuple[Batch, ...]:
    if limit is None:
        return split_files(files, columns, settings)
    return (Batch(0, tuple(files), sum(file.bytes for file in files), limit),)
