"""The site of a host: suffixes of the public list, shared services, and names without a suffix."""

import pytest

from tasks.web.hosts import domain_of, has_public_suffix, is_shared


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.courier.co.uk", "courier.co.uk"),
        ("news.courier.com.br", "courier.com.br"),
        ("courier.kawasaki.jp", "courier.kawasaki.jp"),  # `*.kawasaki.jp` is a suffix
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),  # but this name is excepted
        ("a.courier.blogspot.com", "courier.blogspot.com"),
        ("a.courier.blogspot.de", "courier.blogspot.de"),
        ("www.courier.medium.com", "courier.medium.com"),
        ("www.medium.com", "medium.com"),
        ("courier.github.io", "courier.github.io"),  # of the private part of the list
        ("github.io", "github.io"),
        ("news.courier.example", "courier.example"),
        ("localhost", "localhost"),
        ("xn--bcher-kva.xn--p1ai", "xn--bcher-kva.xn--p1ai"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_domain_of_a_host(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_names_end_in_a_public_suffix_or_in_example() -> None:
    assert has_public_suffix("courier.co.uk")
    assert has_public_suffix("courier.example")
    assert not has_public_suffix("courier.localnet")


@pytest.mark.parametrize(
    ("domain", "shared"),
    [
        ("blogspot.com", True),
        ("blogspot.de", True),
        ("medium.com", True),
        ("github.io", True),
        ("courier.blogspot.de", False),
        ("blogspot.courier.example", False),
        ("courier.example", False),
    ],
)
def test_domains_of_which_each_subdomain_is_a_site(domain: str, shared: bool) -> None:
    assert is_shared(domain) is shared
