"""The page type model: its weights belong to this code, and it rejects few articles."""

import json
import os
from pathlib import Path

import pytest

from tasks.process import terms
from tasks.process.markup.parse import parse
from tasks.process.metadata.model import Metadata
from tasks.process.page_type.features import page_features
from tasks.process.page_type.model import ARTICLE_TYPE, likeliest_other, load_model
from tests.process.pages import SENTENCES, story
from tests.training.hashes import page_type_features, recipe_hash
from tests.training.page_types import RECIPE, REPORT, data_hash, read_pages

CORPORA = os.environ.get("BROADSHEET_CORPORA")
TRAINED = json.loads(REPORT.read_text("utf-8"))


def likelihoods(html: str, url: str) -> dict[str, float]:
    return load_model().likelihoods(page_features(parse(html), Metadata(), url))


def test_the_report_and_the_weights_were_made_by_the_code_as_it_is() -> None:
    assert TRAINED["recipe"] == recipe_hash(*RECIPE), "run python -m tests.training.page_types"
    found = page_type_features()
    assert list(TRAINED["features"]) == list(found)
    for name, values in found.items():
        assert TRAINED["features"][name] == pytest.approx(values, rel=1e-4, abs=1e-5), name


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora")
def test_the_report_and_the_weights_belong_to_the_features_and_labels_of_the_corpora() -> None:
    pages = list(read_pages(Path(CORPORA or "")))
    assert TRAINED["data"] == data_hash(pages), "run python -m tests.training.page_types"


def test_the_model_rejects_few_articles_and_many_listings_of_unknown_publishers() -> None:
    """Check the model alone; the hand-written rules before it find more."""
    assert TRAINED["article"]["share"] <= 0.02
    others = [TRAINED[name] for name in ("listing", "collection", "product")]
    assert sum(o["rejected"] for o in others) / sum(o["pages"] for o in others) >= 0.6
    assert TRAINED["service"]["share"] >= 0.4


def test_the_model_has_weights_for_all_features_and_known_types() -> None:
    model = load_model()
    names = page_features(parse(story()), Metadata(), None)
    assert set(model.weights) == {"1", *names}
    assert set(model.types) <= set(terms.PAGE_TYPES)


def test_the_model_tells_a_story_from_a_page_of_a_shop() -> None:
    paragraphs = "".join(f"<p>{sentence} {sentence}</p>" for sentence in SENTENCES)
    page = f"<body><h1>Nordholm rebuilds its pier</h1>{paragraphs}</body>"
    card = (
        "<li><a href='/p/{n}'><img src='{n}.jpg'>Pier lamp {n}</a> $49.90 <a href='/b'>Add to cart"
    )
    shop = "".join(card.format(n=n) + "</a></li>" for n in range(40))
    story_is = likelihoods(page, "https://courier.example/2024/03/01/nordholm-rebuilds-its-pier")
    shop_is = likelihoods(f"<body><h1>Lamps</h1><ul>{shop}</ul></body>", "https://x.example/lamps")
    assert story_is[ARTICLE_TYPE] > load_model().doubt_below
    assert shop_is[ARTICLE_TYPE] < load_model().reject_below
    assert likeliest_other(shop_is) in {"collection", "product", "listing"}
