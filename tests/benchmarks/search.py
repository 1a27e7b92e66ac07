"""Cost of the search index, and time of its answers, on invented articles of 150 words.

`python -m tests.benchmarks search` makes 20,000 articles and prints the figures; `search=1000000`
makes so many more, which takes an hour and 6 GB of disk. Each step runs in a process of its own.
Seconds are given twice, by the clock and of the processor, for a machine that does other things.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson
import pyarrow as pa

from tests.benchmarks.grown import GrownWarehouse
from tests.benchmarks.sizes import measured_program
from warehouse.query import opened
from warehouse.search.folders import index_folders, read_state

NEW_A_NIGHT = 2_700
WORDS = 150
VOCABULARY = 60_000
PHRASES = 200
KWIC_HITS = 1_000
RARE = "thousandth"
TIMED = """
import json, sys, time
from pathlib import Path
import warehouse.publish
from config.settings import load_settings
from tasks.load.commit import load, publish_run, publish_tables
from tasks.load.resolve import resolve
from tasks.runs.run import unfinished_runs
from warehouse.search.build import build_index
folder = Path(sys.argv[1])
settings = load_settings(warehouse=folder, workers=1)
took = {}
def timed(task):
    wall, cpu = time.perf_counter(), time.process_time()
    built = build_index(task)
    took.update(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)
    return built.name
warehouse.publish.published_index = timed
"""
ANEW = f"{TIMED}publish_tables(folder, settings, index_anew=True)\nprint(json.dumps(took))\n"
NIGHT = f"""{TIMED}[run] = unfinished_runs(folder)
resolve(run, settings)
load(run, settings)
publish_run(run, settings)
print(json.dumps(took))
"""
ASK = """
import json, sys, time
from pathlib import Path
from statistics import quantiles
from tasks.search.concordance import concordance
from tasks.search.find import Question, open_desk
def timed(function):
    wall, cpu = time.perf_counter(), time.process_time()
    found = function()
    return time.perf_counter() - wall, time.process_time() - cpu, len(found)
with open_desk(Path(sys.argv[1])) as desk:
    desk.find(Question("warm"))
    asked = [timed(lambda: desk.find(Question(query))) for query in json.loads(sys.argv[2])]
    lines = timed(lambda: list(concordance(desk, Question(sys.argv[3]), 60, "left")))
walls, cpus, hits = zip(*asked)
print(json.dumps({
    "wall_p95": quantiles(walls, n=20)[-1], "cpu_p95": quantiles(cpus, n=20)[-1],
    "cpu_median": quantiles(cpus, n=2)[0], "hits": sum(hits) / len(hits), "most": max(hits),
    "kwic_wall": lines[0], "kwic_cpu": lines[1], "lines": lines[2],
}))
"""


@dataclass(slots=True)
class GrownTexts(GrownWarehouse):
    """A grown warehouse whose texts are words as unevenly frequent as those of a language.

    Attributes:
        rare_every: one article in so many has the rare word.
    """

    rare_every: int = 20

    def _made(self, first: int, last: int) -> duckdb.DuckDBPyConnection:
        connection = GrownWarehouse._made(self, first, last)
        [(count,)] = connection.execute("select count(*) from made").fetchall()
        texts = invented_texts(count, first, self.rare_every)
        rows = {"row": np.arange(count), "words": texts}
        connection.register("texts", pa.table(rows))
        connection.execute("update made set text = words from texts where texts.row = made.rowid")
        connection.unregister("texts")
        return connection


def invented_texts(count: int, seed: int, rare_every: int) -> list[str]:
    """Return texts; the same seed gives the same ones."""
    chance = np.random.default_rng(seed)
    words, sums = _vocabulary()
    chosen = words[np.searchsorted(sums, chance.random(count * WORDS))].reshape(count, WORDS)
    chosen[::rare_every, 7] = RARE
    return [" ".join(row) for row in chosen.tolist()]


@cache
def _vocabulary() -> tuple[Any, Any]:
    chance = np.random.default_rng(5)
    letters = np.array(list("aeiourstlnmdpkgbvhfcw"))
    lengths = chance.integers(2, 11, VOCABULARY)
    words = np.array(["".join(chance.choice(letters, n)) for n in lengths], dtype=object)
    weights = 1 / (np.arange(VOCABULARY) + 10)
    return words, np.cumsum(weights / weights.sum())


def report(folder: Path, articles: int = 20_000) -> None:
    """Print size, cost of a night, and times of phrases and of a concordance."""
    nights = max(articles // NEW_A_NIGHT, 2)
    grown = GrownTexts(folder / "w", 200, "months", rare_every=max(nights * 3_100 // KWIC_HITS, 1))
    grown.grow(nights)
    print(f"{nights * NEW_A_NIGHT:,} articles of {WORDS} words are written", flush=True)
    print(f"index of all: {_shown(measured_program(ANEW, grown.folder))}", flush=True)
    state = read_state(index_folders(grown.folder)[-1])
    assert state
    with opened(grown.folder) as connection:
        size = "select sum(strlen(text) + strlen(title))::bigint from articles"
        [(texts,)] = connection.execute(size).fetchall()
    print(f"index {state.bytes / 1e6:.0f} MB, {state.bytes / texts:.0%} of the texts' bytes")
    for _ in range(3):
        grown.write_night()
        print(
            f"a night of {NEW_A_NIGHT:,}: {_shown(measured_program(NIGHT, grown.folder))}",
            flush=True,
        )
    _report_answers(grown, nights)


def _report_answers(grown: GrownTexts, nights: int) -> None:
    chance = np.random.default_rng(9)
    phrases = []
    for text in invented_texts(PHRASES, nights // 30 * 30 + 1, grown.rare_every):
        at = int(chance.integers(10, WORDS - 2))
        phrases.append('"{} {}"'.format(*text.split()[at : at + 2]))
    took = measured_program(ASK, grown.folder, orjson.dumps(phrases).decode(), RARE)
    print(
        f"a phrase: p95 {took['wall_p95'] * 1e3:.1f} ms by the clock, "
        f"{took['cpu_p95'] * 1e3:.1f} ms of the processor (median {took['cpu_median'] * 1e3:.1f}), "
        f"{took['hits']:,.0f} hits in the mean, {took['most']:,.0f} at most"
    )
    print(
        f"kwic of {took['lines']:,.0f} lines: {took['kwic_wall']:.2f} s by the clock, "
        f"{took['kwic_cpu']:.2f} s of the processor; peak {took['peak'] / 1e6:,.0f} MB"
    )


def _shown(took: dict[str, float]) -> str:
    return (
        f"{took['wall']:.1f} s by the clock, {took['cpu']:.1f} s of the processor, peak of the "
        f"process {took['peak'] / 1e6:,.0f} MB"
    )
