import json
import os
from pathlib import Path

import pytest

from tasks.process import terms
from tasks.process.metadata.model import Metadata
from tasks.process.page_features import page_features
from tasks.process.page_model import ARTICLE, likeliest_other, load_model
from tasks.process.parse import parse
from tests.process.pages import SENTENCES, story
from tests.training.page_types import REPORT, code_hash, data_hash, read_pages

CORPORA = os.environ.get("BROADSHEET_CORPORA")
TRAINED = json.loads(REPORT.read_text("utf-8"))


def likelihoods(html: str, url: str) -> dict[str, float]:
    return load_model().likelihoods(page_features(parse(html), Metadata(), url))


def test_the_report_and_the_weights_are_those_of_this_code() -> None:
    assert TRAINED["code"] == code_hash(), "run python -m tests.training.page_types"


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora")
def test_the_report_and_the_weights_are_those_of_these_features_and_labels() -> None:
    pages = list(read_pages(Path(CORPORA or "")))
    assert TRAINED["data"] == data_hash(pages), "run python -m tests.training.page_types"


def test_out_of_fold_hardly_an_article_is_rejected() -> None:
    """By the model alone; the rules before it, made by hand, find more."""
    assert TRAINED["article"]["share"] <= 0.02
    others = [TRAINED[name] for name in ("listing", "collection", "product")]
    assert sum(o["rejected"] for o in others) / sum(o["pages"] for o in others) >= 0.6
    assert TRAINED["service"]["share"] >= 0.4


def test_the_model_knows_all_features_and_types() -> None:
    model = load_model()
    names = page_features(parse(story()), Metadata(), None)
    assert set(model.weights) == {"1", *names}
    assert set(model.types) <= set(terms.PAGE_TYPES)


def test_a_story_is_likelier_an_article_than_a_page_that_sells() -> None:
    paragraphs = "".join(f"<p>{sentence} {sentence}</p>" for sentence in SENTENCES)
    told = f"<body><h1>Nordholm rebuilds its pier</h1>{paragraphs}</body>"
    card = (
        "<li><a href='/p/{n}'><img src='{n}.jpg'>Pier lamp {n}</a> $49.90 <a href='/b'>Add to cart"
    )
    shop = "".join(card.format(n=n) + "</a></li>" for n in range(40))
    story_is = likelihoods(told, "https://courier.example/2024/03/01/nordholm-rebuilds-its-pier")
    shop_is = likelihoods(f"<body><h1>Lamps</h1><ul>{shop}</ul></body>", "https://x.example/lamps")
    assert story_is[ARTICLE] > load_model().doubt_below
    assert shop_is[ARTICLE] < load_model().reject_below
    assert likeliest_other(shop_is) in {"collection", "product", "listing"}
