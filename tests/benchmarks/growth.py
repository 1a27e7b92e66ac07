"""Cost of a night and of queries, by the number of nights and sources that a warehouse has.

`python -m tests.benchmarks growth` prints the table for up to 400 nights, `growth=3650` for up to
3,650 nights, which takes an hour and 20 GB of disk.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import orjson

from tests.benchmarks.grown import GrownWarehouse, Layout
from tests.benchmarks.sizes import measured_program

SIZES = (10, 100, 400, 1_000, 3_650)
SOURCES = (200, 2_000)
MEASURED = 2  # nights of each size; one before them is not counted
NIGHT = """
import sys, time
from pathlib import Path
import orjson
from config.settings import load_settings
from tasks.runs.run import unfinished_runs
import tasks.load.commit, tasks.load.resolve as stage, tasks.load.rows as rows
warehouse = Path(sys.argv[1])
settings = load_settings(warehouse=warehouse, workers=2)
[run] = unfinished_runs(warehouse)
took = {"start": time.process_time()}
def timed(name, function, *arguments):
    began = time.process_time()
    result = function(*arguments)
    took[name] = took.get(name, 0) + time.process_time() - began
    return result
learn, find = rows.learn, rows.find_stories
rows.learn = lambda *arguments: timed("learn", learn, *arguments)
rows.find_stories = lambda *arguments: timed("stories", find, *arguments)
timed("resolve", stage.resolve, run, settings)
took["resolve"] -= took["learn"] + took["stories"]
timed("load", tasks.load.commit.load, run, settings)
timed("publish", tasks.load.commit.publish_run, run, settings)
print(orjson.dumps(took).decode())
"""
QUERIES = {
    "articles, one day": "select title from articles where published_date = date '$day'",
    "articles, one source": "select count(*) from articles where source = 'Press 00007' "
    "and published_date >= date '$day'",
    "coverage, one source": "select state, count(*) from coverage where source = 'Press 00007' "
    "group by all",
    "coverage, one day": "select state, count(*) from coverage where day = date '$day' "
    "group by all",
    "nights, one day": "select sum(loaded) from nights where night = date '$day'",
    "sources, one": "select articles, newest_at from sources where source = 'Press 00007'",
    "sources, all": "select sum(articles) from sources",
    "silent_sources": "select count(*) from silent_sources",
    "latest_articles": "select count(*) from latest_articles",
    "documents, one day": "select count(*) from documents where fetched_at >= date '$day' "
    "and fetched_at < date '$day' + 1",
    "boilerplate, one source": "select count(*) from boilerplate where source = 'Press 00007'",
}
ASK = """
import sys, time
from pathlib import Path
import orjson
from warehouse.query import opened, rows
took = {}
for name, query in orjson.loads(sys.argv[2]).items():
    began = time.process_time()
    with opened(Path(sys.argv[1])) as connection:
        rows(connection, query)
    took[name] = time.process_time() - began
print(orjson.dumps(took).decode())
"""


def report(folder: Path, most: int = 400, sources: Sequence[int] = SOURCES) -> None:
    """Print the growth table of both numbers of sources, with files by night and by month."""
    for count in sources:
        for layout in ("nights", "months"):
            report_growth(folder, most, count, layout)


def report_growth(folder: Path, most: int, sources: int, layout: Layout) -> None:
    """Print one line per number of nights, up to `most`."""
    grown = GrownWarehouse(folder / f"{layout}-{sources}", sources, layout)
    print(f"{sources:,} sources, files of older nights by {layout[:-1]}", flush=True)
    for nights in (size for size in SIZES if size <= most):
        grown.grow(nights)
        print(f"  {nights:,} nights: {measured_nights(grown)}", flush=True)
        print(f"    {measured_queries(grown)}", flush=True)


def measured_nights(grown: GrownWarehouse, count: int = MEASURED) -> str:
    """Return the CPU seconds of a night's stages, after a first night that is not counted."""
    taken = []
    for _ in range(count + 1):
        grown.write_night()
        taken.append(measured_program(NIGHT, grown.folder))
    middle = {name: median(one[name] for one in taken[1:]) for name in taken[0]}
    files = sum(1 for _ in (grown.folder / "lake").rglob("*") if _.is_file())
    stages = ("resolve", "learn", "stories", "load", "publish")
    shown = ", ".join(f"{stage} {middle[stage]:.2f}" for stage in stages)
    total = sum(middle[stage] for stage in stages)
    first = sum(taken[0][stage] for stage in stages)
    published = (grown.folder / "news.duckdb").stat().st_size
    return (
        f"{shown}, together {total:.2f} CPU s (first {first:.2f}), "
        f"peak {middle['peak'] / 1e6:,.0f} MB, {files:,} files, published {published / 1e6:.1f} MB"
    )


def measured_queries(grown: GrownWarehouse) -> str:
    """Return the CPU seconds of each query, with the file opened anew."""
    from datetime import timedelta

    from tests.benchmarks.grown import FIRST_NIGHT

    day = (FIRST_NIGHT + timedelta(days=grown.nights - 5)).isoformat()
    queries = {name: query.replace("$day", day) for name, query in QUERIES.items()}
    took = measured_program(ASK, grown.folder, orjson.dumps(queries).decode())
    peak = took.pop("peak")
    shown = ", ".join(f"{name} {seconds:.2f}" for name, seconds in took.items())
    return f"{shown}; peak {peak / 1e6:,.0f} MB"
