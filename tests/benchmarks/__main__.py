"""Benchmarks: `make bench`, or `python -m tests.benchmarks NAME`; the names are below.

They print ratios of things that run side by side, for the machine's speed drifts; nothing here is
an assertion. All but `fetching` and `learning` need the corpora (BROADSHEET_CORPORA).
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    against_trafilatura,
    execution,
    extraction,
    fetching,
    learning,
    memory,
    peers,
    rows,
    sizes,
)

BENCHMARKS = {
    "extraction": extraction.report,
    "peers": peers.report,
    "ingest": against_trafilatura.report,
    "memory": memory.report,
    "rows": rows.report,
    "learning": learning.report,
    "fetching": fetching.report,
    "execution": execution.report,
    "sizes": sizes.report,
}


def main() -> None:
    for asked in sys.argv[1:] or BENCHMARKS:
        name, _, size = asked.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            if name in sizes.REPORTS:
                sizes.REPORTS[name](Path(folder), *([int(size)] if size else []))
            else:
                BENCHMARKS[name](Path(folder))


if __name__ == "__main__":
    main()
