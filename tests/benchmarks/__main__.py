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
}


def main() -> None:
    for name in sys.argv[1:] or BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            BENCHMARKS[name](Path(folder))


if __name__ == "__main__":
    main()
