"""The trained weights, and what they make of a page: how likely each block is the story's.

`weights.json` is written by `python -m tests.training`; it holds no text of any page. Two stages:
the first judges blocks by rough signs of good text around them, the second by what the first says
of their company. Each is the mean of a few small nets.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from tasks.process.body.company import Company
from tasks.process.body.local import local_features
from tasks.process.body.page import Floats, Page

WEIGHTS: Final = Path(__file__).with_name("weights.json")
LONGEST_HASH: Final = 10
STEEPEST: Final = 30.0  # exp() of more overflows

# A few nets of one shape: per layer their weights (net, output, input) and biases (net, output, 1).
Nets = tuple[tuple[Floats, Floats], ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned.

    Attributes:
        stages: the nets of each stage.
        confidence: one weight per `confidence.SIGNS`, and the bias.
        version: changes with every change of the file.
    """

    stages: tuple[Nets, ...]
    confidence: Floats
    version: str


@cache
def weights() -> Weights:
    """Reads the weights, once per process."""
    content = WEIGHTS.read_bytes()
    return parsed(json.loads(content), hashlib.sha256(content).hexdigest()[:LONGEST_HASH])


def parsed(values: dict[str, Any], version: str) -> Weights:
    """Weights from their JSON form."""
    stages = tuple(
        tuple((np.array(w, np.float32), np.array(b, np.float32)) for w, b in stage)
        for stage in values["stages"]
    )
    return Weights(stages, np.array(values["confidence"], np.float32), version)


def probabilities(page: Page, learned: Weights) -> Floats:
    """Per block how likely it is part of the story, 0 to 1."""
    local, company = local_features(page), Company(page)
    goodness = page.rough
    for nets in learned.stages:
        goodness = probability(nets, np.concatenate([local, company.features(goodness)]))
    return goodness


def probability(nets: Nets, features: Floats) -> Floats:
    """What the nets say in the mean of each column."""
    values = features
    for number, (weight, bias) in enumerate(nets):
        values = weight @ values + bias
        if number < len(nets) - 1:
            np.maximum(values, 0, out=values)
    scores = np.maximum(np.minimum(values[:, 0], STEEPEST), -STEEPEST)
    chances: Floats = np.add.reduce(1 / (1 + np.exp(-scores))) / len(scores)
    return chances
