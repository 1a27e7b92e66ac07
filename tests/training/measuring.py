"""Scores texts against the gold texts, with confidence intervals over publishers."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.training.corpus import Sample, scorer

ROUNDS = 1_000
SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
SUITES = ("zyte", "fundus", "wcxb", "with", "without")
Counts = npt.NDArray[np.float64]  # per page a row as `page_row` gives it


def page_row(sample: Sample, text: str) -> list[float]:
    """Return the scores of one page: precision, recall and F1 by the measure of its suite.

    Four counts follow: found and all phrases that the text must have, then absent and all phrases
    that it must not have. Only wcxb has such phrases.
    """
    if sample.gold["suite"] != "wcxb":
        score = scorer("score")
        hit, wrong, missed = score.text_counts(sample.gold["text"], text)
        f1 = 2 * hit / (2 * hit + wrong + missed) if hit else 0.0
        found = (score.ratio(hit, wrong, missed), score.ratio(hit, missed, wrong))
        return [*found, f1, 0, 0, 0, 0]
    page: dict[str, Any] = scorer("score_wcxb").score_article(
        sample.gold, {"text": text} if text else {}
    )
    f1 = [page.get(name, 0.0) for name in ("precision", "recall", "f1")]
    return [*f1, *page["_with"], *page.get("_without", (0, 0))]


def suite_score(rows: Counts, suite: str) -> float:
    """Return a suite's score, as `score.py` and `score_wcxb.py` compute it if all pages load."""
    if suite in {"with", "without"}:
        hits, count = rows[:, (3, 4) if suite == "with" else (5, 6)].sum(0)
        return float(hits / count)
    if suite == "wcxb":
        return float(rows[:, 2].mean())
    precision, recall = rows[:, :2].mean(0)
    return float(2 * precision * recall / (precision + recall))


def pages_of(found: Sequence[Sample], suite: str) -> list[int]:
    """Return the numbers of the pages that count for a suite's score."""
    name = suite if suite in {"zyte", "fundus"} else "wcxb"
    return [i for i, sample in enumerate(found) if sample.gold["suite"] == name]


def intervals(found: Sequence[Sample], one: Counts, two: Counts, suite: str) -> list[list[float]]:
    """Return the 95 % intervals of one lane's score and of its gain over another lane.

    They are drawn by bootstrap over publishers, because pages of one site tend to be right or
    wrong together.
    """
    rng = np.random.default_rng(1)
    publishers = defaultdict(list)
    for number in pages_of(found, suite):
        publishers[found[number].gold["publisher"]].append(number)
    groups = [np.array(numbers) for numbers in publishers.values()]
    drawn = []
    for _ in range(ROUNDS):
        pages = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        score = suite_score(one[pages], suite)
        drawn.append((score, score - suite_score(two[pages], suite)))
    return np.percentile(drawn, [2.5, 97.5], axis=0).T.round(4).tolist()


def by_confidence(
    confidences: Sequence[float], fast: Counts, careful: Counts
) -> list[dict[str, float]]:
    """Return the F1 of both lanes in bands of pages, from the highest confidence to the lowest."""
    order = np.argsort(-np.array(confidences))
    columns = {"confidence": confidences, "fast": fast[:, 2], "careful": careful[:, 2]}
    bands = []
    for start, end in zip((0.0, *SHARES[:-1]), SHARES, strict=True):
        band = order[round(start * len(order)) : round(end * len(order))]
        means = {name: round(fmean(values[i] for i in band), 4) for name, values in columns.items()}
        bands.append({"from": start, "to": end, "pages": len(band), **means})
    return bands
