"""Hashes that show whether the committed weights were made by the code as it is.

Moving or renaming a file must not require a new training. So features are compared by their values
on fixed pages, and of the training code only what decides the numbers is hashed.
"""

import ast
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from config.settings import load_settings
from tasks.process.body.block_features import local_features
from tasks.process.body.confidence import confidence_features
from tasks.process.body.context_features import ContextFeatures
from tasks.process.body.fast import LEAST_CHANCE
from tasks.process.body.model import block_probabilities, load_weights
from tasks.process.body.page_arrays import Floats, Page
from tasks.process.body.paragraphs import choose_blocks
from tasks.process.body.versions import WEIGHTS
from tasks.process.markup.parse import ParsedPage, parse
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.process.page_type.features import page_features

TRAINING = Path(__file__).parent
GOLDEN = TRAINING.parent / "golden"
LENGTH = 16
URL = "https://courier.example/2025/03/11/story"
# Golden pages of many kinds. The list is fixed, so that adding a golden page changes no hash.
FIXED = (
    "authors-byline-email-and-date",
    "date-of-comments-and-cards",
    "language-arabic-right-to-left",
    "language-chinese",
    "layout-table-with-breaks",
    "reject-section-front",
    "reject-shop-by-its-looks",
    "text-drops-captions-share-newsletter-cookies",
    "text-inline-markup-does-not-glue",
    "text-keeps-lists-and-quotes",
    "type-live-blog",
)


def recipe_hash(*names: str) -> str:
    """Return a hash of modules of this folder, without imports, docstrings and comments."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(ast.dump(_bare(TRAINING / f"{name}.py")).encode())
    return digest.hexdigest()[:LENGTH]


def weights_hash() -> str:
    """Return a hash of the body model's file of weights."""
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:LENGTH]


def body_features() -> list[float]:
    """Return means and mean squares of all features of blocks and pages on the fixed pages."""
    blocks: list[Floats] = []
    pages: list[Floats] = []
    for parsed in _fixed_pages().values():
        page = Page(parsed.outline)
        context = ContextFeatures(page).compute(page.rough_scores)
        blocks.append(np.concatenate([local_features(page), context]))
        chances = block_probabilities(page, load_weights())
        kept = choose_blocks(page, chances, LEAST_CHANCE)
        pages.append(
            np.asarray(confidence_features(page, chances, np.isin(np.arange(page.size), kept)))
        )
    return [*_moments(np.concatenate(blocks, axis=1)), *_moments(np.stack(pages, axis=1))]


def page_type_features() -> dict[str, list[float]]:
    """Return the values of each feature of the page model on the fixed pages, by its name."""
    settings = load_settings().process
    found: dict[str, list[float]] = {}
    for parsed in _fixed_pages().values():
        metadata = read_metadata(parsed, PageContext(URL), settings)
        for name, value in page_features(parsed, metadata, URL).items():
            found.setdefault(name, []).append(round(float(value), 6))
    return found


@cache
def _fixed_pages() -> Mapping[str, ParsedPage]:
    return {name: parse((GOLDEN / name / "page.html").read_text("utf-8")) for name in FIXED}


def _moments(features: Floats) -> Iterator[float]:
    """Yield the mean of each row, then the mean square of each row, with six significant digits."""
    for values in (features.mean(axis=1), np.square(features).mean(axis=1)):
        yield from (float(f"{float(value):.6g}") for value in values)


def _bare(path: Path) -> ast.Module:
    """Return a module's syntax tree, which has no comments, without imports and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return tree
