"""The page model: the probability of each type of page, by logistic regressions.

Their features are those of `page_features`; `python -m tests.training.page_types` trains them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

PAGE_TYPE_WEIGHTS = Path(__file__).with_name("model.toml")
ARTICLE_TYPE = "article"


@dataclass(frozen=True, slots=True)
class PageModel:
    """One logistic regression per type of page.

    Attributes:
        types: the names of the types.
        weights: the weights of each feature, in the order of `types`; feature `1` is the intercept.
        reject_below: a page that is an article with a lower probability is rejected.
        doubt_below: a page with a lower probability is loaded with a flag.
    """

    types: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]]
    reject_below: float
    doubt_below: float

    def likelihoods(self, features: Mapping[str, float]) -> dict[str, float]:
        """Return the probability of each type; they need not add up to 1."""
        sums = list(self.weights["1"])
        for name, value in features.items():
            if value:
                sums = [s + value * w for s, w in zip(sums, self.weights[name], strict=True)]
        return {
            name: 1 / (1 + exp(-max(-30.0, min(30.0, total))))
            for name, total in zip(self.types, sums, strict=True)
        }


@cache
def load_model(path: Path = PAGE_TYPE_WEIGHTS) -> PageModel:
    """Read the model of a file of weights, by default that of the file beside this module."""
    found = tomllib.loads(path.read_text("utf-8"))
    return PageModel(
        types=tuple(found["types"]),
        weights={name: tuple(values) for name, values in found["weights"].items()},
        reject_below=found["reject_below"],
        doubt_below=found["doubt_below"],
    )


def likeliest_other(likelihoods: Mapping[str, float]) -> str:
    """Return the most likely type other than `article`."""
    others = {name: value for name, value in likelihoods.items() if name != ARTICLE_TYPE}
    return max(others, key=others.__getitem__)
