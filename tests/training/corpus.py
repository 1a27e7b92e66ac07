"""The article pages of the corpora as blocks with labels, and the folds over their publishers."""

import hashlib
import importlib.util
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from fastwarc.warc import ArchiveIterator, WarcRecordType

from config.settings import load_settings
from tasks.process.body.page import Floats, Page
from tasks.process.charset import decode
from tasks.process.extract import extract_body
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.process.parse import parse
from tests.training.labels import block_labels

CORPORA = ("dev", "dev-wcxb")
FOLDS = 5
WORD_POWER = 0.8  # a long block counts for less than its words: precision of short ones matters
FEWEST = 20.0
MOST = 0.3  # of a page's weight for one block


@dataclass(slots=True)
class Sample:
    """One page with what is right for it.

    Attributes:
        labels: per block the share of it that is in the gold text.
        weights: per block its weight in the loss; those of each page's text add up to about 1.
        careful: the paragraphs that trafilatura gives.
    """

    gold: dict[str, Any]
    page: Page
    labels: Floats
    weights: Floats
    careful: tuple[str, ...]
    title: str | None
    authors: tuple[str, ...]

    @property
    def is_article(self) -> bool:
        return self.gold.get("page_type", "article") == "article"


def corpora() -> Path:
    """The folder of the corpora."""
    return Path(os.environ["BROADSHEET_CORPORA"])


def data_hash() -> str:
    """Of the gold texts, which name their pages."""
    digest = hashlib.sha256()
    for name in CORPORA:
        digest.update((corpora() / name / "gold.jsonl").read_bytes())
    return digest.hexdigest()[:16]


@cache
def scorer(name: str) -> ModuleType:
    """`score.py` or `score_wcxb.py` of the corpora, as a module."""
    found = importlib.util.spec_from_file_location(name, corpora() / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def samples() -> list[Sample]:
    """All article pages with a gold text and at least one block."""
    read = (_sample(*found) for name in CORPORA for found in _pages(corpora() / name))
    return [sample for sample in read if sample is not None and sample.is_article]


def _pages(folder: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    golds = [json.loads(line) for line in (folder / "gold.jsonl").open(encoding="utf-8")]
    with (folder / "pages.warc.gz").open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response)
        for gold, record in zip(golds, records, strict=True):
            assert record.headers["WARC-Target-URI"] == gold["url"]
            if gold.get("text") is not None:
                yield gold, record


def _sample(gold: dict[str, Any], record: Any) -> Sample | None:
    _, _, charset = (record.http_headers.get("Content-Type") or "").partition("charset=")
    html = decode(record.reader.read(), charset or None).text
    parsed = parse(html)
    if not parsed.outline.texts:
        return None
    page = Page(parsed.outline)
    labels = np.array(block_labels(page.texts, gold["text"]), np.float32)
    context = PageContext(gold["url"], record.record_date)
    metadata = read_metadata(parsed, context, load_settings().process)
    return Sample(
        gold=gold,
        page=page,
        labels=labels,
        weights=_weights(page, labels),
        careful=extract_body(html, gold["url"]).paragraphs,
        title=metadata.title,
        authors=metadata.authors,
    )


def _weights(page: Page, labels: Floats) -> Floats:
    weights = page.words**WORD_POWER
    story = max(FEWEST, float((weights * labels).sum()))
    return np.minimum(weights / story, MOST).astype(np.float32)


def folds(found: Sequence[Sample], count: int) -> list[int]:
    """Per page its fold: publishers stay whole, across suites, the largest are dealt first."""
    sizes = Counter(sample.gold["publisher"] for sample in found)
    loads = [0] * count
    fold: dict[str, int] = {}
    for publisher, size in sorted(sizes.items(), key=lambda item: (-item[1], _mixed(item[0]))):
        fold[publisher] = loads.index(min(loads))
        loads[fold[publisher]] += size
    return [fold[sample.gold["publisher"]] for sample in found]


def _mixed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
