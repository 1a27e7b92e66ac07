"""Certificates of servers, checked by the client."""

import asyncio
import ssl

import pytest
import trustme

from tasks.fetch.fetcher import Fetcher
from tasks.fetch.model import FetchError
from tasks.fetch.orders import FetchOrder
from tasks.reasons import FetchReason
from tasks.web.exchange import Answer
from tests.fetch.servers import (
    fetcher,
    on_loop,
    raw_server,
    response,
    settings,
)


@on_loop
async def test_a_certificate_is_checked_against_the_name() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    outcomes = {}
    for name in ("courier.example", "other.example"):
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(serving)
        async with (
            raw_server(response(), tls=serving) as server,
            Fetcher(settings(server.port), user_agent="x", tls=trusting) as fetching,
        ):
            order = FetchOrder("https://courier.example/story", check_robots=False)
            [outcomes[name]] = await asyncio.gather(fetching.fetch(order), return_exceptions=True)
    assert isinstance(outcomes["courier.example"], Answer)
    wrong = outcomes["other.example"]
    assert isinstance(wrong, FetchError)
    assert wrong.reason is FetchReason.TLS
    assert (wrong.detail or "").startswith("Hostname mismatch")


@on_loop
async def test_an_unknown_authority_is_not_trusted() -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("courier.example").configure_cert(serving)
    async with raw_server(response(), tls=serving) as server, fetcher(server.port) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(FetchOrder("https://courier.example/story", check_robots=False))
    assert caught.value.reason is FetchReason.TLS
    assert "unable to get local issuer certificate" in (caught.value.detail or "")


@on_loop
async def test_a_server_that_speaks_no_tls_is_a_fault_of_tls() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response())

    plain = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with plain, fetcher(plain.sockets[0].getsockname()[1]) as fetching:
        with pytest.raises(FetchError) as caught:
            await fetching.fetch(FetchOrder("https://courier.example/story", check_robots=False))
    assert caught.value.reason is FetchReason.TLS
