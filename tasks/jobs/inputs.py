"""Says how the inputs of a run were understood, from the table `inputs` and the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from config.errors import BroadsheetError
from config.wording import counted
from tasks.pipeline import Summary
from tasks.read.fields import OPTIONS
from tasks.read.understanding import Understood, in_words
from warehouse.query import opened, rows
from warehouse.statements import statement

# Inputs that the closing table shows one by one; the table `inputs` has all of them.
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row of the table `inputs`; see its columns.

    Attributes:
        mapping: the column or columns of each field, and under `extra` those that are kept there.
    """

    path: str
    kind: str | None
    encoding: str | None
    dialect: str | None
    mapping: Mapping[str, Any] | None
    declared: int | None
    found: int
    detail: str | None

    @property
    def is_incomplete(self) -> bool:
        """Return whether the input lacks documents that it declares."""
        return self.declared is not None and self.found < self.declared

    def __str__(self) -> str:
        how = in_words(
            Understood(
                self.path, self.kind or "not opened", self.encoding or "", self.dialect or ""
            ),
            self.mapping,
            self.detail or "",
        )
        if self.declared is not None and self.is_incomplete:
            return (
                f"{self.path}: {counted(self.declared, 'document')} declared, {self.found:,} "
                f"found; the others are rows of `documents` with the reason missing_document; {how}"
            )
        return f"{self.path}: {counted(self.found, 'document')}; {how}"


@dataclass(frozen=True, slots=True)
class WithoutText:
    """A file, archive member or sheet of which no row has a text.

    Attributes:
        rows: how many it has; None if its columns show that there is no text.
        advice: what to do about it.
        documents: how many rows of the ledger stand for it.
    """

    path: str
    rows: int | None
    advice: str | None
    documents: int

    def __str__(self) -> str:
        advice = self.advice or "name it by --map text=COLUMN"
        if self.rows is None:
            return f"{self.path} has the columns {advice}."
        rows = f"none of {self.rows:,} rows has" if self.rows > 1 else "the only row does not have"
        return f"{self.path}: {rows} a text; {advice}."


@dataclass(frozen=True, slots=True)
class InputsOfRun:
    """How the inputs of a run were understood.

    Attributes:
        without_source: how many documents have no source.
        without_text: files without any text.
        is_without_text: whether that is all that the run read.
        unused: pairs of field and column that the user chose and no row has.
    """

    inputs: tuple[InputRow, ...]
    without_source: int
    without_text: tuple[WithoutText, ...]
    is_without_text: bool
    unused: tuple[tuple[str, str], ...]

    def lines(self) -> Iterator[str]:
        """Yield what the closing table says of the inputs."""
        downloads = [one for one in self.inputs if one.declared is not None]
        if downloads:
            found = sum(one.found for one in downloads)
            missing = sum((one.declared or 0) - one.found for one in downloads)
            yield (
                f"{counted(len(downloads), 'databank download')}: "
                f"{counted(found, 'document')} found, {missing:,} missing."
            )
        for one in self.inputs[:MOST_SHOWN]:
            yield f"  {one}"
        if (more := len(self.inputs) - MOST_SHOWN) > 0:
            yield f"  … and {more:,} more, in the table `inputs`"
        if self.without_source:
            yield (
                f"source: NULL for {counted(self.without_source, 'document')}, which have no "
                "publication and no address; --source names one."
            )

    def warnings(self) -> Iterator[str]:
        """Yield sentences about what is probably a mistake."""
        for name, column in self.unused:
            yield f"--map {name}={column}: no row has a value in a column of this name."
        for one in self.without_text[:MOST_SHOWN]:
            yield str(one)
        if (more := len(self.without_text) - MOST_SHOWN) > 0:
            yield f"{more:,} more files have no text in any row, see `documents`."

    def require_text(self) -> None:
        """Raise an error if the run read nothing but rows without text.

        Raises:
            BroadsheetError: the first of these files, and what to do about it.
        """
        if self.is_without_text:
            raise BroadsheetError(f"Nothing was loaded. {self.without_text[0]}")


def inputs_of_run(summary: Summary, columns: Sequence[tuple[str, str]] = ()) -> InputsOfRun:
    """Return how the inputs of a run were understood, from the published file.

    Args:
        columns: the pairs of field and column that the user chose.
    """
    run = summary.run_id
    with opened(Path(summary.published).parent) as connection:

        def asked(name: str) -> list[tuple[Any, ...]]:
            return rows(connection, statement(name), {"run_id": run})[1]

        inputs = tuple(_input_row(*row) for row in asked("inputs_of_run"))
        [(without_source,)] = asked("without_source")
        without_text = tuple(WithoutText(*row) for row in asked("without_text"))
    lost = sum(one.documents for one in without_text)
    return InputsOfRun(
        inputs=inputs,
        without_source=without_source,
        without_text=without_text,
        is_without_text=bool(lost) and lost == summary.resolved.documents,
        unused=_unused(inputs, columns),
    )


def _input_row(
    path: str,
    kind: str | None,
    encoding: str | None,
    dialect: str | None,
    mapping: str | None,
    *counted: Any,
) -> InputRow:
    columns = orjson.loads(mapping) if mapping else None
    return InputRow(path, kind, encoding, dialect, columns, *counted)


def _unused(
    inputs: Sequence[InputRow], columns: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    used: set[str] = set()
    for one in inputs:
        for name, found in (one.mapping or {}).items():
            if name != "extra":
                used |= {found} if isinstance(found, str) else set(found)
    return tuple(
        (name, column)
        for name, column in columns
        if name not in OPTIONS
        and not any(one == column or one.startswith(f"{column}.") for one in used)
    )
