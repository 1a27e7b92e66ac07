"""The versions of both extractors, told without importing them, which takes half a second."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

FAST: Final = "blocks"  # the name of the fast lane in the column `extractor`
WEIGHTS: Final = Path(__file__).with_name("weights.json")
LONGEST_HASH: Final = 10


def versions() -> str:
    """Return the versions of both extractors; a change of either may change any row."""
    return f"{FAST} {weights_version()}, trafilatura {version('trafilatura')}"


@cache
def weights_version() -> str:
    """Return the version of the fast lane: a hash of its weights' file.

    Weights are trained anew whenever the code of the features changes, so they stand for both.
    """
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:LONGEST_HASH]
