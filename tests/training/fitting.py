"""Fits the two stages and the confidence, each on what the one before says of unseen pages."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.process.body.company import Company
from tasks.process.body.confidence import signs
from tasks.process.body.fast import LEAST_CHANCE
from tasks.process.body.local import local_features
from tasks.process.body.model import Nets, Weights, probability
from tasks.process.body.page import Floats
from tasks.process.body.paragraphs import chosen_blocks
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
    """What a net learns from: features, targets and weights of blocks, page by page."""

    features: list[Floats]
    labels: list[Floats]
    weights: list[Floats]

    def of(self, numbers: Sequence[int]) -> "Rows":
        """Those of some pages."""
        return Rows(*([column[i] for i in numbers] for column in self._columns()))

    def _columns(self) -> tuple[list[Floats], ...]:
        return self.features, self.labels, self.weights


def fit(found: Sequence[Sample], version: str = "untagged") -> Weights:
    """The weights learned from these pages."""
    inner = folds(found, INNER_FOLDS)
    local = [local_features(sample.page) for sample in found]
    company = [Company(sample.page) for sample in found]
    goodness = [sample.page.rough for sample in found]
    stages = []
    for stage in range(STAGES):
        features = [
            np.concatenate([own, others.features(good)]).T
            for own, others, good in zip(local, company, goodness, strict=True)
        ]
        rows = Rows(features, [s.labels for s in found], [s.weights for s in found])
        goodness = _unseen(rows, inner, stage)
        stages.append(_joined(_nets(rows, PLAN, range(100 * stage, 100 * stage + NETS))))
    return Weights(tuple(stages), _fit_confidence(found, goodness), version)


def _unseen(rows: Rows, inner: Sequence[int], stage: int) -> list[Floats]:
    """What nets say that were fitted without the page's publisher."""
    said: list[Floats] = [np.zeros(0, np.float32)] * len(inner)
    for fold in range(INNER_FOLDS):
        others = [i for i, own in enumerate(inner) if own != fold]
        seeds = range(1_000 + 100 * stage + fold, 1_000 + 100 * stage + fold + INNER_NETS)
        nets = _joined(_nets(rows.of(others), PLAN, seeds))
        for i, own in enumerate(inner):
            if own == fold:
                said[i] = probability(nets, rows.features[i].T)
    return said


def _nets(rows: Rows, plan: Plan, seeds: Sequence[int]) -> list[Net]:
    features = np.vstack(rows.features)
    mean = features.mean(0)
    spread = np.maximum(features.std(0), LEAST_SPREAD)
    scaled = ((features - mean) / spread).astype(np.float32)
    labels, weights = np.concatenate(rows.labels), np.concatenate(rows.weights)
    return [_unscaled(train(scaled, labels, weights, plan, seed), mean, spread) for seed in seeds]


def _joined(nets: Sequence[Net]) -> Nets:
    layers = [np.stack(layer) for layer in zip(*nets, strict=True)]
    return tuple(
        (weight.transpose(0, 2, 1).copy(), bias[:, :, None])
        for weight, bias in zip(layers[::2], layers[1::2], strict=True)
    )


def _unscaled(net: Net, mean: Floats, spread: Floats) -> Net:
    """The same net for features as they are."""
    first = net[0] / spread[:, None]
    return [first, net[1] - mean @ first, *net[2:]]


def _fit_confidence(found: Sequence[Sample], goodness: Sequence[Floats]) -> Floats:
    values, quality = [], []
    for sample, chances in zip(found, goodness, strict=True):
        kept = chosen_blocks(sample.page, chances, LEAST_CHANCE)
        is_kept = np.isin(np.arange(sample.page.size), kept)
        values.append(signs(sample.page, chances, is_kept)[None])
        quality.append(np.array([_likely_f1(sample, is_kept)], np.float32))
    rows = Rows(values, quality, [np.ones(1, np.float32)] * len(values))
    nets = _nets(rows, LINE, range(4))
    return np.concatenate(
        [np.mean([net[0][:, 0] for net in nets], 0), np.mean([net[1] for net in nets], 0)]
    )


def _likely_f1(sample: Sample, is_kept: Floats) -> float:
    """By words of blocks: nearly the F1 of the texts, without cleaning."""
    words = sample.page.words
    hit = float((words * sample.labels)[is_kept].sum())
    return 2 * hit / max(float(words[is_kept].sum() + (words * sample.labels).sum()), 1.0)
