"""Benchmarks: `make bench`, or `python -m tests.benchmarks NAME` with a name from BENCHMARKS.

They print ratios of programs that run side by side, because the speed of the machine drifts. They
assert nothing. All but `export`, `fetching`, `growth`, `large`, `learning`, `report`, `search`,
`sizes`, `stories` and `words` need the corpora (BROADSHEET_CORPORA).
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    against_trafilatura,
    execution,
    exports,
    extraction,
    fetching,
    growth,
    large_files,
    learning,
    memory,
    peers,
    reports,
    rows,
    search,
    sizes,
    stories,
    unseen,
    words,
)

BENCHMARKS = {
    "extraction": extraction.report,
    "peers": peers.report,
    "unseen": unseen.report,
    "ingest": against_trafilatura.report,
    "memory": memory.report,
    "rows": rows.report,
    "learning": learning.report,
    "fetching": fetching.report,
    "execution": execution.report,
    "sizes": sizes.report,
    "large": large_files.report,
    "stories": stories.report,
    "search": search.report,
    "words": words.report,
    "growth": growth.report,
    "report": reports.report,
    "export": exports.report,
}

SIZED = {
    **sizes.REPORTS,
    **large_files.REPORTS,
    "growth": growth.report,
    "report": reports.report,
    "export": exports.report,
    "search": search.report,
    "words": words.report,
    "unseen": unseen.report,
}


def main() -> None:
    names = {asked.partition("=")[0] for asked in sys.argv[1:]}
    if unknown := names - {*BENCHMARKS, *SIZED}:
        sys.exit(f"No benchmark is named {min(unknown)}; there are {', '.join(BENCHMARKS)}.")
    for asked in sys.argv[1:] or BENCHMARKS:
        name, _, size = asked.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            if name in SIZED:
                SIZED[name](Path(folder), *([int(size)] if size else []))
            else:
                BENCHMARKS[name](Path(folder))


if __name__ == "__main__":
    main()
