import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.process.markup.parse import parse
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata, with_declared
from tasks.records import Declared
from tests.process.metadata.pages import SETTINGS, URL, jsonld, metadata_of


def test_all_fields_of_a_plain_news_page_are_read() -> None:
    page = (
        '<html lang="en-GB"><head><link rel="canonical" href="/town/ferry-returns?a=1">'
        '<meta property="og:site_name" content="Harbour Herald">'
        '<meta property="og:type" content="article">'
        '<meta name="description" content="The boat is &amp;quot;back&amp;quot;.">'
        '<meta name="news_keywords" content="ferry, Port Ellis">'
        '<meta property="og:image" content="/img/ferry.jpg">'
        + jsonld(
            headline="Ferry returns",
            author=[{"@type": "Person", "name": "Ada Brook"}],
            articleSection="Town",
            dateline="PORT ELLIS",
            keywords=["not these"],
            isAccessibleForFree="False",
        )
    )
    metadata = metadata_of(page)
    assert metadata.title == "Ferry returns"
    assert metadata.description == 'The boat is "back".'
    assert metadata.authors == ("Ada Brook",)
    assert metadata.url_canonical == "https://www.harbour-herald.example/town/ferry-returns?a=1"
    assert metadata.site_name == "Harbour Herald"
    assert metadata.language == "en"
    assert metadata.section == "Town"
    assert metadata.keywords == ("ferry", "Port Ellis")
    assert metadata.image_url == "https://www.harbour-herald.example/img/ferry.jpg"
    assert metadata.dateline == "PORT ELLIS"
    assert metadata.page_types == ("NewsArticle", "article")
    assert metadata.free_to_read is False


def test_links_in_boxes_that_are_named_like_topics_are_keywords_each_once_and_in_order() -> None:
    page = (
        jsonld(headline="Ferry returns")
        + '<h1>Ferry returns</h1><div><a class="tags" href="/a">No topic</a></div>'
        '<div class="Article-Topics"><a href="/b">Ferries</a><ul class="keywords tags">'
        '<li><a href="/c">Harbours</a></li><li><a class="tags" href="/d">Storms</a></li></ul></div>'
        '<p class="tags">Read <a href="/e">this</a></p><a href="/f">Another page</a>'
    )
    assert metadata_of(page).keywords == ("Ferries", "Harbours", "Storms")


def test_an_empty_page_has_no_metadata() -> None:
    assert metadata_of("") == Metadata()


def test_reading_metadata_does_not_change_the_tree() -> None:
    page = parse(jsonld(headline="Ferry") + "<h1>Ferry</h1><p>By Ada Brook</p>")
    before = page.tree.html
    read_metadata(page, PageContext(URL), SETTINGS)
    assert page.tree.html == before


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "NewsArticle", "headline": "Ferry",}',
        '<!-- {"@type": "NewsArticle", "headline": "Ferry"} -->',
        '{"@type": "NewsArticle", "headline": "Fer\nry"}',
        '[{"@type": "NewsArticle", "headline": "Ferry"} {"@type": "WebPage"}]',
    ],
)
def test_json_ld_that_is_slightly_broken_is_mended(block: str) -> None:
    metadata = metadata_of(f'<script type="application/ld+json">{block}</script>')
    assert (metadata.title or "").replace(" ", "") == "Ferry"
    assert metadata.flags == ()


def test_json_ld_that_cannot_be_mended_raises_a_flag() -> None:
    page = '<script type="application/ld+json">{"headline": Ferry</script>'
    assert metadata_of(page).flags == ("broken_jsonld",)


def test_json_ld_over_the_size_limit_is_ignored() -> None:
    node = {"@type": "NewsArticle", "headline": "Ferry", "pad": "x" * SETTINGS.jsonld_bytes}
    page = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    assert metadata_of(page).title is None


@pytest.mark.parametrize("opening", ["[", '{"@graph":', '{"a":['])
def test_deeply_nested_json_ld_raises_no_exception(opening: str) -> None:
    page = f'<script type="application/ld+json">{opening * 50_000}</script><h1>Ferry</h1>'
    assert metadata_of(page).title == "Ferry"


