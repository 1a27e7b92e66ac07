from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.fetch.addresses import AddressRules, checked_url
from tasks.fetch.model import FetchError
from tasks.web.urls import absolute_url, normalise_part, registered_domain, url_key

# Characters for which the key of a key once differed, or which parsers read differently.
HOSTILE = (
    "\\@[]%:/?#&;=+`. \t\r\n\x00\x85\xa0aA1-_~"
    "\u3002\uff0e\uff61\uff41\u200b\u200d\xad\xdf\u0130\u0131\u017f\u212a\xe9e\u0301\u0338\u037e\u1fef"
    "\ufb03\u2603\ud83d\udce9\udcc3"
)
PIECES = st.sampled_from(
    """
    %2e %2E %2F %5c %C3%A9 %c3 %a9 % %4 .. /../ /./ // #! utm_source=x &amp; xn-- xn--a [::1]
    [::ffff:1.2.3.4] user:pw@ :80
    """.split()
)
hostile = st.lists(PIECES | st.text(HOSTILE, max_size=4) | st.characters(), max_size=8).map("".join)
addresses = (
    hostile
    | hostile.map("https://herald.example/{}".format)
    | hostile.map("http://{}".format)
    | st.tuples(hostile, hostile).map(lambda both: f"//{both[0]}herald.example{both[1]}")
)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Herald.Example/A/b", "//herald.example/A/b"),
        ("http://herald.example:80/a#top", "//herald.example/a"),
        ("https://herald.example:8443/a", "//herald.example:8443/a"),
        ("https://herald.example", "//herald.example/"),
        ("https://herald.example./a", "//herald.example/a"),
        ("https://Herald.Example./a", "//herald.example/a"),
        ("https://herald.example/a?b=2&a=1", "//herald.example/a?b=2&a=1"),
        ("https://herald.example/a/", "//herald.example/a/"),
        ("https://user:pw@herald.example/a", "//herald.example/a"),
        ("https://bücher.example/ä b", "//xn--bcher-kva.example/%C3%A4%20b"),
        ("https://[::1]:8080/a", "//[::1]:8080/a"),
        ("https://[0:0:0::1]/a", "//[::1]/a"),
        ("https://[::FFFF:808:808]/a", "//[::ffff:8.8.8.8]/a"),
        ("https://[fe80::1%eth0]/a", None),
        ("https://herald.example/#!/story/1", "//herald.example/#!/story/1"),
        ("https://herald.example/a#!", "//herald.example/a"),
        ("mailto:ada@herald.example", None),
        ("https://[broken/a", None),
        ("https://her ald.example/a", None),
        ("https://herald..example/a", None),
        ("https://her%61ld.example/a", None),
        ("http://herald.example:99999999/a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_key_omits_the_parts_that_do_not_distinguish_pages(
    url: str | None, key: str | None
) -> None:
    assert url_key(url) == key


@pytest.mark.parametrize(
    "parameter",
    [
        "fbclid=y",
        "UTM_Source=rss",
        "utm%5Fsource=rss",
        "hsa_acc=12",
        "pk_source=x",
        "mtm_group=x",
        "matomo_kwd=x",
        "piwik_group=x",
        "amp;utm_medium=feed",
        "amp;fbclid=y",
    ],
)
def test_tracking_parameters_are_no_part_of_a_key(parameter: str) -> None:
    assert url_key(f"https://herald.example/a?{parameter}") == "//herald.example/a"
    expected = "//herald.example/a?id=1&b"
    assert url_key(f"https://herald.example/a?id=1&{parameter}&b") == expected
    assert url_key(f"https://herald.example/a?{parameter}&id=1&b#c") == expected


