"""Fits the weights, measures them out of fold; writes both, with hashes of what made them."""

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
from tasks.process.body.confidence import confidence, signs
from tasks.process.body.fast import LEAST_CHANCE, FastText
from tasks.process.body.model import WEIGHTS, Weights, parsed, probabilities
from tasks.process.body.paragraphs import chosen_blocks, paragraphs
from tasks.process.clean import clean
from tasks.process.extract import Body
from tests.training.corpus import FOLDS, Sample, data_hash, folds, samples
from tests.training.fitting import fit
from tests.training.hashes import code_hash, weights_hash
from tests.training.measuring import (
    SUITES,
    by_confidence,
    intervals,
    page_row,
    pages_of,
    suite_score,
)  # fmt: skip

REPORT = Path(__file__).with_name("report.json")
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Read:
    """One page as the lanes read it, the fast one with weights that never saw its publisher."""

    fast: str
    careful: str
    cascade: str
    confidence: float
    is_handed_over: bool


def main() -> None:
    """Trains on all pages, after measuring on those that each fold's training left out."""
    started = time.time()
    found = samples()
    print(f"{len(found)} pages, {time.time() - started:.0f} s", flush=True)
    read = _out_of_fold(found)
    if "--measure" not in sys.argv:
        WEIGHTS.write_text(_as_text(fit(found)), "utf-8")
    report = _report(found, read)
    REPORT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(json.dumps(report, indent=1), f"{time.time() - started:.0f} s")


def _out_of_fold(found: Sequence[Sample]) -> list[Read]:
    fold = folds(found, FOLDS)
    read: dict[int, Read] = {}
    for left_out in range(FOLDS):
        learned = _rounded(fit([s for s, own in zip(found, fold, strict=True) if own != left_out]))
        for number, own in enumerate(fold):
            if own == left_out:
                read[number] = _read(found[number], learned)
    return [read[number] for number in range(len(found))]


def _read(sample: Sample, learned: Weights) -> Read:
    page = sample.page
    chances = probabilities(page, learned)
    kept = chosen_blocks(page, chances, LEAST_CHANCE)
    values = signs(page, chances, np.isin(np.arange(page.size), kept))
    sure = confidence(values, learned.confidence) if kept else 0.0
    fast = FastText(paragraphs(page, kept), sure)
    is_handed_over = sure < lanes.SURE
    chosen = (
        lanes.better(fast, Body(sample.careful)).paragraphs if is_handed_over else fast.paragraphs
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
    rows["better"] = np.where(is_fast_better[:, None], rows["fast"], rows["careful"])
    of = {suite: pages_of(found, suite) for suite in SUITES}
    drawn = {s: intervals(found, rows["cascade"], rows["careful"], s) for s in SUITES}
    return {
        "code": code_hash(),
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


def _rounded(learned: Weights) -> Weights:
    """As they will be read from the file."""
    return parsed(json.loads(_as_text(learned)), learned.version)


def _as_text(learned: Weights) -> str:
    """JSON with a line per row of weights."""
    stages = [[[_numbers(part) for part in layer] for layer in stage] for stage in learned.stages]
    values = {"code": code_hash(), "data": data_hash(), "stages": stages}
    values["confidence"] = _numbers(learned.confidence)
    text = json.dumps(values, separators=(",", ":"))
    return text.replace("],[", "],\n[") + "\n"


def _numbers(values: Any) -> Any:
    """Four significant digits: more do not change a score."""
    if np.ndim(values) > 0:
        return [_numbers(value) for value in values]
    return float(f"{float(values):.{DIGITS}g}")


if __name__ == "__main__":
    main()
