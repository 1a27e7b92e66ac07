import asyncio
from ipaddress import ip_address

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from tasks.fetch.addresses import AddressRules, CheckedResolver, checked_url
from tasks.fetch.fetcher import Fetcher, user_agent
from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.reasons import FetchReason
from tests.fetch.servers import PAGE, fetcher, moved, on_loop, raw_server, response, settings, site

PUBLIC = AddressRules.of(settings(1, hosts={}))

PRIVATE = """
    http://127.0.0.1/ http://127.1/ http://127.0.0.1./ http://2130706433/ http://017700000001/
    http://0177.0.0.1/ http://0x7f.1/ http://0x7f000001/ http://0X7F.0.0.1/ http://0/ http://0.0.0.0/
    http://10.0.0.1/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.1.1/ http://100.64.0.1/
    http://169.254.169.254/latest/meta-data/ http://168.63.129.16/ http://192.0.0.192/
    http://224.0.0.1/ http://240.0.0.1/ http://255.255.255.255/ http://198.18.0.1/ http://192.0.2.1/
    http://[::1]/ http://[::]/ http://[fe80::1]/ http://[fc00::1]/ http://[fd00:ec2::254]/
    http://[ff02::1]/ http://[fec0::1]/ http://[2001:db8::1]/ http://[::ffff:127.0.0.1]/
    http://[::ffff:7f00:1]/ http://[::ffff:a9fe:a9fe]/ http://[::127.0.0.1]/
    http://[2002:7f00:1::]/ http://[2002:a9fe:a9fe::1]/ http://[64:ff9b::7f00:1]/
    http://[64:ff9b::169.254.169.254]/ http://[64:ff9b:1::1]/ http://[2001:0:7f00:1::]/
    http://[::ffff:0:127.0.0.1]/ http://１２７.０.０.１/ http://127。0。0。1/ http://①②⑦.0.0.1/
    http://localhost/ http://LOCALHOST:8080/ http://localhost./ http://intranet/ http://wiki/page
    http://press.local/ http://press.local./ http://a.localhost/ http://metadata.google.internal/
    http://router.home.arpa/ http://press.lan/
    http://[3fff::1]/ http://[3fff:fff::1]/ http://[5f00::1]/ http://[2606:4700::5efe:10.0.0.1]/
    http://[2606:4700::200:5efe:10.0.0.1]/ http://[2606:4700::5efe:8.8.8.8]/
""".split()


@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_address_is_refused_in_any_spelling(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        checked_url(url, PUBLIC)
    assert caught.value.reason is FetchReason.PRIVATE_ADDRESS
    assert not caught.value.passing


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://courier.example/a", FetchReason.SCHEME),
        ("file:///etc/passwd", FetchReason.SCHEME),
        ("javascript:alert(1)", FetchReason.SCHEME),
        ("//courier.example/a", FetchReason.SCHEME),
        ("story", FetchReason.SCHEME),
        ("", FetchReason.SCHEME),
        ("http://desk@courier.example/", FetchReason.USERINFO),
        ("http://courier.example:80@127.0.0.1/", FetchReason.USERINFO),
        ("http://courier.example\\@127.0.0.1/", FetchReason.USERINFO),
        ("http:///story", FetchReason.BAD_URL),
        ("http://courier.example:99999/", FetchReason.BAD_URL),
        ("http://courier.example:port/", FetchReason.BAD_URL),
        ("http://courier.example:0/", FetchReason.BAD_URL),
        ("http://courier.example:25/", FetchReason.BAD_URL),
        ("https://8.8.8.8:6667/", FetchReason.BAD_URL),
        ("http://[::1/", FetchReason.BAD_URL),
        ("http://[fe80::1%25eth0]/", FetchReason.BAD_URL),
        ("http://a..example/", FetchReason.BAD_URL),
        ("http://-a.example/", FetchReason.BAD_URL),
        (f"http://{'a' * 64}.example/", FetchReason.BAD_URL),
        ("http://%6c%6fcalhost/", FetchReason.BAD_URL),
        ("http://courier.example\\127.0.0.1/", FetchReason.BAD_URL),
        ("http://courier .example/", FetchReason.BAD_URL),
        ("http://256.1.1.1/", FetchReason.BAD_URL),
        ("http://134744072/", FetchReason.BAD_URL),  # public, but not written as an address
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(url: str, reason: FetchReason) -> None:
    with pytest.raises(FetchError) as caught:
        checked_url(url, PUBLIC)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://Courier.Example./A/b?c=%7e&d#e", "https://courier.example/A/b?c=%7e&d"),
        ("http://courier.example", "http://courier.example/"),
        ("http://courier.example:8080/a/../b", "http://courier.example:8080/a/../b"),
        ("http://courier.example:80/a", "http://courier.example/a"),
        (" http://courier.example/a b/é?q=ü ", "http://courier.example/a%20b/%C3%A9?q=%C3%BC"),
        ("http://courier.example/\udce9", "http://courier.example/%E9"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://straße.example/", "http://xn--strae-oqa.example/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://[2606:4700:0::1111]/", "http://[2606:4700::1111]/"),
        ("http://a_b.example/", "http://a_b.example/"),
    ],
)
def test_a_public_address_stays_as_written_except_for_its_host(url: str, sent: str) -> None:
    assert str(checked_url(url, PUBLIC)) == sent
    assert str(checked_url(sent, PUBLIC)) == sent


