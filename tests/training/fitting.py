"""Fits the two stages of the model and its confidence.

Each learns from the predictions of the stage before it for pages that this stage was not trained
on: predictions for known pages are better than those that it will meet, and would be trusted too
much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.process.body.block_features import local_features
from tasks.process.body.confidence import confidence_features
from tasks.process.body.context_features import ContextFeatures
from tasks.process.body.fast import LEAST_CHANCE
from tasks.process.body.model import Nets, Weights, mean_probability
from tasks.process.body.page_arrays import Floats
from tasks.process.body.paragraphs import choose_blocks
from tests.training.corpus import Sample, folds
from tests.training.net import Plan, train

Net = list[Floats]  # weights and biases in turn, layer by layer

STAGES = 2
INNER_FOLDS = 3
NETS = 3
INNER_NETS = 1
PLAN = Plan(hidden=(48, 16), epochs=8, dropout=0.3, decay=1e-3)
LINE = Plan(hidden=(), epochs=60, batch=32, rate=1e-2, dropout=0.0, decay=1e-4)
LEAST_SPREAD = 0.1  # features that hardly vary are not blown up


@dataclass(frozen=True, slots=True)
class Rows:
    """Training data of a net: features, labels and weights of the blocks, one item per page."""

    features: list[Floats]
    labels: list[Floats]
    weights: list[Floats]

    def select(self, numbers: Sequence[int]) -> "Rows":
        """Return the rows of the pages with these numbers."""
        return Rows(*([column[i] for i in numbers] for column in self._columns()))

    def _columns(self) -> tuple[list[Floats], ...]:
        return self.features, self.labels, self.weights


def fit(found: Sequence[Sample], version: str = "untagged") -> Weights:
    """Return the weights learned from these pages."""
    inner = folds(found, INNER_FOLDS)
    local = [local_features(sample.page) for sample in found]
    contexts = [ContextFeatures(sample.page) for sample in found]
    scores = [sample.page.rough_scores for sample in found]
    stages = []
    for stage in range(STAGES):
        features = [
            np.concatenate([own, context.compute(page_scores)]).T
            for own, context, page_scores in zip(local, contexts, scores, strict=True)
        ]
        rows = Rows(features, [s.labels for s in found], [s.weights for s in found])
        scores = _out_of_fold_scores(rows, inner, stage)
        stages.append(_stacked(_nets(rows, PLAN, range(100 * stage, 100 * stage + NETS))))
    return Weights(tuple(stages), _fit_confidence(found, scores), version)


def _out_of_fold_scores(rows: Rows, inner: Sequence[int], stage: int) -> list[Floats]:
    """Return, per page, the scores of its blocks by nets fitted without the page's publisher."""
    scores: list[Floats] = [np.zeros(0, np.float32)] * len(inner)
    for fold in range(INNER_FOLDS):
        others = [i for i, own in enumerate(inner) if own != fold]
        seeds = range(1_000 + 100 * stage + fold, 1_000 + 100 * stage + fold + INNER_NETS)
        nets = _stacked(_nets(rows.select(others), PLAN, seeds))
        for i, own in enumerate(inner):
            if own == fold:
                scores[i] = mean_probability(nets, rows.features[i].T)
    return scores


def _nets(rows: Rows, plan: Plan, seeds: Sequence[int]) -> list[Net]:
    """Return one trained net per seed, for features that are not scaled."""
    features = np.vstack(rows.features)
    mean = features.mean(0)
    spread = np.maximum(features.std(0), LEAST_SPREAD)
    scaled = ((features - mean) / spread).astype(np.float32)
    labels, weights = np.concatenate(rows.labels), np.concatenate(rows.weights)
    return [_unscaled(train(scaled, labels, weights, plan, seed), mean, spread) for seed in seeds]


def _stacked(nets: Sequence[Net]) -> Nets:
    """Return nets of one shape as one array per layer, as `body.model` uses them."""
    layers = [np.stack(layer) for layer in zip(*nets, strict=True)]
    return tuple(
        (weight.transpose(0, 2, 1).copy(), bias[:, :, None])
        for weight, bias in zip(layers[::2], layers[1::2], strict=True)
    )


def _unscaled(net: Net, mean: Floats, spread: Floats) -> Net:
    """Return the same net for features that are not scaled."""
    first = net[0] / spread[:, None]
    return [first, net[1] - mean @ first, *net[2:]]


def _fit_confidence(found: Sequence[Sample], scores: Sequence[Floats]) -> Floats:
    """Return the weights of `body.confidence`, and the bias, fitted to the F1 of each page."""
    values, quality = [], []
    for sample, chances in zip(found, scores, strict=True):
        kept = choose_blocks(sample.page, chances, LEAST_CHANCE)
        is_kept = np.isin(np.arange(sample.page.size), kept)
        values.append(confidence_features(sample.page, chances, is_kept)[None])
        quality.append(np.array([_likely_f1(sample, is_kept)], np.float32))
    rows = Rows(values, quality, [np.ones(1, np.float32)] * len(values))
    nets = _nets(rows, LINE, range(4))
    return np.concatenate(
        [np.mean([net[0][:, 0] for net in nets], 0), np.mean([net[1] for net in nets], 0)]
    )


def _likely_f1(sample: Sample, is_kept: Floats) -> float:
    """Return the F1 of a text by the words of its blocks: nearly that of the uncleaned texts."""
    words = sample.page.words
    right = float((words * sample.labels)[is_kept].sum())
    return 2 * right / max(float(words[is_kept].sum() + (words * sample.labels).sum()), 1.0)
