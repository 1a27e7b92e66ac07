"""Writes weights with few digits, as they are kept and used."""

import json
from typing import Any

import numpy as np

from tasks.process.body.model import Weights, weights_from_json
from tests.training.corpus import data_hash

DIGITS = 4


def rounded(learned: Weights) -> Weights:
    """Return weights as they will be read from the file, with fewer digits."""
    return weights_from_json(json.loads(as_text(learned)), learned.version)


def as_text(learned: Weights) -> str:
    """Return weights as JSON with one line per row of weights."""
    stages = [[[_numbers(part) for part in layer] for layer in stage] for stage in learned.stages]
    values = {"data": data_hash(), "stages": stages}
    values["confidence"] = _numbers(learned.confidence)
    text = json.dumps(values, separators=(",", ":"))
    return text.replace("],[", "],\n[") + "\n"


def _numbers(values: Any) -> Any:
    """Return numbers with four significant digits; more do not change a score."""
    if np.ndim(values) > 0:
        return [_numbers(value) for value in values]
    return float(f"{float(values):.{DIGITS}g}")