@pytest.mark.parametrize(
    "spellings",
    [
        ["/%C3%A9", "/%c3%a9", "/\xe9", "/e\u0301", "/a/../\xe9", "/a/../%C3%A9", "/./%65%CC%81"],
        ["/b", "/a/../b", "/a/%2e%2E/b", "/../b", "/x/./../b", "/%62"],
        ["/a/", "/a/.", "/a/b/..", "/a/b/../", "/a/%2e"],
        ["/a%20b", "/a b"],
        ["/a?x%5B%5D=1", "/a?x[]=1"],
        ["/a?q=%C3%BC", "/a?q=\xfc", "/a?q=%c3%bc", "/a?q=u\u0308"],
        ["/100%25", "/100%"],
        ["/a%5Cb%3C%CC%B8", "/a\\b<\u0338", "/a%5cb%3c\u0338"],
        ["/%E9", "/%e9", "/\udce9"],  # Latin-1, as it is written and as it is read from a file
        ["/a#!b%20c", "/a#!b c"],
    ],
)
def test_spellings_of_one_address_have_one_key(spellings: list[str]) -> None:
    assert len({url_key(f"https://herald.example{one}") for one in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a?id=1", "/a?id=2"),
        ("/a%2Fb", "/a/b"),
        ("/a%3Fb", "/a?b"),
        ("/a%23b", "/a"),
        ("/a?x=1%262", "/a?x=1&2"),
        ("/a?x=1+2", "/a?x=1%2B2"),
        ("/%E9", "/%C3%A9"),
        ("/a", "/A"),
        ("/a", "/a/"),
        ("/a//b", "/a/b"),
        ("/a?x=1&y=2", "/a?y=2&x=1"),
        ("/#!/a", "/#!/b"),
        ("/%252e%252e/b", "/b"),
    ],
)
def test_addresses_of_different_pages_have_different_keys(one: str, other: str) -> None:
    keys = {url_key(f"https://herald.example{path}") for path in (one, other)}
    assert len(keys) == 2


@given(addresses)
@example("http://\\。a/")
@example("https://herald.example/\\\u0301")
@example("https://herald.example/%5C\u0301%3c\u0338<\u0338")
@example("//[::1%25é]/")
@example("http://a。。/")
@example("https://herald.example/%%34%31")
@example("https://herald.example/\ud83d%ed%a0%80")
@example("https://herald.example/a/.../..//../%2e")
@example("https://herald.example/?=\u0338&amp;amp;utm_source")
def test_the_key_of_a_key_is_itself(url: str) -> None:
    key = url_key(url)
    assert key is None or url_key(key) == key


@given(addresses)
def test_a_key_is_ascii_without_spaces_and_stays_within_its_host(url: str) -> None:
    key = url_key(url)
    if key is not None:
        assert key.isascii()
        assert not set(key) & set(' \t\r\n\\<>"{}')
        assert urlsplit(f"https:{key}").path.startswith("/")


@given(st.text("abAB09._~!$&'()*+,;=:@/-?%#", max_size=30))
def test_the_shortcut_for_plain_addresses_gives_the_same_key(rest: str) -> None:
    plain, spaced = f"https://herald.example/{rest}", f" HTTPS://herald.example/{rest}"
    assert url_key(plain) == url_key(spaced)


# All addresses are allowed, so that IP addresses are compared, too.
RULES = AddressRules((IPv4Network("0.0.0.0/0"), IPv6Network("::/0")), {})


@given(addresses)
@example("http://faß.example/")
@example("http://ｈｅrald。example/")
@example("http://☃.example/\ud83d")
@example("http://herald.example../")
@example("http://[::FFFF:8.8.8.8]/")
def test_an_address_and_the_address_that_the_fetcher_requests_have_one_key(url: str) -> None:
    try:
        asked = checked_url(url, RULES)
    except FetchError:
        return
    assert url_key(str(asked)) == (url_key(url) or "").partition("#")[0]


@given(hostile, hostile)
def test_any_strings_are_handled_without_an_exception(one: str, two: str) -> None:
    for url in (one, f"https://{one}", f"https://herald.example/{one}"):
        registered_domain(url)
        absolute_url(two, url)


@given(hostile)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise_part(normalise_part(text)) == normalise_part(text)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.herald.co.uk/a", "herald.co.uk"),
        ("https://www.news.herald.example./a", "herald.example"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
        ("nonsense", None),
    ],
)
def test_the_registered_domain_is_found_offline(url: str, domain: str | None) -> None:
    assert registered_domain(url) == domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("ida.blogspot.com", "ida.blogspot.com"),
        ("www.ida.blogspot.com", "ida.blogspot.com"),
        ("ida.blogspot.co.uk", "ida.blogspot.co.uk"),
        ("ida.github.io", "ida.github.io"),
        ("www.ida.substack.com", "ida.substack.com"),
        ("ida.wordpress.com", "ida.wordpress.com"),
        ("www.tumblr.com", "tumblr.com"),
        ("blogspot.com", "blogspot.com"),
        ("s3.amazonaws.com", "s3.amazonaws.com"),
    ],
)
def test_each_publisher_of_a_shared_domain_is_a_site(host: str, domain: str) -> None:
    assert registered_domain(f"https://{host}/a") == domain
