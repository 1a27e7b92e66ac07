"""Fetched nights in any order, with kills and a `reprocess` between: clusters as from scratch."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.nights.night import Desk
from tests.nights.paper import Papers, Reply, published
from tests.pipeline.command import run
from tests.stories.planting import Planted, planted
from tests.stories.test_kills import disturbed
from tests.trials import seeds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
NIGHTS = 6
FEED = "http://paper.example/feed.xml"
# Pages that are read without their JSON-LD have no dates and authors.
WITHOUT_DATES = {"BROADSHEET_PROCESS__JSONLD_BYTES": "10"}
STATE = (
    "select url_key, cluster_id, published_date, content_hash from articles order by all",
    "select content_hash, other_hash, kind, shared from text_pairs order by all",
    "select url_key, hashes from fingerprints join articles using (article_id, version) "
    "order by all",
    "select * exclude (first_seen_at) from stories order by all",
)


def state(desk: Desk) -> list[list[dict[str, Any]]]:
    return [desk.ask(query) for query in STATE]


def address_of(one: Planted) -> str:
    return f"http://paper.example/news/{one.name}"


def page_of(one: Planted) -> Reply:
    """Return the page of a planted article, dated in its JSON-LD."""
    data = json.dumps(
        {
            "@type": "NewsArticle",
            "headline": f"Title of {one.name}",
            "datePublished": f"{one.day}T06:00:00Z",
        }
    )
    body = "".join(f"<p>{paragraph}</p>" for paragraph in one.text.split("\n\n"))
    return Reply(
        f"<!doctype html><html lang=en><head><title>Title of {one.name}</title>"
        f'<script type="application/ld+json">{data}</script></head><body><article>'
        f"<h1>Title of {one.name}</h1>{body}</article></body></html>"
    )


def publish(papers: Papers, articles: Sequence[Planted]) -> None:
    """Show these articles in the feed, and no others."""
    papers.feed(FEED, *map(address_of, articles))
    papers.replies |= {address_of(one): page_of(one) for one in articles}


@pytest.fixture(scope="module")
def articles() -> list[Planted]:
    return [one for one in planted(60, seed=9, days=6) if len(one.text.split()) >= 60]


@pytest.fixture(scope="module")
def scratch(articles: Sequence[Planted], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with published(tmp_path_factory.mktemp("scratch")) as (papers, desk):
        publish(papers, articles)
        desk.quick_night()
        found = state(desk)
    assert all(found)
    assert len(found[0]) == len(articles)
    assert len({row["cluster_id"] for row in found[0]}) < len(found[0])
    return found


@pytest.mark.parametrize("seed", seeds(1, 4))
def test_fetched_nights_in_any_order_with_kills_and_a_reprocess_give_the_clusters_of_one_night(
    articles: Sequence[Planted], scratch: Any, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    order = chance.sample(range(NIGHTS), NIGHTS)
    seconds = 3.0
    with published(tmp_path) as (papers, desk):
        for night, part in enumerate(order):
            publish(papers, articles[part::NIGHTS])
            early = WITHOUT_DATES if night < 3 else {}
            if night % 2:
                run(*desk.arguments(night), status=0, **early)
            else:
                seconds = disturbed(chance, seconds, *desk.arguments(night), **early)
            if night == 3:
                again = ("reprocess", "-w", desk.warehouse, "--config", desk.config)
                disturbed(chance, seconds, *again)
                assert desk.ask("select * from article_versions where change_reason = 'reprocess'")
        assert state(desk) == scratch
