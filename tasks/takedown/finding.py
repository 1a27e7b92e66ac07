"""Find the articles that a takedown names, their addresses, and what the ledger says of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import orjson

from config.errors import UsageError
from tasks.takedown.connection import RUN_COUNTS, VISIT_COUNTS, define_taken, define_texts
from tasks.takedown.model import Takedown, TakenArticle
from tasks.takedown.rules import TAKEN_PATH
from tasks.web.fingerprint import article_id
from tasks.web.urls import registered_domain, url_key
from warehouse.statements import statement

_ID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Asked:
    """The articles that a request names: addresses by their keys, ids of articles, hashes of keys.

    Attributes:
        names: each id or key with the words by which the person named it.
        key_ids: hashes of further keys, of an earlier takedown of the article with that id.
    """

    names: Mapping[str, str]
    key_ids: Mapping[str, tuple[str, ...]]

    @property
    def ids(self) -> list[str]:
        """Return the ids of articles that are named, or that these keys make."""
        return [name if _ID.fullmatch(name) else article_id(name) for name in self.names]


def read_names(argument: str) -> list[str]:
    """Return the addresses and ids that an argument names: itself, or the lines of a file.

    Empty lines and lines that begin with `#` are left out.

    Raises:
        UsageError: the file has no line, or cannot be read.
    """
    if "://" in argument or _ID.fullmatch(argument):
        return [argument]
    path = Path(argument).expanduser()
    is_file = False
    with suppress(OSError):  # a text that is longer than any name
        is_file = path.is_file()
    if not is_file:
        raise UsageError(
            f"{argument[:300]} is no address, no article_id and no file: give one of them, such as "
            "https://courier.example/story."
        )
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
        named = {line: number for number, line in enumerate(lines, 1) if line and line[0] != "#"}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a list of addresses: {error}.") from error
    if not named:
        raise UsageError(f"{path} names no address: write one address or article_id per line.")
    for name, number in named.items():
        if _key_of(name) is None:
            raise UsageError(
                f"Line {number} of {path} is neither an address nor an article_id, but "
                f"{name[:100]!r}: nothing was done."
            )
    return list(named)


def _key_of(name: str) -> str | None:
    """Return an article_id, or the key of an address; None for anything else."""
    if _ID.fullmatch(name):
        return name.lower()
    return (url_key(name) or None) if "://" in name else None


def asked_for(names: Iterable[str]) -> Asked:
    """Return what addresses and ids of articles stand for.

    Raises:
        UsageError: one of them is neither.
    """
    found = {}
    for name in names:
        key = _key_of(name)
        if key is None:
            raise UsageError(f"{name} is neither an address nor an article_id: nothing was done.")
        found[key] = name
    return Asked(found, {})


def find_articles(connection: _Connection, asked: Asked) -> tuple[list[TakenArticle], list[str]]:
    """Return the articles of a request, with their addresses.

    An address of which the warehouse has no article, but pages or listings, counts as one.

    Returns:
        The articles, and the names of which the warehouse has nothing.
    """
    rows = _versions(connection, asked)
    define_taken(connection, [TakenArticle(one, 0) for one in _ids(rows)])
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for identity, key in connection.execute(statement("taken_keys")).fetchall():
        keys[identity].add(key)
    met = {key for row in rows for key in (row["article_id"], *row["keys"])}
    for key in asked.names:
        if key not in met and not _ID.fullmatch(key):
            keys[article_id(key)].add(key)
    for identity, found in _keys_of_hashes(connection, asked).items():
        keys[identity] |= found
    urls, more = _addresses(connection, keys, rows)
    for identity, others in more.items():
        keys[identity] |= others
    texts = defaultdict(list)
    for identity, text in connection.execute(statement("taken_texts")).fetchall():
        texts[identity].append(text)
    articles = [
        TakenArticle(
            article_id=identity,
            versions=sum(row["article_id"] == identity for row in rows),
            keys=tuple(sorted(keys[identity])),
            key_ids=_key_ids(identity, keys[identity], asked),
            urls=tuple(sorted(urls[identity])),
            texts=tuple(texts[identity]),
        )
        for identity in dict.fromkeys((*_ids(rows), *keys, *asked.key_ids))
    ]
    known = [one for one in articles if one.versions or one.urls or one.article_id in asked.key_ids]
    return known, _unknown(asked, known, met)


def _key_ids(identity: str, keys: Iterable[str], asked: Asked) -> tuple[str, ...]:
    return tuple(sorted({*map(article_id, keys), *asked.key_ids.get(identity, ())}))


def _unknown(asked: Asked, known: Sequence[TakenArticle], met: set[str]) -> list[str]:
    ids = {one.article_id for one in known} | {key for one in known for key in one.keys}
    return [name for key, name in asked.names.items() if key not in ids and key not in met]


def _versions(connection: _Connection, asked: Asked) -> list[dict[str, Any]]:
    names = {**asked.names, **dict.fromkeys(asked.key_ids, "")}
    define_texts(connection, "asked_ids", "article_id", (n for n in names if _ID.fullmatch(n)))
    define_texts(connection, "asked_keys", "key", (n for n in names if not _ID.fullmatch(n)))
    connection.execute(
        "create or replace temp view asked as "
        "select article_id, null as key from asked_ids union all select null, key from asked_keys"
    )
    domains = _domains(name for name in names if not _ID.fullmatch(name))
    answer = connection.execute(statement("taken_versions"), {"domains": domains})
    rows: list[dict[str, Any]] = answer.to_arrow_table().to_pylist()
    return [{**row, "keys": [key for key in row["keys"] if key]} for row in rows]


def _ids(rows: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["article_id"] for row in rows))


def _keys_of_hashes(connection: _Connection, asked: Asked) -> dict[str, set[str]]:
    """Return the keys in the warehouse that have the hashes of an earlier takedown."""
    wanted = {one: identity for identity, ids in asked.key_ids.items() for one in ids}
    found: defaultdict[str, set[str]] = defaultdict(set)
    if wanted:
        keys = connection.execute(
            "select url_key from fetches where url_key is not null union "
            "select url_key from discoveries where url_key is not null union "
            "select key_of(url) from (select distinct url from documents where url is not null) "
            "union select unnest([url_key, own_key]) from article_versions"
        )
        for (key,) in iter(keys.fetchone, None):
            if key and (identity := wanted.get(article_id(key))):
                found[identity].add(key)
    return found


def _addresses(
    connection: _Connection, keys: Mapping[str, set[str]], rows: Sequence[dict[str, Any]]
) -> tuple[defaultdict[str, set[str]], defaultdict[str, set[str]]]:
    """Return the addresses of each article as the tables spell them, and further keys of it."""
    owners = {key: identity for identity, own in keys.items() for key in own}
    urls: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for url in filter(None, (row["url"], row["url_canonical"])):
            if owners.get(url_key(url) or "") == row["article_id"]:
                urls[row["article_id"]].add(url)
    more: defaultdict[str, set[str]] = defaultdict(set)
    if not owners:
        return urls, more
    define_texts(connection, "wanted_keys", "key", owners)
    for url, key, leads_to in connection.execute(
        statement("addresses_met"), {"domains": _domains(owners)}
    ).fetchall():
        if identity := owners.get(key) or owners.get(leads_to):
            urls[identity].add(url)
            more[identity].add(key)
    return urls, more


def _domains(keys: Iterable[str]) -> list[str]:
    """Return the domains of keys; none if one of them has other spellings."""
    found = {registered_domain(key) or "" for key in keys}
    plain = all(name and name.isascii() and "xn--" not in name for name in found)
    return sorted(found) if plain else []


def with_ledger(connection: _Connection, takedown: Takedown) -> Takedown:
    """Return a takedown with what the tables say of its articles' documents.

    The connection has the tables of `define_taken`.
    """
    connection.execute(statement("taken_documents"))
    runs = connection.execute(statement("taken_runs")).to_arrow_table().to_pylist()
    visits = connection.execute(statement("taken_visits")).to_arrow_table().to_pylist()
    paths = connection.execute(
        "select run_id, locator from taken_documents where is_path order by all"
    ).fetchall()
    inputs = [(run_id, locator.rpartition("#")[0] or locator) for run_id, locator in paths]
    return replace(
        takedown,
        locators=tuple(paths),
        records=tuple(row[0] for row in connection.execute(statement("taken_records")).fetchall()),
        runs={row["run_id"]: _new_run(row, inputs) for row in runs},
        visits=tuple(
            (row["run_id"], row["source"], {name: row[name] for name in VISIT_COUNTS})
            for row in visits
        ),
        inputs=tuple(inputs),
        neighbours=tuple(row[0] for row in connection.execute(statement("neighbours")).fetchall()),
    )


def _new_run(row: dict[str, Any], pages: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the new values of a row of `runs`.

    The counts are those that the run would have had, had the articles been taken down before. Its
    inputs are named by a hash where one of them was a file of one page, whose name may say which.
    """
    taken = {name: row[f"were_{name}"] for name in RUN_COUNTS if name != "rejected"}
    names = {Path(path).name for run_id, path in pages if run_id == row["run_id"]}
    hidden = {one: _hidden(one) for one in row["inputs"] or () if Path(one).name in names}
    return {
        **{name: row[name] - count for name, count in taken.items()},
        "rejected": row["rejected"] + sum(taken.values()),
        "inputs": [hidden.get(one, one) for one in row["inputs"] or ()],
        "parameters": _without_names(row["parameters"], names) if hidden else row["parameters"],
    }


def _without_names(parameters: str | None, names: set[str]) -> str | None:
    """Return the parameters of a run in JSON, without paths that end in one of the names."""

    def without(value: Any) -> Any:
        if isinstance(value, list):
            return [without(one) for one in value]
        if isinstance(value, dict):
            return {key: without(one) for key, one in value.items()}
        return _hidden(value) if isinstance(value, str) and Path(value).name in names else value

    return parameters and orjson.dumps(without(orjson.loads(parameters))).decode()


def _hidden(path: str) -> str:
    return str(Path(path).with_name(TAKEN_PATH.rstrip("/"))) + "-" + article_id(path)[:16]