@given(st.text() | st.from_regex(r"https?://[ -~é。]{0,30}(:[0-9]{0,6})?(/.*)?", fullmatch=True))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        url = checked_url(text, PUBLIC)
    except FetchError:
        return
    assert url.scheme in ("http", "https")
    assert str(url).isascii()
    assert checked_url(str(url), PUBLIC) == url


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert PUBLIC.allows(ip_address(address))


def test_the_setting_allows_one_private_network_and_no_other() -> None:
    rules = AddressRules.of(settings(1, allow_networks=["10.1.0.0/16", "fd12::/16"]))
    assert rules.allows(ip_address("10.1.2.3"))
    assert rules.allows(ip_address("::ffff:10.1.2.3"))
    assert rules.allows(ip_address("fd12::1"))
    assert not rules.allows(ip_address("10.2.0.1"))
    assert not rules.allows(ip_address("127.0.0.1"))


def test_hosts_of_the_settings_are_found_by_name_and_nearest_wildcard() -> None:
    hosts = {
        "Courier.example": "10.0.0.1",
        "*.example": "127.0.0.1:8080",
        "*.press.example": "[::1]:81",
        "wiki": "::1",
    }
    rules = AddressRules.of(settings(1, hosts=hosts))
    found = {
        name: (str(pinned.address), pinned.port) if (pinned := rules.pinned(name)) else None
        for name in ("courier.example", "a.example", "b.press.example", "wiki", "example", "a.org")
    }
    assert found == {
        "courier.example": ("10.0.0.1", None),
        "a.example": ("127.0.0.1", 8080),
        "b.press.example": ("::1", 81),
        "wiki": ("::1", None),
        "example": None,
        "a.org": None,
    }
    assert str(checked_url("http://wiki/page", rules)) == "http://wiki/page"


@pytest.mark.parametrize("value", ["", "courier", "127.0.0.1:x", "127.0.0.1:99999", "[::1"])
def test_an_invalid_address_of_a_host_in_the_settings_is_refused_by_name(value: str) -> None:
    with pytest.raises(UsageError, match=r"fetch\.hosts\.courier\.example"):
        AddressRules.of(settings(1, hosts={"courier.example": value}))


@on_loop
async def test_a_name_with_one_forbidden_address_among_others_is_refused() -> None:
    async def lookup(_: str) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    resolver = CheckedResolver(PUBLIC, lookup)
    with pytest.raises(FetchError, match=r"10\.0\.0\.1"):
        await resolver.resolve("courier.example", 80)
    await resolver.close()


