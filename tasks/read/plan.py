"""Plans which files a run reads, in which batches. Only the first bytes of files are read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from config.settings import ReadSettings
from tasks.read.fields import column_choice
from tasks.read.locators import name_files, possible_names
from tasks.read.named_inputs import NamedInput, find_input, find_named, refuse_missing_columns
from tasks.read.spans import (
    Batch,
    Plan,
    PlannedInput,
    Span,
    batch_from_json,
    batch_to_json,
)
from tasks.read.split import split_files
from tasks.read.walk import FoundFile, Warehouses

__all__ = [
    "Batch",
    "Plan",
    "PlannedInput",
    "Span",
    "batch_from_json",
    "batch_to_json",
    "plan_inputs",
    "plan_outside",
]


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
    return _plan(find_named(paths, columns, settings), settings, columns, limit, base)


def plan_outside(
    warehouse: Path,
    paths: Sequence[str | Path],
    settings: ReadSettings,
    *,
    columns: Mapping[str, str],
    limit: int | None,
) -> Plan:
    """Plan as `plan_inputs` does, but leave out the folders of warehouses within the inputs.

    Args:
        warehouse: folder of the run's warehouse, which is left out even if it is empty.

    Raises:
        UsageError: As in `plan_inputs`, or the user named a warehouse as an input.
    """
    warehouses = Warehouses(warehouse)
    inputs = find_named(paths, columns, settings, warehouses)
    planned = _plan(inputs, settings, columns, limit, None)
    return replace(planned, left_out=tuple(warehouses.left_out))


def _plan(
    inputs: Sequence[NamedInput],
    settings: ReadSettings,
    columns: Mapping[str, str],
    limit: int | None,
    base: Path | None,
) -> Plan:
    chosen = column_choice(columns)
    refuse_missing_columns([named.head for named in inputs], columns)
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
    found, bases = _without_duplicates([find_input(path, columns, settings) for path in paths])
    spans = [span for span in _spans(found, bases) if span.fault is None]
    names = {span.locator: span.path for span in spans}
    if had_others:
        for number, file in found:
            for name in () if file.fault else possible_names(file.path, bases[number]):
                names.setdefault(name, file.path)
    return names


def _without_duplicates(
    inputs: Sequence[NamedInput],
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
