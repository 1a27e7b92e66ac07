"""Weights for pages whose publisher they were not fitted to: what new sites meet.

On the pages of the corpora, the weights that come with the code are surer than on any other page.
So speed is measured with the weights of the fold that left the page's publisher out.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.process.body import fast
from tasks.process.body.model import Weights, weights_from_json
from tasks.web.urls import registered_domain
from tests.training.corpus import FOLDS, data_hash, folds, samples
from tests.training.fitting import fit
from tests.training.hashes import recipe_hash, weights_hash
from tests.training.rounding import as_text

RECIPE = ("corpus", "fitting", "labels", "net")


@dataclass(frozen=True, slots=True)
class UnseenWeights:
    """The weights of each fold, and the folds of the domains that take part in the training."""

    weights: tuple[Weights, ...]
    fold_of: Mapping[str | None, int]

    def choose(self, url: str | None) -> None:
        """Make the fast lane use weights that were fitted without the publisher of this page."""
        chosen = self.weights[self.fold_of.get(registered_domain(url), 0)]
        fast.load_weights = _always(chosen)  # type: ignore[assignment]


def unseen_weights() -> UnseenWeights:
    """Return the weights of all folds; they are fitted once, in minutes, and kept in a file."""
    path = kept_weights()
    if not path.exists():
        path.write_text(json.dumps(_fitted()), "utf-8")
    found = json.loads(path.read_text("utf-8"))
    weights = tuple(weights_from_json(json.loads(text), "unseen") for text in found["weights"])
    return UnseenWeights(weights, found["folds"])


def kept_weights() -> Path:
    """Return the file of the folds' weights; its name depends on all that decides them."""
    name = f"broadsheet-unseen-{recipe_hash(*RECIPE)}-{data_hash()}-{weights_hash()}.json"
    return Path(tempfile.gettempdir()) / name


def _fitted() -> dict[str, Any]:
    found = samples()
    fold = folds(found, FOLDS)
    pairs = list(zip(found, fold, strict=True))
    return {
        "weights": [as_text(fit([s for s, own in pairs if own != f])) for f in range(FOLDS)],
        "folds": {registered_domain(s.gold["url"]): own for s, own in pairs},
    }


def _always(chosen: Weights) -> Callable[[], Weights]:
    return lambda: chosen
