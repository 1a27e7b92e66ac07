import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.urls import absolute_url, identifying_url, registered_domain, url_key


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Herald.Example/A/b", "//herald.example/A/b"),
        ("http://herald.example:80/a#top", "//herald.example/a"),
        ("https://herald.example:8443/a", "//herald.example:8443/a"),
        ("https://herald.example", "//herald.example/"),
        ("https://herald.example/a?utm_source=x&id=1&fbclid=y", "//herald.example/a?id=1"),
        ("https://herald.example/a?b=2&a=1", "//herald.example/a?b=2&a=1"),
        ("https://user:pw@herald.example/a", "//herald.example/a"),
        ("https://bücher.example/ä b", "//xn--bcher-kva.example/ä%20b"),
        ("https://[::1]:8080/a", "//[::1]:8080/a"),
        ("mailto:ada@herald.example", None),
        ("https://[broken/a", None),
        ("http://herald.example:99999999/a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_key_drops_what_does_not_tell_pages_apart(url: str | None, key: str | None) -> None:
    assert url_key(url) == key


def test_addresses_that_differ_in_their_query_are_different_pages() -> None:
    assert url_key("https://herald.example/a?id=1") != url_key("https://herald.example/a?id=2")


def test_http_and_https_of_one_address_are_one_page() -> None:
    assert url_key("http://herald.example/a") == url_key("https://herald.example/a")


@given(
    st.text()
    | st.text().map("https://herald.example/{}".format)
    | st.text().map("http://{}".format)
)
def test_the_key_of_a_key_is_itself(url: str) -> None:
    key = url_key(url)
    assert key is None or url_key(key) == key


@given(st.text(), st.text())
def test_any_strings_are_handled_without_an_exception(one: str, two: str) -> None:
    for url in (one, f"https://{one}", f"https://herald.example/{one}"):
        registered_domain(url)
        absolute_url(two, url)
        url_key(identifying_url(url, two))


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.herald.co.uk/a", "herald.co.uk"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("nonsense", None),
    ],
)
def test_the_registered_domain_is_known_offline(url: str, domain: str | None) -> None:
    assert registered_domain(url) == domain


@pytest.mark.parametrize(
    ("url", "canonical", "identifying"),
    [
        (
            "https://m.herald.co.uk/a?x=1",
            "https://www.herald.co.uk/a",
            "https://www.herald.co.uk/a",
        ),
        ("https://herald.co.uk/a/amp", "/a", "https://herald.co.uk/a"),
        ("https://herald.co.uk/a", "https://agency.co.uk/a", "https://herald.co.uk/a"),
        ("https://herald.co.uk/a", "https://herald.co.uk/", "https://herald.co.uk/a"),
        ("https://herald.co.uk/a", "https://herald.co.uk/index.html", "https://herald.co.uk/a"),
        ("https://herald.co.uk/fr/a", "https://herald.co.uk/en/a", "https://herald.co.uk/fr/a"),
        ("https://fr.herald.com/a", "https://www.herald.com/a", "https://fr.herald.com/a"),
        ("https://herald.co.uk/a", "", "https://herald.co.uk/a"),
        (None, "https://herald.co.uk/a", "https://herald.co.uk/a"),
        (None, "/a", None),
        (None, None, None),
        ("https://herald.example/a", "https://herald.example/a/amp", "https://herald.example/a"),
        ("https://amp.herald.example/a", "https://herald.example/a", "https://herald.example/a"),
    ],
)
def test_a_canonical_address_counts_only_where_it_can_be_believed(
    url: str | None, canonical: str | None, identifying: str | None
) -> None:
    assert identifying_url(url, canonical) == identifying
