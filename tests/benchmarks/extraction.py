"""CPU time of extraction per page, against trafilatura and resiliparse, and of each stage.

All run in one warmed-up process and take turns page by page, so that all see the same machine. The
times are CPU seconds of the thread, which other work on the machine changes less than wall time.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from selectolax.lexbor import LexborHTMLParser
from trafilatura import bare_extraction

from config.settings import load_settings
from tasks.process.body import lanes
from tasks.process.body.blocks import read_outline
from tasks.process.body.fast import extract_fast
from tasks.process.body.model import block_probabilities, load_weights
from tasks.process.body.page_arrays import Page
from tasks.process.clean.paragraphs import clean
from tasks.process.document import context_of, process_document
from tasks.process.language import identify_language
from tasks.process.markup.guards import refuse_page
from tasks.process.markup.parse import ParsedPage, parse
from tasks.process.metadata.page import read_metadata
from tasks.records import Article, Dropped, RawDocument
from tasks.web.charset import Decoded, decode
from tasks.web.fingerprint import payload_digest
from tests.benchmarks.pages import corpus_pages
from tests.process.markup.test_guards import REFUSED, SURVIVED

ROUNDS = 2
STEP = 2  # every second page
SETTINGS = load_settings().process
Times = dict[str, list[float]]


def report(_: Path) -> None:
    """Print the milliseconds per page of each extractor, their ratios, and those of each stage."""
    lanes.warm()
    documents = list(corpus_pages("dev"))[::STEP]
    times: Times = {}
    stages: Times = {}
    for document in documents:
        _measure(_ways(document), times)
        _measure_stages(document, stages)
    print(f"CPU per page of {len(documents)} pages, milliseconds, best of {ROUNDS}")
    _print(times, times["trafilatura, no metadata"], times["trafilatura, metadata"])
    print("\nStages of the fast lane")
    _print(stages, times["trafilatura, no metadata"], times["trafilatura, metadata"])
    _print_handed_over(documents)
    _print_hostile()


def _ways(document: RawDocument) -> Mapping[str, Callable[[], Any]]:
    decoded = decode(document.body, document.charset)
    html = decoded.text
    plain = partial(bare_extraction, html, url=document.url, include_comments=False)
    return {
        "trafilatura, no metadata": partial(plain, with_metadata=False),
        "trafilatura, metadata": partial(plain, with_metadata=True),
        "resiliparse main content": lambda: extract_plain_text(html, main_content=True),
        "fast lane, body alone": lambda: extract_fast(parse(html).outline),
        "parse, metadata, body": partial(_extraction, document, decoded),
        **{
            f"all of process, {lane}": partial(
                process_document, document, SETTINGS.model_copy(update={"extractor": lane})
            )
            for lane in ("fast", "cascade", "careful")
        },
    }


def _extraction(document: RawDocument, decoded: Decoded) -> Any:
    """Do the same work as trafilatura: without decoding, cleaning, page types and hashes."""
    page = parse(decoded.text, decoded.utf8)
    read_metadata(page, context_of(document), SETTINGS)
    return lanes.extract(page, document.url, "cascade")


def _measure(ways: Mapping[str, Callable[[], Any]], times: Times) -> None:
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], _seconds(way)[0])
    for name, seconds in best.items():
        times.setdefault(name, []).append(seconds)


def _seconds(way: Callable[[], Any]) -> tuple[float, Any]:
    started = time.thread_time()
    result = way()
    return time.thread_time() - started, result


def _measure_stages(document: RawDocument, times: Times) -> None:
    def timed(name: str, way: Callable[[], Any]) -> Any:
        seconds, result = _seconds(way)
        times.setdefault(name, []).append(seconds)
        return result

    decoded = timed("decode", lambda: decode(document.body, document.charset))
    html = decoded.text
    timed("guards", lambda: refuse_page(html, SETTINGS))
    tree = timed("parse", lambda: LexborHTMLParser(decoded.utf8 or html))
    outline = timed("blocks", lambda: read_outline(tree))
    parsed = ParsedPage(html, tree, outline)
    found = timed("metadata", lambda: read_metadata(parsed, context_of(document), SETTINGS))
    if outline.texts:
        page = timed("arrays", lambda: Page(outline))
        timed("features and model", lambda: block_probabilities(page, load_weights()))
    body = extract_fast(outline)
    cleaned = timed("clean", lambda: clean(body.paragraphs, found.title, found.authors))
    text = "\n\n".join(cleaned.paragraphs)
    timed("language", lambda: identify_language(text, found.language))
    timed("fingerprint", lambda: payload_digest(document.body))


def _print(times: Times, plain: list[float], with_metadata: list[float]) -> None:
    print(f"{'':28} {'mean':>7} {'p50':>7} {'p99':>7} {'no meta.':>9} {'metadata':>9}")
    for name, seconds in times.items():
        cuts = quantiles(seconds, n=100)
        mean = fmean(seconds)
        ratios = (fmean(plain) / mean, fmean(with_metadata) / mean)
        print(
            f"{name:28} {1e3 * mean:7.2f} {1e3 * cuts[49]:7.2f} {1e3 * cuts[98]:7.2f} "
            f"{ratios[0]:8.1f}× {ratios[1]:8.1f}×"
        )


def _print_handed_over(documents: list[RawDocument]) -> None:
    settings = SETTINGS.model_copy(update={"extractor": "cascade"})
    records = [process_document(document, settings) for document in documents]
    articles = [record for record in records if isinstance(record, Article)]
    asked = sum(any(f.startswith("unsure_text") for f in a.quality_flags) for a in articles)
    print(f"\nhanded to trafilatura: {asked} of {len(articles)} articles; limit {lanes.SURE}")


def _print_hostile() -> None:
    """Print the seconds for pages that are made to keep a parser busy; all should be below 2."""
    print("\nHostile pages, seconds")
    pages = {**{name: page for name, (_, page) in REFUSED.items()}, **SURVIVED}
    settings = SETTINGS.model_copy(update={"extractor": "cascade"})
    for name, html in pages.items():
        document = RawDocument(locator=name, position=0, media="html", body=html.encode())
        seconds, record = _seconds(partial(process_document, document, settings))
        outcome = record.reason if isinstance(record, Dropped) else "loaded"
        print(f"  {name:40} {seconds:6.2f}  {outcome}")
