"""Throughput for the two kinds of archive without HTML: plain-text files and rows of JSON."""

import itertools
import json
import subprocess
import time
from pathlib import Path

from tests.benchmarks.against_trafilatura import INGEST
from tests.benchmarks.pages import corpora
from warehouse.query import opened, rows

FILES = 2_000
ROWS = 20_000


def report(folder: Path) -> None:
    """Print the documents by outcome, and the documents per second, of each kind."""
    for name, make in (("2,000 text files", _texts), ("20,000 rows of JSON", _rows)):
        started = time.perf_counter()
        warehouse = folder / f"{make.__name__}-w"
        command = [*INGEST, make(folder), "--warehouse", warehouse, "--workers", "2"]
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - started
        with opened(warehouse) as connection:
            columns, found = rows(
                connection, "select documents, loaded, duplicate, rejected, failed from runs"
            )
        counts = ", ".join(f"{n:,} {column}" for column, n in zip(columns, found[0], strict=True))
        print(f"{name}: {seconds:.1f} s, {found[0][0] / seconds:,.0f} documents/s; {counts}")


def _texts(folder: Path) -> Path:
    """Repeat the sample's files, each with a different last paragraph."""
    target = folder / "texts"
    target.mkdir()
    samples = sorted((corpora() / "formats" / "bbc").rglob("*.txt"))
    for number, sample in enumerate(itertools.islice(itertools.cycle(samples), FILES)):
        text = sample.read_bytes() + f"\n\nThis is copy number {number}.\n".encode()
        (target / f"{number:05}.txt").write_bytes(text)
    return target


def _rows(folder: Path) -> Path:
    """Repeat the sample's rows, each with a different last paragraph."""
    samples = json.loads(next((corpora() / "formats" / "reuters").glob("*.json")).read_bytes())
    rows = []
    for number, row in enumerate(itertools.islice(itertools.cycle(samples), ROWS)):
        body = row.get("body")
        rows.append({**row, "body": f"{body}\n    Copy number {number}."} if body else row)
    target = folder / "rows.json"
    target.write_text(json.dumps(rows))
    return target
