"""Cost of a night's copies: 15,000 articles against 5 million stored, 1 million within the bound.

The stored articles have fingerprints only. Each old one is a thousandth likely to share a shingle
with a new one, as unrelated real texts do; the new ones have copies among themselves.
"""

import sys
import time
from collections.abc import Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import duckdb

from config.settings import load_settings
from tasks.stories.fingerprints import text_fingerprints
from tasks.stories.resolve import find_stories, search_of
from tasks.stories.shingles import METHOD
from tests.stories.planting import Planter, planted
from tests.stories.tables import StoryTables, Told
from warehouse.schema import FINGERPRINTS
from warehouse.working import working_connection

NIGHTS = 334
NIGHT = 15_000
COPIED = 5_000  # of these, two of three have copies
DAY = date(2025, 3, 31)
HASHES = 60
# Nights outside the bound have fewer hashes: nothing reads them.
STORED = f"""
copy (
    with articles as (
        select {{night}} * {NIGHT} + i as n from range({NIGHT}) as numbers(i)
    )
    select
        md5(n::varchar) as article_id,
        1::integer as version,
        date '2025-03-31' - {{night}}::integer as day,
        'site-' || n % 200 || '.example' as site,
        md5('text' || n) as content_hash,
        '{METHOD}' as method,
        {HASHES * 8}::integer as shingles,
        8::integer as rate,
        list_transform(
            range({{hashes}}),
            lambda k: (hash(n * 1000 + k) // 16)::bigint * 8
        ) as hashes,
        []::varchar[] as agencies,
        'night-{{night}}' as run_id
    from articles
) to '{{file}}' (format parquet, compression zstd, row_group_size 8192)
"""


def report(folder: Path) -> None:
    """Print the price of fingerprints, and the time and memory of a night."""
    texts = [one.text for one in planted(2_000, seed=5)]
    started = time.thread_time()
    for text in texts:
        text_fingerprints(text)
    price = (time.thread_time() - started) / len(texts) * 1e3
    words = sum(len(text.split()) for text in texts) // len(texts)
    print(f"fingerprints: {price:.2f} ms a text of {words} words")
    for nights in (67, NIGHTS):
        _report_night(folder / str(nights), nights)


def _report_night(folder: Path, nights: int) -> None:
    folder.mkdir(parents=True)
    tables = StoryTables(folder)
    tables.files[FINGERPRINTS.name] += list(_stored(folder, nights))
    told = [Told(one.name, one.text, DAY) for one in planted(COPIED, seed=6, days=1)]
    planter = Planter(8)
    for number in range(NIGHT - len(told)):
        text = "\n\n".join(planter.paragraphs(planter.random.choice((70, 250, 400, 700))))
        told.append(Told(f"alone-{number}", text, DAY))
    written = tables.write(told, "tonight")
    arguments = (folder, tables.files, written, nights)
    night = get_context("spawn").Process(target=_find, args=arguments)
    night.start()
    night.join()


def _find(
    folder: Path, stored: dict[str, list[str]], written: dict[str, list[str]], nights: int
) -> None:
    """Find the stories of a night in a process of its own, which shows its memory."""
    settings = load_settings(warehouse=folder, workers=2)
    started, used = time.perf_counter(), time.process_time()
    with working_connection(settings, folder / "spill") as connection:
        connection.execute("set enable_progress_bar = false")
        find_stories(connection, stored, written, search_of("tonight", settings))
        [(pairs,)] = connection.execute("select count(*) from new_text_pairs").fetchall()
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1e3
    print(
        f"a night of {NIGHT:,} against {nights * NIGHT:,} stored: "
        f"{time.perf_counter() - started:.1f} s, {time.process_time() - used:.1f} s of CPU, "
        f"{pairs:,} pairs, peak {peak:,.0f} MB"
    )


def _stored(folder: Path, nights: int) -> Iterator[str]:
    for night in range(1, nights + 1):
        path = folder / f"night-{night}.parquet"
        hashes = HASHES if night <= 67 else 8
        duckdb.execute(STORED.format(night=night, hashes=hashes, file=path))
        yield str(path)


if __name__ == "__main__":
    report(Path(sys.argv[1]))
