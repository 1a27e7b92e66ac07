"""Reads the article pages of the corpora as labelled blocks, and deals publishers into folds."""

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
from tasks.process.body.careful import extract_body
from tasks.process.body.page_arrays import Floats, Page
from tasks.process.markup.parse import parse
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.web.charset import decode
from tests.training.labels import block_labels

CORPORA = ("dev", "dev-wcxb")
FOLDS = 5
# A block's weight in the loss is its words to this power. Below 1, so that short blocks count for
# more than their words: a wrong caption or label also harms the precision.
WORD_POWER = 0.8
FEWEST = 20.0  # the least weight of a page's story, so that blocks of short stories do not dominate
MOST = 0.3  # the largest share of a page's weight for one block


@dataclass(slots=True)
class Sample:
    """One page with its gold text, as labels of its blocks.

    Attributes:
        gold: the page's record in `gold.jsonl`.
        labels: per block the share of it that is in the gold text, 0 to 1.
        weights: per block its weight in the loss; the weights of a page's story add up to about 1.
        careful: the paragraphs that trafilatura extracts.
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
    """Return the folder of the corpora."""
    return Path(os.environ["BROADSHEET_CORPORA"])


def data_hash() -> str:
    """Return a hash of the gold files, which name their pages."""
    digest = hashlib.sha256()
    for name in CORPORA:
        digest.update((corpora() / name / "gold.jsonl").read_bytes())
    return digest.hexdigest()[:16]


@cache
def scorer(name: str) -> ModuleType:
    """Return `score.py` or `score_wcxb.py` of the corpora as a module."""
    found = importlib.util.spec_from_file_location(name, corpora() / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def samples() -> list[Sample]:
    """Return all article pages with a gold text and at least one block."""
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
    """Return the fold of each page.

    All pages of a publisher, in any suite, are in one fold. The publishers with most pages are
    dealt first, each to the fold with the fewest pages; a hash of the name breaks ties.
    """
    sizes = Counter(sample.gold["publisher"] for sample in found)
    loads = [0] * count
    fold: dict[str, int] = {}
    for publisher, size in sorted(sizes.items(), key=lambda item: (-item[1], _mixed(item[0]))):
        fold[publisher] = loads.index(min(loads))
        loads[fold[publisher]] += size
    return [fold[sample.gold["publisher"]] for sample in found]


def _mixed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
