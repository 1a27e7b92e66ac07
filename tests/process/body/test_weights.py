"""Checks that the committed weights and scores were made by the code as it is."""

import json
import os
from typing import Any

import pytest

from tests.training.corpus import data_hash
from tests.training.hashes import TRAINING, body_features, recipe_hash, weights_hash
from tests.training.unseen import RECIPE

RETRAIN = "run `python -m tests.training`, which fits the weights and measures them anew"


@pytest.fixture
def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TRAINING / "report.json").read_text("utf-8"))
    return found


def test_the_weights_were_made_by_the_code_as_it_is(report: dict[str, Any]) -> None:
    assert report["recipe"] == recipe_hash(*RECIPE), RETRAIN
    assert report["features"] == pytest.approx(body_features(), rel=1e-4, abs=1e-5), RETRAIN


def test_the_report_belongs_to_the_committed_weights(report: dict[str, Any]) -> None:
    assert report["weights"] == weights_hash(), RETRAIN


@pytest.mark.skipif(
    "BROADSHEET_CORPORA" not in os.environ, reason="BROADSHEET_CORPORA does not name the corpora"
)
def test_the_report_belongs_to_the_corpora(report: dict[str, Any]) -> None:
    assert report["data"] == data_hash(), RETRAIN


def test_texts_with_a_higher_confidence_have_a_higher_f1(report: dict[str, Any]) -> None:
    bands = [band["fast"] for band in report["by_confidence"]]
    assert bands[0] > bands[-2] > bands[-1]


OUT_OF_FOLD = {"zyte": 0.965, "fundus": 0.957, "wcxb": 0.953, "with": 0.96, "without": 0.955}


def test_the_cascade_beats_trafilatura_on_publishers_it_was_not_trained_on(
    report: dict[str, Any],
) -> None:
    scores = report["out_of_fold"]
    for suite, floor in OUT_OF_FOLD.items():
        assert scores["cascade"][suite] >= max(floor, scores["careful"][suite])
