"""How good the fast lane's text of a page is likely to be, estimated from its block probabilities.

The estimate decides whether trafilatura is asked, too (`lanes.SURE`).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.process.body.page_arrays import Floats, Page

CONFIDENCE_FEATURES: Final = (
    # The F1, precision and missed words that the probabilities themselves predict; "doubt" is
    # their entropy per chosen word.
    "expected_f1", "log_words", "words_share", "doubt", "precision", "missed", "link_share",
    # A text in many separate runs, or with many dropped blocks between its first and last one, is
    # less likely to be one story.
    "log_runs", "density", "log_page_words", "log_words_a_block", "longest_share",
    # Long blocks with few links that were not kept: perhaps the story itself.
    "long_texts_left",
)  # fmt: skip
LONG_WORDS: Final = 15
FEW_LINKS: Final = 0.3


def confidence_features(
    page: Page, chances: Floats, is_kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """Return the values of `CONFIDENCE_FEATURES` for a page.

    Args:
        chances: per block the probability that it is part of the story.
        is_kept: per block whether it is in the text.
    """
    words, kept = page.words, page.words[is_kept]
    total, left = float(words.sum()), ~is_kept
    chosen = float(kept.sum()) + 1e-6
    story, caught = float((chances * words).sum()), float((chances * words)[is_kept].sum())
    runs = int(is_kept[0]) + np.count_nonzero(is_kept[1:] & left[:-1])
    places = np.flatnonzero(is_kept)
    span = float(words[places[0] : places[-1] + 1].sum()) if len(places) else 1.0
    long_left = words * (page.link_share < FEW_LINKS) * (words > LONG_WORDS)
    return np.array(
        [
            2 * caught / (chosen + story + 1e-6), np.log1p(chosen), chosen / total,
            min(3.0, float((_entropy(chances) * words).sum()) / chosen), caught / chosen,
            min(1.0, (story - caught) / chosen),
            float((words * page.link_share)[is_kept].sum()) / chosen,
            np.log1p(runs), chosen / span, np.log1p(total), np.log1p(chosen / max(1, len(places))),
            float(kept.max(initial=0.0)) / chosen, min(2.0, float(long_left[left].sum()) / chosen),
        ],
        np.float32,
    )  # fmt: skip


def confidence(values: Floats, weights: Floats) -> float:
    """Return the expected F1 of a text, 0 to 1, by a logistic regression.

    Args:
        values: the text's `confidence_features`.
        weights: one per feature, then the bias.
    """
    return float(1 / (1 + np.exp(-(values @ weights[:-1] + weights[-1]))))


def _entropy(chances: Floats) -> Floats:
    """Return the binary entropy of each probability, in bits."""
    p = np.clip(chances, 1e-6, 1 - 1e-6)
    entropy: Floats = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return entropy
