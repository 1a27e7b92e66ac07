import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.web.canonical import identifying_url
from tasks.web.urls import url_key

SITE = "https://www.herald.example"


def _key_of(own: str, canonical: str) -> str | None:
    """Return the key of a page with this canonical; a relative address is on SITE."""
    url = own if own.startswith("http") else SITE + own
    return url_key(identifying_url(url, canonical))


def _is_believed(own: str, canonical: str) -> bool:
    url = own if own.startswith("http") else SITE + own
    assert url_key(url) != url_key(canonical if canonical.startswith("http") else SITE + canonical)
    return _key_of(own, canonical) != url_key(url)


@pytest.mark.parametrize(
    ("own", "canonical"),
    [
        ("https://m.herald.co.uk/a?ref=app", "https://www.herald.co.uk/a"),
        ("https://herald.co.uk/a", "https://www.herald.co.uk/a"),
        ("https://amp.herald.example/a", "https://herald.example/a"),
        ("/a/amp", "/a"),
        ("/amp/ferry", "/ferry"),
        ("/ferry.amp.html?outputType=amp", "/ferry.html"),
        ("/ferry/index.html", "/ferry/"),
        ("/ferry/print", "/ferry"),
        ("/ferry", "/ferry/"),
        ("/ferry?print=1", "/ferry"),
        ("/ferry-strike?page=all", "/ferry-strike"),
        ("/ferry-strike?page=1", "/ferry-strike"),
        ("/the-ferry-strike-ends-today?x=y&z=9", "/the-ferry-strike-ends-today"),
        ("/2024/05/10/ferry?x=y", "/2024/05/10/ferry"),
        ("/story.php?id=17&ref=rss", "/story.php?id=17"),
        ("/m/story.php?nid=17", "/story.php?id=17"),
        ("/story.php?id=17", "/news/ferry-strike-17.html"),
        ("/?p=17", "/ferry-strike/"),
        ("/news/ferry-strike", "/2024/05/10/ferry-strike"),
        ("/news/travel/ferry", "/ferry"),
        ("/article/1234567/the-ferry-strike", "/article/1234567"),
        ("/story/one-long-headline-of-today-123", "/story/another-headline-of-today-123"),
        ("/one-headline-of-today-ld.1161246", "/one-headline-of-today-ld.1161245"),
        ("/2024/5/1/ferry", "/2024/05/01/ferry"),
        ("/#!/story/ferry-strike", "/story/ferry-strike"),
        ("/2024/05/10/u381;jsessionid=ABC123", "/2024/05/10/u381"),
        ("http://127.0.0.1:8000/a?ref=x", "http://127.0.0.1:8000/a"),
        ("https://medium.com/@ida/ferry-strike-17?source=rss", "https://medium.com/@ida/ferry-strike-17"),
    ],
)  # fmt: skip
def test_a_canonical_that_names_the_same_story_is_believed(own: str, canonical: str) -> None:
    assert _is_believed(own, canonical)


