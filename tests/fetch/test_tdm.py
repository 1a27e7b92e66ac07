import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.model import FetchError
from tasks.fetch.tdm import (
    declared_rights,
    header_rights,
    is_mining_reserved,
    meta_rights,
    parse_tdmrep,
)
from tasks.reasons import FetchReason
from tests.fetch.servers import fetcher, on_loop, reply, site

BASE = "http://courier.example"
PATH = "/.well-known/tdmrep.json"
POLICY = "https://courier.example/policy.json"
RESERVED = ("tdm-reservation:1", f"tdm-policy:{POLICY}")
RULES = json.dumps(
    [
        {"location": "/", "tdm-reservation": 1, "tdm-policy": POLICY},
        {"location": "/open/", "tdm-reservation": 0},
        {"location": "/open/*.jpg$", "tdm-reservation": 1},
        {"location": "/caf%C3%A9", "tdm-reservation": 0},
    ]
).encode()


@pytest.mark.parametrize(
    ("path", "rights"),
    [
        ("/story", RESERVED),
        ("/open/story", ("tdm-reservation:0",)),
        ("/open/a/b.jpg", ("tdm-reservation:1",)),
        ("/open/a/b.jpg?x", ("tdm-reservation:0",)),
        ("/caf%c3%a9", ("tdm-reservation:0",)),
    ],
)
def test_the_longest_matching_pattern_decides(path: str, rights: tuple[str, ...]) -> None:
    assert declared_rights(parse_tdmrep(RULES), BASE + path) == rights


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"{",
        b"[1, null, []]",
        b'[{"location": 7, "tdm-reservation": 1}]',
        b'[{"location": "", "tdm-reservation": 1}]',
        b'[{"location": "/", "tdm-reservation": 2}]',
        b'[{"location": "/"}]',
        b"[" * 100_000,
        b'[{"location": "/", "tdm-reservation": ' + b"[" * 900 + b"]" * 900 + b"}]",
    ],
)
def test_malformed_content_declares_nothing(content: bytes) -> None:
    assert declared_rights(parse_tdmrep(content), f"{BASE}/story") == ()


def test_malformed_rules_do_not_hide_the_others() -> None:
    content = b'\xef\xbb\xbf[{"location": 7}, {"location": "/", "tdm-reservation": "1"}]'
    assert declared_rights(parse_tdmrep(content), f"{BASE}/story") == ("tdm-reservation:1",)


def test_a_pattern_cannot_inject_a_rule() -> None:
    content = json.dumps([{"location": "/a\nDisallow: /", "tdm-reservation": 1}]).encode()
    assert declared_rights(parse_tdmrep(content), f"{BASE}/story") == ()


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers(-1, 2) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["location", "tdm-reservation", "tdm-policy"]), inner, max_size=3
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_parsed_without_an_exception(content: bytes) -> None:
    assert all(":" in right for right in declared_rights(parse_tdmrep(content), f"{BASE}/a?b"))


@on_loop
async def test_reservations_are_requested_once_per_site() -> None:
    async with (
        site({PATH: RULES, "press.example" + PATH: reply(b"", 404)}) as served,
        fetcher(served.port) as fetching,
    ):
        assert await fetching.tdm_rights(f"{BASE}/story") == RESERVED
        assert await fetching.tdm_rights(f"{BASE}/open/a") == ("tdm-reservation:0",)
        assert await fetching.tdm_rights("http://press.example/a") == ()
        assert await fetching.tdm_rights("http://press.example/b") == ()
    assert [visit.path for visit in served.visits] == [PATH, PATH]


@on_loop
async def test_unreachable_reservations_are_none_and_are_requested_again() -> None:
    async with site({PATH: reply(b"", 500)}) as served, fetcher(served.port) as fetching:
        assert await fetching.tdm_rights(f"{BASE}/story") == ()
        served.replies[PATH] = RULES
        assert await fetching.tdm_rights(f"{BASE}/story") == RESERVED


@on_loop
async def test_reservations_of_a_forbidden_address_are_refused() -> None:
    async with fetcher(1) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.tdm_rights("http://127.0.0.1/")
    assert caught.value.reason is FetchReason.PRIVATE_ADDRESS


def test_headers_declare_rights_like_pages() -> None:
    headers = (
        ("TDM-Reservation", "1"),
        ("tdm-policy", f" {POLICY} "),
        ("X-Robots-Tag", "otherbot: noai, follow"),
        ("X-Robots-Tag", "noarchive"),
        ("Content-Type", "text/html"),
    )
    assert header_rights(headers) == (*RESERVED, "noai", "noarchive")


@pytest.mark.parametrize(
    ("rights", "expected"),
    [(RESERVED, True), (("noai",), True), (("tdm-reservation:0", "noarchive"), False), ((), False)],
)
def test_mining_is_reserved_by_the_protocol_or_by_noai(
    rights: tuple[str, ...], expected: bool
) -> None:
    assert is_mining_reserved(rights) is expected


def test_reservations_in_meta_elements_are_read_like_those_in_headers() -> None:
    page = (
        b"<html><head><META name='TDM-Reservation' content='1'>"
        b"<meta name='robots' content='index, noai'></head><body>...</body></html>"
    )
    assert meta_rights(page) == ("tdm-reservation:1", "noai")
    assert is_mining_reserved(meta_rights(page))
    assert meta_rights(b"<p>tdm-reservation") == ()
