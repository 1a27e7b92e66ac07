"""The bytes of one document, found again where the run that read it found them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import UsageError
from config.settings import ReadSettings
from tasks.process.learned import Learned, LineSet, line_set
from tasks.process.urls import url_key
from tasks.read.again import Found, batches_of, file_of, files_of
from tasks.read.batch import read_batch
from tasks.read.fields import column_choice
from tasks.read.locators import path_of
from tasks.read.plan import plan_inputs
from tasks.records import Dropped, RawDocument
from warehouse.layout import RAW
from warehouse.query import opened, rows
from warehouse.schema import BOILERPLATE
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Stored:
    """A document read anew, and what is learned of its source by now."""

    document: RawDocument | Dropped
    learned: Learned


def read_file(path: Path, settings: ReadSettings) -> RawDocument | Dropped:
    """A file that is one document, or the first document of an archive."""
    planned = plan_inputs([str(path)], settings, columns={}, limit=1)
    for batch in planned.batches:
        for found in read_batch(batch, settings, planned.columns):
            return found
    raise UsageError(f"{path} has no document.")


def read_stored(warehouse: Path, named: str, settings: ReadSettings) -> Stored:
    """The document of an article_id or address that the warehouse knows, read anew.

    Of an article its current version; of an address without one the newest attempt.

    Raises:
        UsageError: the warehouse does not know it, or its bytes are gone.
    """
    with opened(warehouse) as connection:
        values = {"named": named, "url_key": url_key(named) or ""}
        names, found = rows(connection, statement("document_named"), values)
    if not found:
        raise UsageError(
            f"{warehouse} knows no document {named!r}: name an address as in the column `url` of "
            "`documents`, an article_id, or a file."
        )
    row = dict(zip(names, found[0], strict=True))
    document = _read(warehouse, row, settings)
    if document is None:
        raise UsageError(
            f"The bytes of {row['locator']} are gone: its file was moved, changed or pruned since "
            f"the run {row['run_id']} read it from {', '.join(row['inputs'])}."
        )
    return Stored(document, Learned(_lines_removed(warehouse), row["source"]))


def _lines_removed(warehouse: Path) -> dict[str, LineSet]:
    with opened(warehouse) as connection:
        _, views = rows(connection, "select view_name from duckdb_views() where not internal")
        if (BOILERPLATE.name,) not in views:  # published by an older Broadsheet
            return {}
        _, found = rows(connection, statement("lines_removed"))
    return {source: line_set(lines) for source, lines in found}


def _read(
    warehouse: Path, row: dict[str, Any], settings: ReadSettings
) -> RawDocument | Dropped | None:
    locator: str = row["locator"]
    file = file_of(locator)
    columns = column_choice(dict(json.loads(row["parameters"] or "{}").get("columns") or ()))
    if locator.startswith(f"{RAW}/"):
        path = warehouse / file
        found = str(path) if path.is_file() else None
    else:
        found = files_of(map(path_of, row["inputs"]), settings, columns).get(file)
    if found is None:
        return None
    [batch], _ = batches_of([Found(found, locator)])
    return next(read_batch(batch, settings, columns), None)
