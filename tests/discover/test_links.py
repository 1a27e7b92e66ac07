"""Links to feeds, sitemaps and articles, told from links that only resemble them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.links import article_links, feed_and_sitemap_links, is_article_link
from tasks.discover.model import ListAddresses, Listing

URL = "https://www.courier.example/news/"


def list_addresses(body: str) -> ListAddresses:
    return feed_and_sitemap_links(body.encode(), URL)


def articles(body: str) -> Listing:
    return article_links(body.encode(), URL)


def test_declared_feeds_are_found_in_their_order_and_once() -> None:
    found = list_addresses(
        """<head><LINK REL="Alternate" TYPE="application/rss+xml; charset=utf-8" HREF="/feed">
        <link rel="alternate" type="application/atom+xml" href="https://feeds.host.example/c">
        <link rel="alternate home" type="application/feed+json" href="feed.json">
        <link rel="alternate" type="application/rdf+xml" href="/index.rdf">
        <link rel="alternate" type="application/rss+xml" href="/feed">
        <a href="/rss">RSS</a>"""
    )
    assert found.feeds == (
        "https://www.courier.example/feed",
        "https://feeds.host.example/c",
        "https://www.courier.example/news/feed.json",
        "https://www.courier.example/index.rdf",
    )


def test_alternate_links_of_other_types_are_no_feeds() -> None:
    found = list_addresses(
        """<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
        <link rel="alternate" type="application/json+oembed" href="/oembed">
        <link rel="alternate" hreflang="de" href="/de/">
        <link rel="stylesheet" type="application/rss+xml" href="/x.css">"""
    )
    assert found.feeds == ()


def test_feeds_of_comments_are_left_out() -> None:
    found = list_addresses(
        """<link rel="alternate" type="application/rss+xml" title="Comments" href="/c.xml">
        <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
        <link rel="alternate" type="application/rss+xml" title="News" href="/feed/">"""
    )
    assert found.feeds == ("https://www.courier.example/feed/",)


@pytest.mark.parametrize(
    "path", ["/rss", "/feed/", "/feeds/all", "/news.rss", "/a.atom", "/rss.xml", "/index.xml"]
)
def test_links_that_look_like_feeds_are_taken_if_none_is_declared(path: str) -> None:
    found = list_addresses(
        f'<a href="{path}">RSS</a><a href="https://elsewhere.example{path}">theirs</a>'
        f'<a href="/feedback">Feedback</a><a href="/rss-explained-for-beginners">What is RSS</a>'
    )
    assert found.feeds == (f"https://www.courier.example{path}",)


def test_sitemaps_that_a_page_links_are_found() -> None:
    found = list_addresses(
        """<link rel="sitemap" type="application/xml" href="/map"><a href="/sitemap_index.xml">S</a>
        <a href="/sitemap">Overview</a><a href="https://elsewhere.example/sitemap.xml">x</a>"""
    )
    assert found.sitemaps == (
        "https://www.courier.example/map",
        "https://www.courier.example/sitemap_index.xml",
    )


@pytest.mark.parametrize(
    "path",
    [
        "/2024/03/01/flood",
        "/news/2024-03-01-flood",
        "/2024/03/flood",
        "/2024/3/1/flood",
        "/news/flood-in-the-old-town",
        "/news/flood-in-the-old-town/",
        "/news/flood-12345",
        "/a/1234567",
        "/news/flood-again.html",
        "/article?id=1",
        "/news/story.php?lang=en&id=2",
        "/news/2024/03/01/12345",
        "/opinion/archive/2024/03/why-we-wait/123456/",
    ],
)
def test_addresses_of_articles_are_recognised(path: str) -> None:
    assert is_article_link(f"https://courier.example{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/news",
        "/news/politics/",
        "/2024/03/01/",
        "/2024/03/",
        "/news/2024/03",
        "/tag/flood-in-the-old-town",
        "/author/ada-moor-of-the-courier",
        "/category/a-b-c-d",
        "/search/a-b-c-d",
        "/login?next=/2024/03/01/flood",
        "/news/page/12345",
        "/2024/03/01/flood-in-the-town.jpg",
        "/files/report-of-the-flood-12345.pdf",
        "/video-of-the-flood-12345.mp4",
        "/privacy-policy-and-cookies-explained",
        "/article?page=2",
        "/news?id=flood",
        "/index.html",
    ],
)
def test_other_addresses_are_not_taken_for_articles(path: str) -> None:
    assert not is_article_link(f"https://courier.example{path}")


def test_a_section_lists_each_article_of_its_domain_once_with_its_title() -> None:
    listing = articles(
        """<a href="/2024/03/01/flood#top"><img src="x.jpg"></a>
        <h2><a href="/2024/03/01/flood?utm_source=front">  Flood in
        the <b>old</b> town </a></h2>
        <a href="https://sport.courier.example/2024/03/01/derby">Derby</a>
        <a href="https://elsewhere.example/2024/03/01/other">Other</a>
        <a href="/tag/flood">Floods</a><a href="mailto:x@courier.example">Mail</a>"""
    )
    assert [(entry.url, entry.title) for entry in listing.entries] == [
        ("https://www.courier.example/2024/03/01/flood", "Flood in the old town"),
        ("https://sport.courier.example/2024/03/01/derby", "Derby"),
    ]
    assert (listing.how, listing.fault) == ("section", None)


def test_addresses_that_differ_in_the_query_are_two_entries() -> None:
    listing = articles('<a href="/story?id=1">One</a><a href="/story?id=2">Two</a>')
    assert [entry.url for entry in listing.entries] == [
        "https://www.courier.example/story?id=1",
        "https://www.courier.example/story?id=2",
    ]


def test_links_are_joined_to_the_base_that_the_page_names() -> None:
    listing = articles('<base href="/archive/"><a href="a-long-story-told">A</a>')
    assert listing.entries[0].url == "https://www.courier.example/archive/a-long-story-told"


def test_the_page_itself_is_not_among_its_articles() -> None:
    page = b'<a href="/2024/03/01/flood">x</a>'
    assert article_links(page, "https://courier.example/2024/03/01/flood").entries == ()


def test_a_page_in_another_charset_keeps_its_titles() -> None:
    page = '<meta charset="windows-1251"><a href="/2024/03/01/potop">Потоп в старом городе</a>'
    listing = article_links(page.encode("windows-1251"), URL)
    assert listing.entries[0].title == "Потоп в старом городе"


def test_a_page_without_articles_has_a_fault() -> None:
    assert articles("<p>Nothing").fault


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                ["<a href='", "'>", "<base href='", "<link rel=alternate type=", "http://[", "//",
                 "application/rss+xml href=", "/2024/03/01/x", "?id=1", "\0", "é", "#", "%", ":9"]
            )
        ).map(lambda pieces: "".join(pieces).encode()),
    )
)  # fmt: skip
def test_any_bytes_are_handled_without_an_exception(content: bytes) -> None:
    assert article_links(content, URL).how == "section"
    assert all(feed.startswith("http") for feed in feed_and_sitemap_links(content, URL).feeds)
