"""Retrieval of one document's bytes from the file in which its run found them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.errors import UsageError
from config.settings import ReadSettings
from tasks.boilerplate.remove import Learned, LineSet, line_set
from tasks.raw.archived import present_path
from tasks.read.batch import read_batch
from tasks.read.fields import column_choice
from tasks.read.lookup import FoundDocument, batches_of, file_of, files_of
from tasks.read.plan import plan_inputs
from tasks.records import Dropped, RawDocument
from tasks.web.fingerprint import article_id
from tasks.web.urls import url_key
from warehouse.format_file import inputs_here
from warehouse.layout import RAW
from warehouse.query import opened, rows
from warehouse.schema import BOILERPLATE, TAKEDOWNS
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document read again, and the boilerplate learned of its source up to now."""

    document: RawDocument | Dropped
    learned: Learned


def read_file(path: str, settings: ReadSettings) -> RawDocument | Dropped:
    """Read a file that is one document, or the first document of an archive."""
    planned = plan_inputs([path], settings, columns={}, limit=1)
    for batch in planned.batches:
        for found in read_batch(batch, settings, planned.columns):
            return found
    raise UsageError(
        f"{path} holds no document: give an HTML or text file, or an archive with documents."
    )


def read_stored(warehouse: Path, named: str, settings: ReadSettings) -> StoredDocument:
    """Read the document of an article_id or address that the warehouse knows once more.

    For an article this is its current version, for another address the newest attempt.

    Raises:
        UsageError: the warehouse does not know it, or its bytes are gone.
    """
    with opened(warehouse) as connection:
        values = {"named": named, "url_key": url_key(named) or ""}
        names, found = rows(connection, statement("document_named"), values)
    if time := _taken_down_at(warehouse, named):
        raise UsageError(
            f"{named} was taken down on {time:%Y-%m-%d}: nothing of it is stored any more."
        )
    if not found:
        raise UsageError(
            f"{warehouse} knows no document {named!r}: give an address from the column `url` of "
            "`documents`, an article_id, or a file."
        )
    row = dict(zip(names, found[0], strict=True))
    document = _read(warehouse, row, settings)
    if document is None:
        raise UsageError(
            f"The bytes of {row['locator']} are gone: its file was moved, changed or pruned after "
            f"the run {row['run_id']} had read it from {', '.join(row['inputs'])}."
        )
    return StoredDocument(document, Learned(_lines_removed(warehouse), row["source"]))


def _taken_down_at(warehouse: Path, named: str) -> datetime | None:
    """Return when an article was taken down, if it was."""
    with opened(warehouse) as connection:
        _, views = rows(connection, "select view_name from duckdb_views() where not internal")
        if (TAKEDOWNS.name,) not in views:  # the warehouse was published by an older Broadsheet
            return None
        values = {"named": named, "key_id": article_id(url_key(named) or named)}
        _, found = rows(connection, statement("taken_down_at"), values)
    return found[0][0] if found else None


def _lines_removed(warehouse: Path) -> dict[str, LineSet]:
    """Return the learned boilerplate by source."""
    with opened(warehouse) as connection:
        _, views = rows(connection, "select view_name from duckdb_views() where not internal")
        if (BOILERPLATE.name,) not in views:  # the warehouse was published by an older Broadsheet
            return {}
        _, found = rows(connection, statement("lines_removed"))
    return {source: line_set(lines) for source, lines in found}


def _read(
    warehouse: Path, row: dict[str, Any], settings: ReadSettings
) -> RawDocument | Dropped | None:
    """Read the document of a row again; None if its file is gone."""
    locator: str = row["locator"]
    file = file_of(locator)
    columns = column_choice(dict(json.loads(row["parameters"] or "{}").get("columns") or ()))
    if locator.startswith(f"{RAW}/"):
        found = present_path(warehouse, file)
    else:
        found = files_of(inputs_here(row["inputs"], warehouse), settings, columns).get(file)
    if found is None:
        return None
    [batch], _ = batches_of([FoundDocument(found, locator)])
    return next(read_batch(batch, settings, columns), None)
