"""The fast lane: from the outline of a page to its paragraphs and a confidence."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tasks.process.body.blocks import PageOutline
from tasks.process.body.confidence import confidence, confidence_features
from tasks.process.body.model import Weights, block_probabilities, load_weights
from tasks.process.body.page_arrays import Page
from tasks.process.body.paragraphs import block_paragraphs, choose_blocks
from tasks.process.markup.parse import parse

# Blocks with at least this probability are kept. Below 0.5, because F1 is best there on pages on
# which many blocks are in doubt.
LEAST_CHANCE: Final = 0.4


@dataclass(frozen=True, slots=True)
class FastText:
    """The text that the fast lane extracts from a page.

    Attributes:
        confidence: the expected F1 of the text; 0 for a page without text.
    """

    paragraphs: tuple[str, ...] = ()
    confidence: float = 0.0


def extract_fast(outline: PageOutline, learned: Weights | None = None) -> FastText:
    """Return the paragraphs of a page's story and how good they are expected to be.

    Args:
        learned: weights to use instead of those that come with the code.
    """
    if not outline.texts:
        return FastText()
    learned = learned or load_weights()
    page = Page(outline)
    chances = block_probabilities(page, learned)
    kept = choose_blocks(page, chances, LEAST_CHANCE)
    is_kept = np.zeros(page.size, np.bool_)
    is_kept[kept] = True
    values = confidence_features(page, chances, is_kept)
    sure = confidence(values, learned.confidence) if kept else 0.0
    return FastText(block_paragraphs(page, kept), sure)


def warm_fast() -> None:
    """Make the lane load now what it loads on first use: the weights and tables of characters."""
    page = "<html><body><h1>Pier</h1><p>The pier is open again, says the council.</p></body></html>"
    extract_fast(parse(page).outline)
