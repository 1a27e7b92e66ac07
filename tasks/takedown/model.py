"""Records of takedowns: the request, the articles, the places, and the journal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from config.errors import DamagedWarehouseError
from warehouse.files import write_bytes
from warehouse.layout import TAKEDOWN_JOURNAL


@dataclass(frozen=True, slots=True)
class TakenArticle:
    """An article that is taken down.

    Attributes:
        versions: the number of its versions; 0 if only its pages or listings are stored.
        keys: the keys of its addresses.
        key_ids: hashes of these keys, made as ids of articles are.
        urls: its addresses, as the tables spell them.
        texts: the hashes of its texts that no other article has.
    """

    article_id: str
    versions: int
    keys: tuple[str, ...] = ()
    key_ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Takedown:
    """A takedown that has begun: the content of its journal, which is removed at its end.

    The journal alone has the addresses; all that stays is `entries`.

    Attributes:
        run_id: the run as which it is recorded.
        locators: locators of the ledger that name a page by its path, each as run and locator.
        records: the places of WARC records in the raw zone, as locators.
        runs: new values of rows of `runs`, by run and column.
        visits: new values of rows of `visits`, by run, source and column.
        inputs: paths of inputs that were one page each, as the table `inputs` names them, by run.
        neighbours: hashes of the texts of articles that share a cluster with one of these.
        conditions: new conditions of snapshots whose condition quotes an article, by name.
        references: the tags and branches of tables whose snapshots hold the articles.
        rewritten: the number of files that are rewritten.
    """

    run_id: str
    taken_at: datetime
    reason: str
    requested_by: str | None
    articles: tuple[TakenArticle, ...]
    locators: tuple[tuple[str, str], ...] = ()
    records: tuple[str, ...] = ()
    runs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    visits: tuple[tuple[str, str, Mapping[str, int]], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    neighbours: tuple[str, ...] = ()
    conditions: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    rewritten: int = 0

    def entries(self) -> list[dict[str, Any]]:
        """Return what is kept of the takedown for ever: a row of `takedowns` per article."""
        return [
            {
                "article_id": one.article_id,
                "taken_at": self.taken_at,
                "reason": self.reason,
                "requested_by": self.requested_by,
                "versions": one.versions,
                "files": self.rewritten,
                "key_ids": list(one.key_ids),
                "run_id": self.run_id,
            }
            for one in self.articles
        ]


@dataclass(frozen=True, slots=True)
class HoldingPlace:
    """A place that holds something of the articles.

    Attributes:
        where: a table, or a file within the warehouse's folder, or a path outside it.
        count: rows of a table or records of a file; None if they are not counted.
        detail: the beginning of a sentence about it; "" for a table.
        stays: whether a person has to decide on it or remove it.
    """

    where: str
    count: int | None = None
    detail: str = ""
    stays: bool = False


def write_takedown_journal(warehouse: Path, takedown: Takedown) -> None:
    """Write the journal: from now on the takedown is completed, whatever happens."""
    write_bytes(warehouse / TAKEDOWN_JOURNAL, orjson.dumps(asdict(takedown)))


def read_takedown_journal(warehouse: Path) -> Takedown | None:
    """Return the takedown that was begun and not ended, if there is one.

    Raises:
        DamagedWarehouseError: the journal cannot be read.
    """
    path = warehouse / TAKEDOWN_JOURNAL
    if not path.is_file():
        return None
    try:
        fields = orjson.loads(path.read_bytes())
        articles = tuple(
            TakenArticle(**{key: _frozen(value) for key, value in one.items()})
            for one in fields.pop("articles")
        )
        taken_at = datetime.fromisoformat(fields.pop("taken_at"))
        frozen = {key: _frozen(value) for key, value in fields.items()}
        return Takedown(articles=articles, taken_at=taken_at, **frozen)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedWarehouseError(
            f"{path}, the journal of a takedown, is damaged: move it out of the warehouse and "
            "repeat `broadsheet takedown`."
        ) from error


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
