"""Fits the weights and measures them out of fold; writes `weights.json` and `report.json`."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from tasks.process.body import lanes
from tasks.process.body.careful import Body
from tasks.process.body.confidence import confidence, confidence_features
from tasks.process.body.fast import LEAST_CHANCE, FastText
from tasks.process.body.model import Weights, block_probabilities
from tasks.process.body.paragraphs import block_paragraphs, choose_blocks
from tasks.process.body.versions import WEIGHTS
from tasks.process.clean.paragraphs import clean
from tests.training.corpus import FOLDS, Sample, data_hash, folds, samples
from tests.training.fitting import fit
from tests.training.hashes import body_features, recipe_hash, weights_hash
from tests.training.measuring import (
    SUITES,
    by_confidence,
    intervals,
    page_row,
    pages_of,
    suite_score,
)  # fmt: skip
from tests.training.rounding import as_text, rounded
from tests.training.unseen import RECIPE

REPORT = Path(__file__).with_name("report.json")


@dataclass(frozen=True, slots=True)
class Read:
    """The texts that the lanes extract from one page.

    The fast lane uses weights that were trained without the page's publisher.

    Attributes:
        confidence: that of the fast lane.
        is_handed_over: the cascade asks trafilatura.
    """

    fast: str
    careful: str
    cascade: str
    confidence: float
    is_handed_over: bool


def main() -> None:
    """Measure on the pages that each fold's training leaves out; then train on all pages.

    With `--measure`, only measure.
    """
    started = time.time()
    found = samples()
    print(f"{len(found)} pages, {time.time() - started:.0f} s", flush=True)
    read = _out_of_fold(found)
    if "--measure" not in sys.argv:
        WEIGHTS.write_text(as_text(fit(found)), "utf-8")
    report = _report(found, read)
    REPORT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(json.dumps(report, indent=1), f"{time.time() - started:.0f} s")


def _out_of_fold(found: Sequence[Sample]) -> list[Read]:
    fold = folds(found, FOLDS)
    read: dict[int, Read] = {}
    for left_out in range(FOLDS):
        learned = rounded(fit([s for s, own in zip(found, fold, strict=True) if own != left_out]))
        for number, own in enumerate(fold):
            if own == left_out:
                read[number] = _read(found[number], learned)
    return [read[number] for number in range(len(found))]


def _read(sample: Sample, learned: Weights) -> Read:
    page = sample.page
    chances = block_probabilities(page, learned)
    kept = choose_blocks(page, chances, LEAST_CHANCE)
    values = confidence_features(page, chances, np.isin(np.arange(page.size), kept))
    sure = confidence(values, learned.confidence) if kept else 0.0
    fast = FastText(block_paragraphs(page, kept), sure)
    is_handed_over = sure < lanes.SURE
    chosen = (
        lanes.better_text(fast, Body(sample.careful)).paragraphs
        if is_handed_over
        else fast.paragraphs
    )
    texts = (_text(sample, lines) for lines in (fast.paragraphs, sample.careful, chosen))
    return Read(*texts, sure, is_handed_over)


def _text(sample: Sample, lines: Sequence[str]) -> str:
    return "\n\n".join(clean(lines, sample.title, sample.authors).paragraphs)


def _report(found: Sequence[Sample], read: Sequence[Read]) -> dict[str, Any]:
    rows = {
        name: np.array([page_row(s, getattr(r, name)) for s, r in zip(found, read, strict=True)])
        for name in ("fast", "careful", "cascade")
    }
    is_fast_better = rows["fast"][:, 2] >= rows["careful"][:, 2]
    rows["better_text"] = np.where(is_fast_better[:, None], rows["fast"], rows["careful"])
    of = {suite: pages_of(found, suite) for suite in SUITES}
    drawn = {s: intervals(found, rows["cascade"], rows["careful"], s) for s in SUITES}
    return {
        "recipe": recipe_hash(*RECIPE),
        "features": body_features(),
        "data": data_hash(),
        "weights": weights_hash() if WEIGHTS.exists() else None,
        "pages": len(found),
        "handed_over": round(fmean(page.is_handed_over for page in read), 4),
        "out_of_fold": {
            name: {suite: round(suite_score(rows[name][of[suite]], suite), 4) for suite in SUITES}
            for name in rows
        },
        "cascade_95": {suite: values[0] for suite, values in drawn.items()},
        "cascade_minus_careful_95": {suite: values[1] for suite, values in drawn.items()},
        "by_confidence": by_confidence([r.confidence for r in read], rows["fast"], rows["careful"]),
    }


if __name__ == "__main__":
    main()
