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

from tasks.process.body.company import company_features
from tasks.process.body.local import local_features
from tasks.process.body.page import Floats, Page

WEIGHTS: Final = Path(__file__).with_name("weights.json")
LONGEST_HASH: Final = 10
STEEPEST: Final = 30.0  # exp() of more overflows

Net = list[Floats]  # weights and biases in turn, layer by layer


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned.

    Attributes:
        stages: the nets of each stage.
        confidence: one weight per `confidence.SIGNS`, and the bias.
        version: changes with every change of the file.
    """

    stages: tuple[tuple[Net, ...], ...]
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
        tuple([np.array(layer, np.float32) for layer in net] for net in stage)
        for stage in values["stages"]
    )
    return Weights(stages, np.array(values["confidence"], np.float32), version)


def probabilities(page: Page, learned: Weights) -> Floats:
    """Per block how likely it is part of the story, 0 to 1."""
    local = local_features(page)
    goodness = page.rough
    for nets in learned.stages:
        features = np.hstack([local, company_features(page, goodness)])
        goodness = np.mean([probability(net, features) for net in nets], axis=0)
    return goodness


def probability(net: Net, features: Floats) -> Floats:
    """What one net says of each row."""
    values = features
    for weight, bias in zip(net[:-2:2], net[1:-2:2], strict=True):
        values = np.maximum(values @ weight + bias, 0)
    scores = np.clip((values @ net[-2] + net[-1])[:, 0], -STEEPEST, STEEPEST)
    chances: Floats = 1 / (1 + np.exp(-scores))
    return chances
