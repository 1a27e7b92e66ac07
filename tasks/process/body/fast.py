"""The fast lane: a page's blocks in, its paragraphs and how far to trust them out."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tasks.process.body.blocks import Outline
from tasks.process.body.confidence import confidence, signs
from tasks.process.body.model import Weights, probabilities, weights
from tasks.process.body.page import Page
from tasks.process.body.paragraphs import chosen_blocks, paragraphs

FAST: Final = "blocks"
LEAST_CHANCE: Final = 0.4  # of a block to be kept; F1 is best below 0.5 where a page is in doubt


@dataclass(frozen=True, slots=True)
class FastText:
    """What the fast lane makes of a page.

    Attributes:
        confidence: the F1 that the text is expected to have; 0 for a page without text.
    """

    paragraphs: tuple[str, ...] = ()
    confidence: float = 0.0


def fast_version() -> str:
    """Changes with the code and the weights: the weights name the code that they are for."""
    return weights().version


def extract_fast(outline: Outline, learned: Weights | None = None) -> FastText:
    """The story of a page."""
    if not outline.texts:
        return FastText()
    learned = learned or weights()
    page = Page(outline)
    chances = probabilities(page, learned)
    kept = chosen_blocks(page, chances, LEAST_CHANCE)
    is_kept = np.zeros(page.size, np.bool_)
    is_kept[kept] = True
    sure = confidence(signs(page, chances, is_kept), learned.confidence) if kept else 0.0
    return FastText(paragraphs(page, kept), sure)
