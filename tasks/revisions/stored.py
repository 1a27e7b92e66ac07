"""The versions of an article that the warehouse has stored, compared for `broadsheet diff`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

from config.errors import UsageError
from tasks.revisions.compare import Revision, VersionContent, compare
from tasks.web.urls import url_key
from warehouse.query import opened, rows
from warehouse.schema import REVISIONS
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of an article, with what tells it from the others.

    Attributes:
        is_reduced: whether its text was removed by `prune`.
    """

    article_id: str
    number: int
    change_reason: str | None
    url: str | None
    fetched_at: datetime | None
    content: VersionContent
    is_reduced: bool = False


@dataclass(frozen=True, slots=True)
class ComparedVersions:
    """Two versions of an article and their differences.

    Attributes:
        change_reason: as in `revisions`; None for two versions that do not follow each other.
    """

    older: StoredVersion
    newer: StoredVersion
    change_reason: str | None
    revision: Revision


@dataclass(frozen=True, slots=True)
class History:
    """All versions of an article in the order of time, and those that were compared."""

    versions: tuple[StoredVersion, ...]
    compared: tuple[ComparedVersions, ...]


def read_history(warehouse: Path, named: str, chosen: tuple[int, int] | None = None) -> History:
    """Compare the stored versions of an article, each with the one before it.

    Args:
        named: the article_id, or an address of the article.
        chosen: the numbers of two versions to compare instead.

    Raises:
        UsageError: the warehouse has no such article, or the article has no such versions.
    """
    with opened(warehouse) as connection:
        versions = _versions(connection, named)
        if not versions:
            raise UsageError(
                f"{warehouse} has no article {named!r}: give an article_id, or an address from the "
                "column `url` of `articles`."
            )
        pairs = [(*chosen, None)] if chosen else _pairs(connection, versions)
    by_number = {version.number: version for version in versions}
    if missing := {number for number, other, _ in pairs for number in (number, other)} - set(
        by_number
    ):
        numbers = ", ".join(map(str, sorted(by_number)))
        raise UsageError(
            f"The article {versions[0].article_id} has no version {min(missing)}: choose from "
            f"{numbers}."
        )
    order = [version.number for version in versions]
    if any(by_number[one].is_reduced for older, newer, _ in pairs for one in (older, newer)):
        raise UsageError(
            f"Texts of the article {versions[0].article_id} were removed by `broadsheet prune`: "
            "only its table `revisions` says what had changed."
        )
    pairs.sort(key=lambda pair: order.index(pair[1]))
    compared = (_compared(by_number[a], by_number[b], reason) for a, b, reason in pairs)
    return History(tuple(versions), tuple(compared))


def _versions(connection: duckdb.DuckDBPyConnection, named: str) -> list[StoredVersion]:
    values = {"named": named, "url_key": url_key(named) or ""}
    names, found = rows(connection, statement("versions_named"), values)
    versions = []
    for row in found:
        fields = dict(zip(names, row, strict=True))
        content = {name: fields[name] for name in VersionContent.__slots__}
        content |= {name: tuple(fields[name]) for name in ("authors", "learned_lines")}
        names_of_head = ("article_id", "change_reason", "url", "fetched_at", "is_reduced")
        head = {name: fields[name] for name in names_of_head}
        versions.append(
            StoredVersion(number=fields["version"], content=VersionContent(**content), **head)
        )
    return versions


def _pairs(
    connection: duckdb.DuckDBPyConnection, versions: Sequence[StoredVersion]
) -> list[tuple[int, int, str | None]]:
    """Return the pairs of versions that `revisions` compares, with the reasons of the changes."""
    _, views = rows(connection, "select view_name from duckdb_views() where not internal")
    if (REVISIONS.name,) not in views:  # the warehouse was published by an older Broadsheet
        return [(one.number, two.number, two.change_reason) for one, two in pairwise(versions)]
    values = {"article_id": versions[0].article_id}
    _, found = rows(connection, statement("pairs_named"), values)
    return [(older, newer, reason) for older, newer, reason in found]


def _compared(
    older: StoredVersion, newer: StoredVersion, change_reason: str | None
) -> ComparedVersions:
    return ComparedVersions(older, newer, change_reason, compare(older.content, newer.content))
