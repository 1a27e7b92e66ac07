"""Candidates: what the statements find, compared with a model of their rule."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from math import floor
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tasks.stories import pairs
from tasks.stories.evidence import LEAST_CONTAINMENT
from tasks.stories.fingerprints import text_fingerprints
from tasks.stories.hits import near_hashes
from tasks.stories.resolve import Search, find_stories
from tasks.web.fingerprint import content_hash
from tests.stories.planting import planted
from tests.stories.tables import StoryTables, Told

DAY = date(2025, 3, 10)
DAYS = 10


def test_every_known_hash_passes_and_few_others(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    known, others = (chance.integers(-(2**60), 2**60, 100_000) * 8 for _ in range(2))
    lists = [known[:40].tolist(), [], others.tolist(), known[40:].tolist()]
    batch = pa.record_batch(
        {
            "text": pa.array([1, 2, 3, 4], pa.uint64()),
            "hashes": pa.array(lists, pa.list_(pa.int64())),
        }
    )
    found = pa.Table.from_batches(near_hashes([batch, batch.slice(3), batch.slice(0, 0)], known))
    rows = list(zip(found["text"].to_pylist(), found["hash"].to_pylist(), strict=True))
    whole, again = rows[: -len(lists[3])], rows[-len(lists[3]) :]
    assert [row for row in whole if row[0] != 3] == [
        *((1, number) for number in lists[0]),
        *((4, number) for number in lists[3]),
    ]
    assert again == [(4, number) for number in lists[3]]
    assert len([row for row in whole if row[0] == 3]) < 0.01 * len(others)


def nights() -> tuple[list[Told], list[Told]]:
    """Stored and fresh articles: some without a day, one text on several days and nights."""
    chance = random.Random(4)
    told = [
        Told(one.name, one.text, one.day if chance.random() < 0.9 else None)
        for one in planted(160, seed=12)
    ]
    stored, fresh = told[::2], told[1::2]
    text = stored[0].text
    stored += [Told("again-1", text, DAY), Told("again-2", text, DAY + timedelta(days=30))]
    fresh += [Told("again-3", text, DAY), Told("again-4", text, DAY + timedelta(days=9))]
    return stored, fresh


def model(stored: Sequence[Told], fresh: Sequence[Told], most: int) -> set[tuple[str, str]]:
    """The pairs of texts that have enough sampled shingles in common, at most DAYS days apart."""
    found = {content_hash(one.text): text_fingerprints(one.text) for one in [*stored, *fresh]}
    days: dict[str, set[date | None]] = {}
    for one in [*stored, *fresh]:
        days.setdefault(content_hash(one.text), set()).add(one.day)
    holders: dict[int, set[str]] = {}
    for text, fingerprints in found.items():
        for number in fingerprints.hashes:
            holders.setdefault(number, set()).add(text)
    few = {number for number, texts in holders.items() if len(texts) <= most}
    texts = sorted(found)
    new = {content_hash(one.text) for one in fresh}
    expected = set()
    for one in texts:
        for other in (text for text in texts if text > one):
            if not {one, other} & new or not any(
                a is None or b is None or abs(a - b).days <= DAYS
                for a in days[one]
                for b in days[other]
            ):
                continue
            mine, theirs = found[one], found[other]
            rate = max(mine.rate, theirs.rate)
            share = {1: LEAST_CONTAINMENT, 2: 0.2}.get(rate, 0.1)
            least = max(1, floor(min(mine.shingles, theirs.shingles) // rate * share))
            if len(set(mine.hashes) & set(theirs.hashes) & few) >= least:
                expected.add((one, other))
    return expected


@pytest.mark.parametrize("rows", [4_000_000, 700])
def test_candidates_are_those_of_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """One chunk of dated texts and one of undated ones, and one part or several."""
    monkeypatch.setattr(pairs, "_JOINED_ROWS", rows)
    seen: set[tuple[str, str]] = set()
    read_texts = pairs._read_texts

    def read(connection: duckdb.DuckDBPyConnection, versions: Sequence[str]) -> None:
        read_texts(connection, versions)
        query = (
            "select least(a.content_hash, b.content_hash), "
            "greatest(a.content_hash, b.content_hash) from candidates "
            "join story_texts as a on a.id = candidates.text "
            "join story_texts as b on b.id = other_text"
        )
        seen.update(connection.execute(query).fetchall())

    monkeypatch.setattr(pairs, "_read_texts", read)
    stored, fresh = nights()
    tables = StoryTables(tmp_path)
    written = tables.write(stored, "stored")
    for name, paths in written.items():
        tables.files[name] += paths
    with duckdb.connect() as connection:
        find_stories(connection, tables.files, tables.write(fresh, "fresh"), Search("fresh", DAYS))
    expected = model(stored, fresh, pairs.MOST_TEXTS)
    assert len(expected) > 50
    assert seen <= expected
    assert expected <= seen
