"""Changes to a warehouse that make it look as if an older Broadsheet had filled it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.web.fingerprint import content_hash
from warehouse.layout import LAKE

Row = dict[str, Any]


def made_by_an_older_extractor(warehouse: Path) -> None:
    """Cut every stored text to its first paragraph, as if version 0 of the extractor read it."""
    _rewrite(warehouse, "article_versions", lambda row: _teaser(row) | {"extractor_version": "0"})


def made_by_an_older_broadsheet(warehouse: Path) -> None:
    """Cut every stored text to its first paragraph, as if an older cleaning had done it.

    The extractor is the same, and `runs` names an older version of Broadsheet.
    """
    _rewrite(warehouse, "article_versions", _teaser)
    _rewrite(warehouse, "runs", lambda row: {"code_version": "0.0.1"})


def _teaser(row: Row) -> Row:
    text = row["text"].split("\n\n")[0]
    hashed = content_hash(text)
    return {"text": text, "content_hash": hashed, "whole_hash": hashed}


def _rewrite(warehouse: Path, table: str, change: Callable[[Row], Row]) -> None:
    for path in (warehouse / LAKE / table / "data").glob("*.parquet"):
        stored = pq.read_table(path)
        rows = [row | change(row) for row in stored.to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows, stored.schema), path)
