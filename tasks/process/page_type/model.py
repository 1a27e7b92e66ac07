"""The page model: how likely each type of page is, by logistic regressions over `page_features`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

WEIGHTS = Path(__file__).with_name("page_model.toml")
ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class PageModel:
    """One logistic regression a type of page.

    Attributes:
        weights: of each feature, in the order of `types`; the feature `1` is the intercept.
        reject_below: an article less likely than this is none.
        doubt_below: one less likely than this is loaded with a flag.
    """

    types: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]]
    reject_below: float
    doubt_below: float

    def likelihoods(self, features: Mapping[str, float]) -> dict[str, float]:
        """Of each type, each for itself: they need not add up to 1."""
        sums = list(self.weights["1"])
        for name, value in features.items():
            if value:
                sums = [s + value * w for s, w in zip(sums, self.weights[name], strict=True)]
        return {
            name: 1 / (1 + exp(-max(-30.0, min(30.0, total))))
            for name, total in zip(self.types, sums, strict=True)
        }


@cache
def load_model(path: Path = WEIGHTS) -> PageModel:
    """The model of a weights file, by default the one that was trained (tests/training)."""
    found = tomllib.loads(path.read_text("utf-8"))
    return PageModel(
        types=tuple(found["types"]),
        weights={name: tuple(values) for name, values in found["weights"].items()},
        reject_below=found["reject_below"],
        doubt_below=found["doubt_below"],
    )


def likeliest_other(likelihoods: Mapping[str, float]) -> str:
    """The likeliest type of a page that is no article."""
    others = {name: value for name, value in likelihoods.items() if name != ARTICLE}
    return max(others, key=others.__getitem__)
