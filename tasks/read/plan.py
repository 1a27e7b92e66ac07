"""Plans a run's reading: which files, in which batches; sniffs heads, and reads nothing else."""

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.settings import ReadSettings
from tasks.read.dialects import csv_dialect
from tasks.read.fields import column_choice, names_text
from tasks.read.kinds import Kind
from tasks.read.locators import name_files
from tasks.read.outline import Outline, outline
from tasks.read.parquet_rows import ARROW_ERRORS, open_parquet
from tasks.read.spans import (
    Batch,
    Plan,
    PlannedInput,
    Span,
    batch_from_json,
    batch_to_json,
)
from tasks.read.split import split_files
from tasks.read.streams import open_file
from tasks.read.walk import Found, find_file, walk_folder

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
class _Input:
    """What the user named.

    Attributes:
        base: the folder that locators are relative to.
    """

    path: str
    base: str
    files: list[Found]


def plan_inputs(
    paths: Sequence[str | Path],
    settings: ReadSettings,
    *,
    columns: Mapping[str, str],
    limit: int | None,
    base: Path | None = None,
) -> Plan:
    """Plans the reading of files, folders and globs in any mix.

    The same input gives the same plan. A file that is reached twice is read once.

    Args:
        columns: `--map`: field to column.
        limit: all is one batch then, whose reading ends after so many documents.
        base: the folder that all files are named from, instead of what the user named.

    Raises:
        UsageError: a path does not exist or holds nothing, a file that was named is of a kind
            that is not read, or `columns` names an unknown field.
    """
    chosen = column_choice(columns)
    if not paths:
        raise UsageError("Nothing to read: name a file, a folder or a glob.")
    inputs = [_find(str(path), chosen, settings) for path in paths]
    found, bases = _once(inputs)
    files = _spans(found, [str(base)] * len(bases) if base else bases)
    return Plan(
        inputs=tuple(Path(named.path) for named in inputs),
        files=tuple(PlannedInput(file.path, file.bytes, file.mtime_ns) for _, file in found),
        batches=_batches(files, chosen, limit, settings),
        columns=chosen,
        limit=limit,
    )


def named_files(
    paths: Sequence[str], settings: ReadSettings, columns: Mapping[str, str]
) -> dict[str, str]:
    """The paths of the files of these inputs, by their locators; nothing is read but heads.

    Raises:
        UsageError: as of `plan_inputs`.
    """
    inputs = [_find(path, columns, settings) for path in paths]
    return {span.locator: span.path for span in _spans(*_once(inputs)) if span.fault is None}


def _find(named: str, columns: Mapping[str, str], settings: ReadSettings) -> _Input:
    path = os.path.abspath(Path(named).expanduser())  # noqa: PTH100 (resolve() follows links)
    if not os.path.lexists(path) and glob.has_magic(named):
        return _find_by_glob(named, path)
    if not Path(path).exists():
        raise UsageError(f"{named} does not exist; give the path of a file or folder, or a glob.")
    file = find_file(path)
    if file:
        _refuse_unknown(file, columns, settings)
        return _Input(path, str(Path(path).parent), [file])
    files = list(walk_folder(path))
    if not files:
        raise UsageError(f"The folder {named} is empty; give one that has files in it.")
    return _Input(path, path, files)


def _find_by_glob(named: str, path: str) -> _Input:
    """A glob is one input: its files are named from the last folder without a wildcard."""
    parts = Path(path).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    base = str(Path(*parts[:fixed]))
    files: list[Found] = []
    matches = glob.glob(path, recursive=True)  # noqa: PTH207 (not Path.glob: patterns from /)
    for match in sorted(matches):
        file = find_file(match, os.path.realpath(base))
        files.extend([file] if file else walk_folder(match))
    if not files:
        raise UsageError(f"No file matches {named}; check it, or quote it for the shell.")
    return _Input(path, base, files)


def _refuse_unknown(file: Found, columns: Mapping[str, str], settings: ReadSettings) -> None:
    """Refuses a file that the user named and that cannot give a single document."""
    if file.fault:
        raise UsageError(f"{file.path} is no regular file; give a file or a folder.")
    try:
        found = outline(file.path, columns, settings)
        header = _header(file, found, settings)
    except OSError as error:
        raise UsageError(f"Cannot read {file.path}: {error.strerror or error}.") from error
    if not found.head:
        return  # empty or damaged: a row in the ledger says so
    if found.inner.kind in (Kind.UNKNOWN_FORMAT, Kind.NOT_TEXT):
        raise UsageError(
            f"{file.path} is {found.inner.detail}, which is not read; give WARC, HTML, text, "
            "JSON, CSV or Parquet, or these in zip or tar."
        )
    if header is not None and not names_text(header, columns):
        raise UsageError(
            f"{file.path} has no column of text or HTML that is known by its name, only "
            f"{', '.join(header)[:300]}; say which one it is by --map text=COLUMN."
        )


def _header(file: Found, found: Outline, settings: ReadSettings) -> Sequence[str] | None:
    """The columns of a table; None for other kinds, and for damaged tables."""
    if found.inner.kind is Kind.CSV:
        text = found.head.decode(found.inner.encoding or "utf-8", "replace")
        return csv_dialect(text).header
    if found.outer is not Kind.PARQUET:
        return None
    with open_file(file.path, settings) as stream:
        try:
            return list(open_parquet(stream).schema_arrow.names)
        except ARROW_ERRORS:
            return None


def _once(inputs: Sequence[_Input]) -> tuple[list[tuple[int, Found]], list[str]]:
    """All files, each where it is reached first, with the number of its input."""
    seen: set[str] = set()
    found = []
    for number, named in enumerate(inputs):
        for file in named.files:
            if file.real not in seen:
                seen.add(file.real)
                found.append((number, file))
    return found, [named.base for named in inputs]


def _spans(found: Sequence[tuple[int, Found]], bases: Sequence[str]) -> list[Span]:
    locators = name_files([(number, file.path) for number, file in found], bases)
    return [
        Span(number, file.path, locator, file.bytes, fault=file.fault and file.fault.value)
        for number, ((_, file), locator) in enumerate(zip(found, locators, strict=True))
    ]


def _batches(
    files: list[Span], columns: Mapping[str, str], limit: int | None, settings: ReadSettings
) -> tuple[Batch, ...]:
    if limit is None:
        return split_files(files, columns, settings)
    return (Batch(0, tuple(files), sum(file.bytes for file in files), limit),)