MISTAKES = {
    "another site": [
        ("/a", "https://agency.example/a"),
        ("https://evil.blogspot.com/2024/a", "https://victim.blogspot.com/2024/a"),
        ("https://evil.blogspot.co.uk/2024/a", "https://victim.blogspot.co.uk/2024/a"),
        ("https://evil.github.io/a", "https://victim.github.io/a"),
        ("https://evil.substack.com/p/a", "https://victim.substack.com/p/a"),
        ("https://evil.wordpress.com/a", "https://wordpress.com/a"),
    ],
    "another publisher of a shared host": [
        ("https://medium.com/@evil/a-17", "https://medium.com/@victim/a-17"),
        ("https://medium.com/evil/a-17", "https://medium.com/victim/a-17"),
        ("https://evil.medium.com/a-17", "https://medium.com/@victim/a-17"),
        ("https://dev.to/evil/a-17", "https://dev.to/victim/a-17"),
        ("https://m.facebook.com/evil/posts/1", "https://www.facebook.com/victim/posts/1"),
        ("https://sites.google.com/view/evil/a", "https://sites.google.com/view/victim/a"),
        ("https://sites.google.com/site/evil/a", "https://www.google.com/site/evil/a"),
        ("https://telegra.ph/Evil-05-10", "https://telegra.ph/Victim-05-10"),
        ("https://www.college.example/~evil/a", "https://www.college.example/~victim/a"),
        ("https://social.example/@evil/17", "https://social.example/@victim/17"),
    ],
    "a host that readers do not see": [
        ("/a/ferry", "http://localhost:8080/a/ferry"),
        ("/a/ferry", "http://127.0.0.1/a/ferry"),
        ("/a/ferry", "http://[::1]/a/ferry"),
        ("/a/ferry", "http://web01/a/ferry"),
        ("/a/ferry", "https://staging.herald.example/a/ferry"),
        ("/a/ferry", "https://www-preview.herald.example/a/ferry"),
        ("/a/ferry", "https://www.herald.example:8080/a/ferry"),
    ],
    "the front page": [
        ("/a", "/"),
        ("/a", "/index.html"),
        ("/a", "/en/"),
        ("/en/a", "/en/index.php"),
        ("/a", "/?ref=canonical"),
        ("/a", "https://herald.example"),
        ("/?p=17", "/"),
        ("/index.php?id=17", "/index.php"),
        ("/#!/story/1", "/"),
    ],
    "a folder or section": [
        ("/town/a-long-headline-0", "/town"),
        ("/town/a-long-headline-0.html", "/town.html"),
        ("/town/a-long-headline-0", "/town/index.html"),
        ("/news/2024/05/ferry.html", "/news/"),
        ("/2024/05/10/t0", "/2024/05/10/"),
        ("/2024/05/10/t0", "/2024/05"),
        ("/news/the-ferry-strike", "/2024-05-10/"),
        ("/the-ferry-strike-ends", "/news/local"),
        ("/2024/05/10/u381", "/local-news/"),
        ("/2024/05/10/u381", "/tag/ferry-strike"),
        ("/2024/05/10/u381", "/author/ida-marsh-2"),
        ("/book/01-introduction.html", "/book/"),
    ],
    "a template's leftover": [
        ("/a/r0", "{{ page.url }}"),
        ("/a/r0", "https://www.herald.example/%7B%7Bpage.url%7D%7D"),
        ("/a/r0", "https://www.herald.example/a/{slug}"),
        ("/a/r0", "https://www.herald.example/<?php echo $url; ?>"),
        ("/a/r0", "https://www.herald.example/${url}"),
        ("/a/r0", "https://www.herald.example/a/[permalink]"),
        ("/a/r0", "https://www.herald.example/a/%permalink%"),
        ("/a/r0", "https://www.herald.example/a/:slug"),
        ("/a/r0", "/a/undefined"),
        ("/a/r0", "/null/a-headline-of-four-words"),
        ("/a/r0", "/a/[object Object]"),
        ("/story.php?id=1", "/story.php?id=undefined"),
        ("/story.php?id=1", "/story.php?id="),
        ("/a/the-ferry-strike-ends", "www.herald.example/a/the-ferry-strike-ends"),
    ],
    "a page that is no story": [
        ("/a/s0", "/404"),
        ("/a/s0", "/404.html"),
        ("/a/s0", "/error"),
        ("/a/s0", "/errors/404"),
        ("/a/s0", "/page-not-found"),
        ("/a/s0", "/error.aspx?aspxerrorpath=/a/s0"),
        ("/a/s0", "/login?next=/a/s0"),
        ("/a/s0", "/search?q=ferry"),
        ("/a/s0", "/feed/"),
        ("/a/s0", "/images/the-front-of-a-ferry-17.jpg"),
    ],
    "the identifying parameter dropped": [
        ("/story.php?id=1", "/story.php"),
        ("/news/index.php?id=17", "/news/index.php"),
        ("/news/index.php?id=17", "/news/"),
        ("/show_article.php?nid=1", "/show_article.php"),
        ("/article?slug=ferry-strike", "/article"),
        ("/artikel-detail.html?id=1", "/artikel-detail.html"),
        ("/story.php?id=3", "/story.php?id=1"),
        ("/story.php?id=3&lang=en", "/story.php?lang=en"),
        ("/story-1234567.html", "/story.html"),
        ("/reader#!/story/1", "/reader"),
        ("/2024/05/10/q1", "/2024/05/10/q"),
        ("/2024/05/10/p1", "/2024/05/10/p0"),
        ("/article/1003", "/article/1001"),
    ],
    "another language": [
        ("/fr/a", "/en/a"),
        ("https://fr.herald.com/a", "https://www.herald.com/a"),
        ("/ferry-strike.fr.html", "/ferry-strike.en.html"),
        ("/ferry-strike?lang=fr", "/ferry-strike"),
    ],
    "the twin for phones": [
        ("/a", "/a/amp"),
        ("/a", "https://amp.herald.example/a"),
    ],
    "another page of the story": [
        ("/m1?page=2", "/m1"),
        ("/m1?seite=3", "/m1"),
        ("/m1?currentPage=2", "/m1"),
        ("/m1?p=2", "/m1"),
        ("/m1?page=0,1", "/m1"),
        ("/m1?start=10", "/m1"),
        ("/m1?page=3", "/m1?page=2"),
        ("/m1", "/m1?page=2"),
        ("/the-ferry-strike-ends-now/2", "/the-ferry-strike-ends-now"),
        ("/the-ferry-strike-ends-now/2/", "/the-ferry-strike-ends-now.html"),
        ("/the-ferry-strike-ends-now/page/2/", "/the-ferry-strike-ends-now/"),
        ("/the-ferry-strike-ends-now/seite-2", "/the-ferry-strike-ends-now"),
        ("/the-ferry-strike-ends-now/p2", "/the-ferry-strike-ends-now"),
        ("/the-ferry-strike-ends-now-2.html", "/the-ferry-strike-ends-now.html"),
        ("/the-ferry-strike-ends-now_2.html", "/the-ferry-strike-ends-now.html"),
        ("/the-ferry-strike-ends-now,2.html", "/the-ferry-strike-ends-now.html"),
        ("/the-ferry-strike-ends-now-page-2", "/the-ferry-strike-ends-now"),
        ("/the-ferry-strike-ends-now_3.html", "/the-ferry-strike-ends-now_1.html"),
        ("https://m.herald.example/m1?page=2&utm_source=x", "https://www.herald.example/m1"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "canonical"), [pair for pairs in MISTAKES.values() for pair in pairs]
)
def test_a_canonical_that_looks_like_a_mistake_is_not_believed(own: str, canonical: str) -> None:
    assert not _is_believed(own, canonical)


@pytest.mark.parametrize(
    ("canonical", "identifying"),
    [
        ("https://herald.co.uk/a", "https://herald.co.uk/a"),
        ("https://herald.example/news/ferry-strike", "https://herald.example/news/ferry-strike"),
        ("/a", None),
        (None, None),
        ("http://localhost:8080/2024/05/10/q", None),
        ("http://192.168.1.2/2024/05/10/q", None),
        ("http://web.internal/2024/05/10/q", None),
        ("https://herald.example/", None),
        ("https://herald.example/404", None),
        ("https://herald.example/2024/05/10/", None),
        ("https://herald.example/tag/ferry-strike", None),
        ("https://herald.example/{{ page.url }}", None),
    ],
)
def test_a_page_without_an_address_takes_a_canonical_that_names_a_story(
    canonical: str | None, identifying: str | None
) -> None:
    assert identifying_url(None, canonical) == identifying


def test_a_page_without_a_usable_canonical_keeps_its_address() -> None:
    for canonical in (None, "", "mailto:ida@herald.example", "https://[broken/", "#", "#top"):
        assert _key_of("/a", canonical or "") == "//www.herald.example/a"


@given(st.text(), st.text())
def test_any_strings_are_handled_without_an_exception(one: str, two: str) -> None:
    for url in (one, f"https://{one}", f"https://herald.example/{one}", None):
        for canonical in (two, f"/{two}", f"https://herald.example/{two}"):
            url_key(identifying_url(url, canonical))


@given(st.text("/?=&.-_,p2aid01#!%", max_size=20))
def test_an_address_that_is_its_own_canonical_keeps_its_key(path: str) -> None:
    url = f"{SITE}/{path}"
    assert url_key(identifying_url(url, url)) == url_key(url)
