"""Marts are counted again day by day: after each night they say what all articles say."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from tasks.records import Article
from tasks.web.fingerprint import article_id
from tests.pipeline.nights import Nights
from tests.stories.planting import Planter
from tests.stories.test_published import numbered, told

PLANTER = Planter(23)
AGENCIES = ((), ("dpa",), ("ap", "dpa"))
FROM_ARTICLES = {
    "attention": """
        select published_date, coalesce(source, domain), section, language, count(*),
            sum(word_count)::bigint, count(distinct cluster_id)
        from articles where published_date is not null group by all
    """,
    "agencies": """
        with told as (
            select date_trunc('month', published_date)::date as month,
                coalesce(articles.domain, articles.source) as domain, agencies
            from articles left join fingerprints using (article_id, version)
            where published_date is not null
        ),
        credited as (select month, domain, unnest(agencies) as agency from told)
        select month, domain, agency, count(*), count(*) / any_value(total)
        from credited
        join (select month, domain, count(*) as total from told group by all)
        using (month, domain)
        group by all
    """,
    "syndication": """
        with taken as (
            select first.domain as from_domain, copy.domain as to_domain,
                stories.cluster_id,
                min(if(
                    copy.published_precision in ('second', 'minute')
                    and first.published_precision in ('second', 'minute'),
                    epoch(copy.published_at - first.published_at) / 3600, null
                )) as hours
            from stories join articles as first on first.article_id = first_article_id
            join articles as copy on copy.cluster_id = stories.cluster_id
            where stories.articles > 1 and copy.domain <> first.domain group by all
        )
        select from_domain, to_domain, count(*), median(hours) from taken group by all
    """,
    "stories": """
        select cluster_id, min(first_seen_at), count(*), count(distinct domain)
        from articles group by all
    """,
}


def shown(nights: Nights, name: str) -> list[tuple[object, ...]]:
    columns = "cluster_id, first_seen_at, articles, sites" if name == "stories" else "*"
    return sorted(nights.ask(f"select {columns} from {name}"), key=str)


def made(place: int, text: str, at: str) -> Article:
    site = f"{'abc'[place % 3]}.example"
    one = told(site, text, at, AGENCIES[place % 3])
    dated = {"section": ("Town", None)[place % 2], "publication": (None, "Tide")[place % 4 == 1]}
    url = f"https://{site}/{place}"
    keys = {"url": url, "url_key": url, "own_key": url, "article_id": article_id(url)}
    return replace(one, **keys, **dated)


def test_after_each_night_the_marts_say_what_all_articles_say(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "w")
    texts = ["\n\n".join(PLANTER.paragraphs(90)) for _ in range(5)]
    for night in range(4):
        articles = []
        for n in range(6):
            place = night * 4 + n  # two articles of the last night again, changed
            text = texts[place % 5] if n % 2 else PLANTER.copy("introduced", texts[place % 5])
            one = made(place, text, f"{3 + (place + night) % 5} 1{n}:00")
            if n == 5:
                one = replace(one, published_at=None, published_date=None)
            if n == 1 and night:
                one = replace(one, published_date=date(2025, 4, 2))
            articles.append(one)
        nights.load(*numbered(*articles))
        for name, query in FROM_ARTICLES.items():
            assert shown(nights, name) == sorted(nights.ask(query), key=str), (name, night)
    assert len(shown(nights, "attention")) > 8
    assert shown(nights, "syndication")
    assert nights.ask("from cluster_merges")
    assert len(nights.ask("from superseded")) > 2