@on_loop
async def test_names_that_the_system_resolves_are_checked() -> None:
    resolver = CheckedResolver(PUBLIC)
    with pytest.raises(FetchError, match="is at"):
        await resolver.resolve("localhost", 80)
    await resolver.close()


@on_loop
async def test_the_connection_is_made_to_the_address_that_was_checked() -> None:
    """Let 127.0.0.2 stand for a public address, and 127.0.0.1 for a private one."""
    answers = iter([["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]])

    async def rebinding(_: str) -> list[str]:
        return next(answers)

    page = response(PAGE, "Connection: close")
    async with (
        raw_server(page, host="127.0.0.2") as public,
        raw_server(page, host="127.0.0.1", port=public.port) as private,
    ):
        order = FetchOrder(f"http://courier.example:{public.port}/", check_robots=False)
        rules = settings(1, hosts={}, allow_networks=["127.0.0.2/32"])
        agent = user_agent("")
        async with Fetcher(rules, user_agent=agent, lookup=rebinding) as first:
            await first.fetch(order)
            await first.fetch(order)
        assert public.connections == 2
        async with Fetcher(rules, user_agent=agent, lookup=rebinding) as second:
            with pytest.raises(FetchError) as caught:
                await second.fetch(order)
            assert caught.value.reason is FetchReason.PRIVATE_ADDRESS
            with pytest.raises(FetchError) as page_caught:
                await second.fetch(FetchOrder(order.url))
            assert page_caught.value.reason is FetchReason.PRIVATE_ADDRESS
        assert private.connections == 0


@on_loop
async def test_concurrent_requests_to_a_forbidden_name_get_an_error_each() -> None:
    async def lookup(_: str) -> list[str]:
        await asyncio.sleep(0.01)
        return ["10.0.0.1"]

    limits = settings(1, hosts={})
    async with Fetcher(limits, user_agent=user_agent(""), lookup=lookup) as fetching:
        orders = [FetchOrder(f"http://courier.example/{n}", check_robots=False) for n in range(3)]
        errors = await asyncio.gather(
            *(fetching.fetch(order) for order in orders), return_exceptions=True
        )
    assert [getattr(error, "url", None) for error in errors] == [order.url for order in orders]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1:{port}/secret", FetchReason.PRIVATE_ADDRESS),
        ("http://2130706433:{port}/secret", FetchReason.PRIVATE_ADDRESS),
        ("http://[::ffff:127.0.0.1]:{port}/secret", FetchReason.PRIVATE_ADDRESS),
        ("//localhost:{port}/secret", FetchReason.PRIVATE_ADDRESS),
        ("http://desk:pw@courier.example/secret", FetchReason.USERINFO),
        ("file:///secret", FetchReason.SCHEME),
        ("gopher://courier.example/secret", FetchReason.SCHEME),
    ],
)
def test_a_redirect_is_checked_like_any_other_address(location: str, reason: FetchReason) -> None:
    @on_loop
    async def check() -> None:
        async with site({"/secret": PAGE}) as served, fetcher(served.port) as fetching:
            served.replies["/story"] = moved(location.format(port=served.port))
            with pytest.raises(FetchError) as caught:
                await fetching.fetch(FetchOrder("http://courier.example/story"))
            assert caught.value.reason is reason
            assert caught.value.hops == ("http://courier.example/story",)
            assert all(visit.path != "/secret" for visit in served.visits)

    check()


@on_loop
async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        raw_server(response(b"from a proxy")) as proxy,
        site({"/story": PAGE}) as served,
        fetcher(served.port) as fetching,
    ):
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        answer = await fetching.fetch(FetchOrder("http://courier.example/story"))
        assert answer.content == PAGE
        assert proxy.connections == 0


@on_loop
async def test_no_cookie_is_kept() -> None:
    async def remember(request: web.Request) -> web.Response:
        return web.Response(body=PAGE, headers={"Set-Cookie": "reader=7"})

    async with site({"/story": remember}) as served, fetcher(served.port) as fetching:
        for _ in range(2):
            await fetching.fetch(FetchOrder("http://courier.example/story"))
        assert not any("Cookie" in visit.headers for visit in served.visits)
