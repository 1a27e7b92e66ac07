"""The committed weights and figures are those that this code made."""

import json
import os
from typing import Any

import pytest

from tasks.process.body.model import WEIGHTS
from tests.training.corpus import data_hash
from tests.training.hashes import TRAINING, code_hash, weights_hash

RETRAIN = "run `python -m tests.training`, which fits the weights and measures them anew"


@pytest.fixture
def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TRAINING / "report.json").read_text("utf-8"))
    return found


def test_the_weights_were_made_by_the_code_as_it_is(report: dict[str, Any]) -> None:
    assert report["code"] == code_hash(), RETRAIN
    assert json.loads(WEIGHTS.read_text("utf-8"))["code"] == code_hash(), RETRAIN


def test_the_figures_are_those_of_the_weights(report: dict[str, Any]) -> None:
    assert report["weights"] == weights_hash(), RETRAIN


@pytest.mark.skipif(
    "BROADSHEET_CORPORA" not in os.environ, reason="BROADSHEET_CORPORA does not name the corpora"
)
def test_the_figures_are_those_of_the_corpora(report: dict[str, Any]) -> None:
    assert report["data"] == data_hash(), RETRAIN


def test_what_the_model_is_surer_of_is_better(report: dict[str, Any]) -> None:
    bands = [band["fast"] for band in report["by_confidence"]]
    assert bands[0] > bands[-2] > bands[-1]


OUT_OF_FOLD = {"zyte": 0.965, "fundus": 0.957, "wcxb": 0.953, "with": 0.96, "without": 0.955}


def test_out_of_fold_the_cascade_beats_trafilatura(report: dict[str, Any]) -> None:
    scores = report["out_of_fold"]
    for suite, floor in OUT_OF_FOLD.items():
        assert scores["cascade"][suite] >= max(floor, scores["careful"][suite])
