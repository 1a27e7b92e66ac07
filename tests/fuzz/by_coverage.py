"""Fuzzing by coverage: atheris (libFuzzer) makes pages until one breaks `process_document`."""

import argparse
import logging
import sys
import time
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("Fuzzing needs atheris: .venv/bin/python -m pip install atheris")

with atheris.instrument_imports(include=["tasks.process"]):
    from tasks.process.document import process_document

import pyarrow as pa

from config.settings import load_settings
from tasks.execution.parts import as_row
from tasks.process.batch import Processed
from tasks.process.body.lanes import warm
from tasks.records import RawDocument
from tests.fuzz.words import WORDS, seeds
from warehouse.schema import PROCESSED

SETTINGS = load_settings().process
LONGEST = 30_000
MOST_SECONDS = 2.0
CHARSETS = (None, "utf-8", "windows-1252", "shift_jis", "utf-16", "no such charset")
ADDRESSES = (None, "https://courier.example/2024/03/01/pier", "https://courier.example/", "x:y")


def main() -> None:
    """Run until the time is over, or until a page fails (exit status 77)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--folder", type=Path, default=Path("fuzz"), help="of what was found")
    asked = parser.parse_args()
    corpus = asked.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(seeds()):
        (corpus / f"seed-{number:03}").write_bytes(page)
    words = asked.folder / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS))
    logging.disable(logging.CRITICAL)
    warm()
    options = (
        f"-max_total_time={asked.minutes * 60:.0f}", f"-max_len={LONGEST}", f"-dict={words}",
        f"-artifact_prefix={asked.folder}/", "-timeout=30", "-rss_limit_mb=4096",
    )  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], check)
    atheris.Fuzz()


def check(found: bytes) -> None:
    """Process a page and check its outcome: it comes quickly, is repeatable, and fits the table.

    Args:
        found: three bytes that choose kind, address and charset, and then the page.
    """
    choice, page = found[:3].ljust(3, b"\0"), found[3:]
    document = RawDocument(
        locator="fuzz",
        position=0,
        media="text" if choice[0] % 8 == 7 else "html",
        body=page,
        url=ADDRESSES[choice[1] % len(ADDRESSES)],
        charset=CHARSETS[choice[2] % len(CHARSETS)],
    )
    started = time.thread_time()
    record = process_document(document, SETTINGS)
    seconds = time.thread_time() - started
    assert seconds < MOST_SECONDS, f"{seconds:.1f} s"
    pa.Table.from_pylist([as_row(Processed(record, seconds))], PROCESSED).validate(full=True)
    assert process_document(document, SETTINGS) == record, "not the same again"


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
