"""Scores and CPU of Broadsheet and its peers on the same pages, in one run.

Broadsheet's figures are in sample, because its weights were fitted to these pages. Its scores on
publishers that it has never seen are in `tests/training/report.json`. Peers that are not installed
are skipped with a message. Those that the project does not depend on can be installed by `pip
install --target FOLDER readability-lxml newspaper4k`, with FOLDER in PYTHONPATH.
"""

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import lxml.html
from resiliparse.extract.html2text import extract_plain_text
from trafilatura import bare_extraction
from trafilatura.settings import Document

from config.settings import load_settings
from tasks.process.body import lanes
from tasks.process.document import process_document
from tasks.records import Article, RawDocument
from tasks.web.charset import decode
from tests.benchmarks.pages import corpora, corpus_pages

SUITES = {"dev": "score.py", "dev-wcxb": "score_wcxb.py"}
Row = dict[str, Any]  # as the scorers read it
Extract = Callable[[RawDocument, str], Row]


def report(folder: Path) -> None:
    """Print the scores of each extractor on each suite, and then the CPU time per page of all."""
    lanes.warm()
    seconds: dict[str, list[float]] = {}
    for suite, scorer in SUITES.items():
        pages = list(corpus_pages(suite))
        for name, extract in _extractors().items():
            rows = [_timed(extract, page, seconds.setdefault(name, [])) for page in pages]
            predictions = folder / f"{name}.jsonl"
            predictions.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
            print(f"\n{name} on {suite}{_failures(rows)}")
            _print_scores(scorer, corpora() / suite / "gold.jsonl", predictions)
    print(f"\n{'CPU per page':28} {'ms':>8}")
    for name, spent in seconds.items():
        print(f"{name:28} {1e3 * fmean(spent):8.2f}")


def _extractors() -> dict[str, Extract]:
    found: dict[str, Extract] = {
        "broadsheet": _broadsheet,
        "trafilatura": _trafilatura,
        "resiliparse": lambda _, html: {"text": extract_plain_text(html, main_content=True)},
    }
    for name, module, extract in (
        ("readability", "readability", _readability),
        ("newspaper4k", "newspaper", _newspaper),
    ):
        if importlib.util.find_spec(module):
            found[name] = extract
        else:
            print(f"{name} is not installed")
    return found


def _timed(extract: Extract, page: RawDocument, seconds: list[float]) -> Row:
    html = decode(page.body, page.charset).text
    started = time.thread_time()
    try:
        row = extract(page, html)
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way; the page has no text
        row = {"text": "", "note": f"{type(error).__name__}: {error}"}
    seconds.append(time.thread_time() - started)
    return {"url": page.url, **row}


def _failures(rows: list[Row]) -> str:
    notes = [row["note"] for row in rows if "note" in row]
    return f": {len(notes)} pages failed, such as {notes[0]}" if notes else ""


def _print_scores(scorer: str, gold: Path, predictions: Path) -> None:
    subprocess.run([sys.executable, corpora() / scorer, gold, predictions], check=True)


def _broadsheet(page: RawDocument, _: str) -> Row:
    found = process_document(page, load_settings().process)
    if not isinstance(found, Article):
        return {"rejected": True}
    date = found.published_date
    return {
        "text": found.text,
        "title": found.title,
        "authors": list(found.authors),
        "date": date.isoformat() if date else None,
        "language": found.language,
        "tags": list(found.keywords),
    }


def _trafilatura(page: RawDocument, html: str) -> Row:
    found = bare_extraction(html, url=page.url, with_metadata=True, include_comments=False)
    if not isinstance(found, Document):
        return {}
    return {
        "text": found.text,
        "title": found.title,
        "authors": (found.author or "").split("; ") if found.author else [],
        "date": found.date,
        "tags": found.tags or [],
    }


def _readability(_: RawDocument, html: str) -> Row:
    from readability import Document as Readable

    found = Readable(html)
    text = lxml.html.fromstring(found.summary()).text_content()
    return {"text": text, "title": found.short_title()}


def _newspaper(page: RawDocument, html: str) -> Row:
    from newspaper import Article as Story

    found = Story(page.url, fetch_images=False)
    found.download(input_html=html)
    found.parse()
    date = found.publish_date
    return {
        "text": found.text,
        "title": found.title,
        "authors": list(found.authors or ()),
        "date": date.isoformat() if isinstance(date, datetime) else None,
        "language": found.meta_lang or None,
        "tags": sorted(found.tags or ()),
    }
