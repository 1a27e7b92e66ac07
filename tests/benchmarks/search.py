"""Cost of the search index, and time of its answers, on 20,000 invented articles of 450 words.

`python -m tests.benchmarks search` makes the warehouse and prints the figures; `search=5000` takes
fewer articles.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import TypeVar

import tasks.load.commit
import warehouse.publish
from tasks.load.resolve import resolve
from tasks.records import Article
from tasks.search.concordance import concordance
from tasks.search.find import Desk, Question, open_desk
from tests.articles import article
from tests.pipeline.nights import Nights
from warehouse.search.build import IndexTask, build_index
from warehouse.search.folders import index_folders, read_state

T = TypeVar("T")
NIGHT = 3_000
WORDS = 450
VOCABULARY = 60_000
PHRASES = 200


def report(folder: Path, articles: int = 20_000) -> None:
    """Print size, cost of a night, and times of phrases and of a concordance."""
    nights = Nights(folder / "w")
    chance = random.Random(5)
    vocabulary = [_word(chance) for _ in range(VOCABULARY)]
    made = list(_articles(articles + NIGHT, vocabulary, chance))
    for name, some in (("all", made[:articles]), (f"a night of {NIGHT:,}", made[articles:])):
        took = _load(nights, some)
        print(f"{name}: index built in {took:.1f} s", flush=True)
    state = read_state(index_folders(nights.folder)[-1])
    assert state
    [(size,)] = nights.ask("select sum(strlen(text) + strlen(title)) from articles")
    print(f"index {state.bytes / 1e6:.0f} MB, {state.bytes / size:.0%} of the texts' bytes")
    with open_desk(nights.folder) as desk:
        _report_answers(desk, made, chance)


def _report_answers(desk: Desk, made: list[Article], chance: random.Random) -> None:
    times, hits = [], 0
    for _ in range(PHRASES):
        words = chance.choice(made).text.split()
        at = chance.randrange(len(words) - 2)
        query = f'"{words[at]} {words[at + 1]}"'
        seconds, found = _timed(lambda query=query: desk.find(Question(query)))  # type: ignore[misc]
        times.append(seconds)
        hits += len(found)
    p95 = quantiles(times, n=20)[-1]
    print(f"a phrase: p95 {p95 * 1000:.1f} ms, {hits / PHRASES:,.0f} hits in the mean")
    seconds, lines = _timed(lambda: list(concordance(desk, Question("thousandth"), 60, "left")))
    print(f"kwic of {len(lines):,} lines: {seconds:.2f} s")


def _load(nights: Nights, articles: list[Article]) -> float:
    """Load a run, and return the seconds that building its index took."""
    took = 0.0

    def timed(task: IndexTask) -> str:
        nonlocal took
        took, built = _timed(lambda: build_index(task))
        return built.name

    run = nights.begin(*articles)
    resolve(run, nights.settings)
    tasks.load.commit.load(run, nights.settings)
    real = warehouse.publish.published_index
    warehouse.publish.published_index = timed
    try:
        tasks.load.commit.publish_run(run, nights.settings)
    finally:
        warehouse.publish.published_index = real
    return took


def _timed(function: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = function()
    return time.perf_counter() - started, result


def _articles(count: int, vocabulary: list[str], chance: random.Random) -> Iterator[Article]:
    """Yield articles whose words are as unevenly frequent as those of a language."""
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    words = chance.choices(vocabulary, weights, k=2_000_000)
    for number in range(count):
        start = chance.randrange(len(words) - WORDS)
        text = words[start : start + WORDS]
        chance.shuffle(text)
        if number % 20 == 0:
            text[chance.randrange(WORDS)] = "thousandth"
        one = article(f"https://x.example/{number}", " ".join(text), position=number, day=11)
        day = date.fromordinal(738_000 + number % 700)
        yield replace(one, title=" ".join(text[:8]), published_date=day)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("aeiourstlnmdpkgbvhfcw", k=chance.randint(2, 10)))
