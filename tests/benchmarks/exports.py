"""Cost of exports: `python -m tests.benchmarks export`, or `export=100000` for so many articles.

Each format is written twice, of a tenth of the articles and of all of them, each time in a process
of its own. Memory that does not grow with the articles has nearly the same peak in both.
"""

import shutil
import sys
from pathlib import Path

from config.settings import load_settings
from tasks.load.commit import publish_tables
from tests.benchmarks.grown import ROWS, GrownWarehouse
from tests.benchmarks.sizes import cost
from warehouse.schema import ARTICLE_VERSIONS

FORMATS = ("parquet", "duckdb", "csv", "jsonl", "txt", "xlsx")
ARTICLES_A_NIGHT = 2_700
_EXPORT = "from flows.cli import main; main()"
# 40 words, mostly different ones.
_TEXT = (
    "array_to_string(list_transform(range(40), w -> (hash(url_key || w) % 60000)::varchar), ' ') "
    "as text, ['Ida"
)


def report(folder: Path, articles: int = 1_000_000) -> None:
    """Print CPU seconds, peak of the memory and size of each format."""
    ROWS[ARTICLE_VERSIONS] = ROWS[ARTICLE_VERSIONS].replace("text, ['Ida", _TEXT)
    made = GrownWarehouse(folder / "w", 1_000, "months")
    made.grow(-(-articles // ARTICLES_A_NIGHT) + 1)
    settings = load_settings(warehouse=made.folder)
    without_index = settings.search.model_copy(update={"index": False})
    publish_tables(made.folder, settings.model_copy(update={"search": without_index}))
    for form in FORMATS:
        for where in ("hash(article_id) % 10 = 0", "true"):
            print(f"{form}: {measured(made, form, where)}", flush=True)


def measured(made: GrownWarehouse, form: str, where: str) -> str:
    """Return what an export costs, in a process of its own."""
    out = made.folder.with_name(f"export.{form}")
    given = ("--format", form, "--where", where, "-w", made.folder)
    taken = cost(sys.executable, "-P", "-c", _EXPORT, "export", out, *given)
    if taken.status:
        raise RuntimeError(taken.said)
    files = [out] if out.is_file() else [one for one in out.rglob("*") if one.is_file()]
    size = sum(one.stat().st_size for one in files)
    if out.is_dir():
        shutil.rmtree(out)
    else:
        out.unlink()
    said = taken.said.strip().splitlines()[-1].partition(" are in ")[0]
    return (
        f"{said}, {taken.cpu:.0f} CPU s, {taken.seconds:.0f} s, peak {taken.peak / 1e6:,.0f} MB, "
        f"{size / 1e6:,.0f} MB written"
    )
