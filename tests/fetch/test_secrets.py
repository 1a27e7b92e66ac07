"""Keys of sources, which are sent to the source's own sites only and stored nowhere."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from config.errors import UsageError
from config.sources import Source, load_sources, with_headers
from tasks.fetch.orders import FetchOrder
from tasks.fetch.secrets import secrets_of
from tests.fetch.every_byte import files_with
from tests.fetch.servers import PAGE, fetcher, moved, on_loop, site
from tests.nights.paper import Reply, published

KEY = "k3y-of-the-courier-77f1"
SOURCE = Source(
    name="Courier",
    homepage="https://www.courier.example/",
    feeds=("http://feeds.courier-group.example/all",),
    headers={"X-Key": KEY},
)


def allowed(url: str, first: str | None = None) -> bool:
    return secrets_of(SOURCE).allowed_at(URL(url), URL(first or url))


@pytest.mark.parametrize(
    ("url", "first", "expected"),
    [
        ("https://www.courier.example/a", None, True),
        ("https://shop.courier.example/a", None, True),
        ("http://www.courier.example/a", None, False),  # the entry says https
        ("http://feeds.courier-group.example/all", None, True),  # the entry says http
        ("https://feeds.courier-group.example/all", None, True),
        ("https://press.example/a", None, False),
        ("https://courier.example.press.example/a", None, False),
        ("https://m.courier.example/a", "https://www.courier.example/a", True),
        ("https://press.example/a", "https://www.courier.example/a", False),
        # Redirects: never to another registered domain, and never from https to http.
        ("https://www.courier.example/a", "http://feeds.courier-group.example/all", False),
        ("http://courier-group.example/b", "https://feeds.courier-group.example/all", False),
        ("https://courier-group.example/b", "http://feeds.courier-group.example/all", True),
    ],
)
def test_keys_go_to_the_sites_of_the_entry(url: str, first: str | None, expected: bool) -> None:
    assert allowed(url, first) is expected


@given(st.from_regex(r"https?://[a-z.\-]{1,30}(:[0-9]{1,5})?/[a-z]{0,5}", fullmatch=True))
def test_no_other_host_is_ever_given_a_key(url: str) -> None:
    try:
        host = URL(url).host or ""
    except ValueError:
        return
    ours = host.rstrip(".").endswith(("courier.example", "courier-group.example"))
    assert ours or not allowed(url)


@on_loop
async def test_the_stored_request_has_no_key() -> None:
    source = Source(
        name="Courier", homepage="http://courier.example/", headers={"x-KEY": KEY, "X-Desk": "7"}
    )
    replies = {
        "courier.example/story": moved("http://press.example/story"),
        "/story": PAGE,
        "/plain": PAGE,
    }
    order = FetchOrder("http://courier.example/story", secrets=secrets_of(source))
    async with site(replies) as served, fetcher(served.port) as fetching:
        answer = await fetching.fetch(order)
        direct = await fetching.fetch(
            FetchOrder("http://courier.example/plain", secrets=secrets_of(source))
        )
    sent = {visit.path: visit.headers for visit in served.visits if visit.host == "courier.example"}
    assert sent["/story"]["X-Key"] == KEY
    assert not any(
        "X-Key" in visit.headers for visit in served.visits if visit.host == "press.example"
    )
    assert KEY not in str(answer)
    assert KEY not in str(direct)
    assert not {name.lower() for name, _ in direct.request_headers} & {"x-key", "x-desk"}


def test_a_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(name="A", homepage="https://a.example/", headers={"X-Key": "env:COURIER_KEY"})
    monkeypatch.setenv("COURIER_KEY", KEY)
    assert secrets_of(source).headers == (("X-Key", KEY),)
    monkeypatch.delenv("COURIER_KEY")
    with pytest.raises(UsageError, match=r"X-Key comes from the environment.*COURIER_KEY"):
        secrets_of(source)


def test_a_key_is_not_in_the_repr_of_an_entry_or_order() -> None:
    assert KEY not in repr(SOURCE)
    assert KEY not in repr(FetchOrder("https://www.courier.example/", secrets=secrets_of(SOURCE)))


def test_a_resumed_run_takes_the_keys_from_the_list(tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    listed.write_text(
        '[[source]]\nname = "A"\nhomepage = "https://a.example/"\nheaders = {X-Key = "new"}\n'
    )
    entries = [
        Source(name="A", homepage="https://a.example/"),
        Source(name="B", homepage="https://b.example/", headers={"X-Key": "old"}),
    ]
    found = with_headers(entries, listed)
    assert [one.headers for one in found] == [{"X-Key": "new"}, {}]
    assert load_sources(listed)[0].headers == {"X-Key": "new"}


@pytest.mark.parametrize("written", ["env:PAPER_KEY", KEY])
def test_other_sites_get_no_key_and_no_file_holds_it(tmp_path: Path, written: str) -> None:
    """Check the files, tables and logs of a night in which a feed lists other sites' pages."""
    with published(tmp_path, ["paper", "stranger"]) as (papers, desk):
        text = desk.listed.read_text()
        own, _ = text.split("[[source]]\nname = 'stranger'")
        desk.listed.write_text(f"{own}headers = {{X-Key = '{written}'}}\n")
        home = "http://paper.example/"
        papers.feed(f"{home}feed.xml", f"{home}1", "http://stranger.example/2", f"{home}3")
        papers.story(f"{home}1", 1)
        papers.story("http://stranger.example/2", 2)
        papers.replies[f"{home}3"] = Reply(
            status=302, headers=(("Location", "http://stranger.example/4"),)
        )
        papers.story("http://stranger.example/4", 4)
        os.environ["PAPER_KEY"] = KEY
        try:
            output = desk.night()
        finally:
            del os.environ["PAPER_KEY"]
        assert {row["url"] for row in desk.ask("select url from articles")} >= {f"{home}1"}
        seen = {(request.url, request.key) for request in papers.requests}
    assert (f"{home}1", KEY) in seen
    assert (f"{home}feed.xml", KEY) in seen
    assert not [url for url, key in seen if key and "stranger" in url]
    assert KEY not in output
    assert not files_with(KEY, desk.warehouse)
