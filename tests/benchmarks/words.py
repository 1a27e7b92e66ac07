"""Peak memory and time of `broadsheet words`, for a quarter of some articles and for all of them.

The articles are invented: 60 words each, of 3 million different ones, most of them rare. `python -m
tests.benchmarks words=1000000` takes so many.
"""

import subprocess
import sys
from pathlib import Path

import duckdb

WORDS = 60
ARTICLES = """
copy (
    select
        null::varchar as title,
        array_to_string(
            list_transform(
                range({words}),
                place -> 'w' || (pow(hash(article * {words} + place) / pow(2, 64), 5) * 3e6)::int
            ),
            ' '
        ) as text
    from range({count}) as articles(article)
) to '{path}' (format parquet, row_group_size 8192)
"""
# A process of its own, because the peak of a process never falls.
CHILD = """
import resource, sys, time
import duckdb
from config.settings import load_settings
from tasks.search.find import Question
from tasks.words.answers import answer_words
from tasks.words.counting import word_counts
from tasks.words.request import WordsRequest

request = WordsRequest(Question(""), near=sys.argv[2] or None)
settings = load_settings()
with duckdb.connect() as published:
    published.execute("set threads = 2; set enable_progress_bar = false")
    published.execute(f"create view articles as from '{sys.argv[1]}'")
    with word_counts(published, request, settings, lambda _: None) as counted:
        found = answer_words(counted, request).found
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"{found:,} rows, {used.ru_utime + used.ru_stime:.0f} s of processor time,", end=" ")
print(f"peak {used.ru_maxrss / 1e3:.0f} MB")
"""


def report(folder: Path, articles: int = 200_000) -> None:
    """Print the peaks and the times."""
    for count in (articles // 4, articles):
        path = folder / f"{count}.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                "set memory_limit = '1GB'; set threads = 2; set enable_progress_bar = false"
            )
            connection.execute(ARTICLES.format(count=count, words=WORDS, path=path))
        for near in ("", "w1"):
            command = [sys.executable, "-c", CHILD, str(path), near]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            kind = "near a word" if near else "frequencies"
            print(f"{count:,} articles of {WORDS} words, {kind}: {done.stdout.strip()}", flush=True)
        path.unlink()
