"""The trained model of the fast lane: the probability of each block to be part of the story.

`weights.json` is written by `python -m tests.training`; it holds no text of any page. The model has
two stages. The first scores blocks by their own features and by a context computed from rough
scores; the second does the same with a context computed from the scores of the first. Each stage is
the mean of a few small neural nets.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from tasks.process.body.block_features import local_features
from tasks.process.body.context_features import ContextFeatures
from tasks.process.body.page_arrays import Floats, Page
from tasks.process.body.versions import WEIGHTS, weights_version

STEEPEST: Final = 30.0  # bound of the logit: float32 exp() overflows at 89

# A few nets of one shape: per layer their weights (net, output, input) and biases (net, output, 1).
Nets = tuple[tuple[Floats, Floats], ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The learned parameters.

    Attributes:
        stages: the nets of each stage.
        confidence: one weight per `confidence.CONFIDENCE_FEATURES`, then the bias.
        version: a hash of the file, which changes with any of its bytes.
    """

    stages: tuple[Nets, ...]
    confidence: Floats
    version: str


@cache
def load_weights() -> Weights:
    """Read the weights that come with this code, once per process."""
    return weights_from_json(json.loads(WEIGHTS.read_bytes()), weights_version())


def weights_from_json(values: dict[str, Any], version: str) -> Weights:
    """Return weights from the JSON form that `tests.training` writes."""
    stages = tuple(
        tuple((np.array(w, np.float32), np.array(b, np.float32)) for w, b in stage)
        for stage in values["stages"]
    )
    return Weights(stages, np.array(values["confidence"], np.float32), version)


def block_probabilities(page: Page, learned: Weights) -> Floats:
    """Return the probability of each block, 0 to 1, to be part of the story."""
    local, context = local_features(page), ContextFeatures(page)
    scores = page.rough_scores
    for nets in learned.stages:
        scores = mean_probability(nets, np.concatenate([local, context.compute(scores)]))
    return scores


def mean_probability(nets: Nets, features: Floats) -> Floats:
    """Return the mean of the nets' probabilities for each column of features."""
    values = features
    for number, (weight, bias) in enumerate(nets):
        values = weight @ values + bias
        if number < len(nets) - 1:
            np.maximum(values, 0, out=values)
    logits = np.maximum(np.minimum(values[:, 0], STEEPEST), -STEEPEST)
    chances: Floats = np.add.reduce(1 / (1 + np.exp(-logits))) / len(logits)
    return chances