def test_articles_in_a_list_are_not_taken_for_the_article_of_the_page() -> None:
    page = (
        '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": '
        '[{"@type": "NewsArticle", "headline": "Other", "datePublished": "2024-01-01"}]}</script>'
        "<h1>Ferry</h1>"
    )
    metadata = metadata_of(page)
    assert (metadata.title, metadata.published) == ("Ferry", None)


def test_the_node_with_the_pages_address_is_its_article() -> None:
    nodes = [
        {"@type": "NewsArticle", "headline": "Other", "url": "https://harbour-herald.example/x"},
        {"@type": "NewsArticle", "headline": "Ferry", "url": URL},
    ]
    page = f'<script type="application/ld+json">{json.dumps(nodes)}</script>'
    assert metadata_of(page).title == "Ferry"


def test_rights_come_from_markup_and_headers() -> None:
    page = (
        '<link rel="license" href="https://licence.example/by">'
        '<meta name="robots" content="index, noai"><meta name="tdm-reservation" content="1">'
    )
    headers = (("x-robots-tag", "googlebot: noarchive"), ("tdm-policy", "https://p.example/tdm"))
    assert metadata_of(page, headers=headers).rights == (
        "license:https://licence.example/by",
        "noai",
        "noarchive",
        "tdm-reservation:1",
        "tdm-policy:https://p.example/tdm",
    )


@pytest.mark.parametrize(
    ("html", "keywords"),
    [
        (
            '<meta name="keywords" content="a town&#39;s ferry, boats,, boats">',
            ("a town's ferry", "boats"),
        ),
        ('<meta name="keywords" content="ferry boats town council water money">', ()),
        ('<h1>Ferry</h1><a rel="tag" href="/t/x">Boats</a>', ("Boats",)),
        ('<h1>Ferry</h1><p>The <a href="/topic/x">boats</a></p>', ()),
    ],
)
def test_keywords_are_read_from_the_lists_that_a_page_declares(
    html: str, keywords: tuple[str, ...]
) -> None:
    assert metadata_of(html).keywords == keywords


def test_the_archive_row_fills_only_fields_that_the_page_lacks() -> None:
    row = Declared(title="Row", authors=("By Ada Brook",), published="2021-03-04", section="Town")
    filled = with_declared(Metadata(title="Page"), PageContext(declared=row), SETTINGS)
    assert (filled.title, filled.authors, filled.section) == ("Page", ("Ada Brook",), "Town")
    assert filled.published is not None
    assert (filled.published.source, filled.published.day) == ("archive", date(2021, 3, 4))
    assert filled.published.instant is None


def test_the_date_of_the_page_outranks_the_date_of_the_row() -> None:
    page = parse(jsonld(datePublished="2024-05-01T10:00:00Z"))
    context = PageContext(
        URL, datetime(2024, 6, 1, tzinfo=UTC), declared=Declared(published="2021")
    )
    metadata = read_metadata(page, context, SETTINGS)
    assert [c.verdict for c in metadata.date_candidates] == ["chosen", "unparsable"]


TAGS = """h1|h2|p|time|a rel=author|div class=byline|aside|span class=date|title|article|footer|li
|meta name=author content=x|script type=application/ld+json"""
tags = st.sampled_from(TAGS.replace("\n", "").split("|"))
pieces = st.one_of(tags.map("<{}>".format), tags.map("</{}>".format), st.text(max_size=30))


@settings(max_examples=150, deadline=None)
@given(st.lists(pieces, max_size=40).map("".join))
def test_any_markup_gives_metadata_without_an_exception(html: str) -> None:
    metadata_of(html)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
KEYS = "headline name author publisher image datePublished keywords url mainEntityOfPage inLanguage"


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS.split()), json_values))
def test_any_values_in_json_ld_give_metadata_without_an_exception(
    values: dict[str, object],
) -> None:
    metadata_of(jsonld(**values))
