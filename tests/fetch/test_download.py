"""Downloads of large files to disk within limits, resumed where an earlier try ended."""

import asyncio
from pathlib import Path

import pytest

from tasks.fetch.model import FetchError
from tests.fetch.servers import Speak, fetcher, on_loop, raw_server, response

URL = "http://courier.example/CC-NEWS-20250311010000-00001.warc.gz"
BODY = bytes(range(256)) * 40
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def download_failure(speak: Speak | bytes, path: Path, **changes: object) -> str | None:
    """Download from a server that sends this; return the reason of a failure."""
    async with raw_server(speak) as server, fetcher(server.port, **changes) as fetching:
        try:
            await fetching.download(URL, path)
        except FetchError as error:
            return str(error.reason)
    return None


async def endless(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(CHUNKED)
    while True:
        writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        await writer.drain()


async def dripping(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(CHUNKED)
    while True:
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


@on_loop
async def test_a_file_is_downloaded_whole(tmp_path: Path) -> None:
    assert await download_failure(response(BODY), tmp_path / "a") is None
    assert (tmp_path / "a").read_bytes() == BODY


@on_loop
async def test_an_endless_file_is_given_up(tmp_path: Path) -> None:
    assert await download_failure(endless, tmp_path / "a", ccnews_bytes=1_000_000) == "too_large"
    assert (tmp_path / "a").stat().st_size <= 1_000_000


@on_loop
async def test_a_server_that_sends_single_bytes_is_given_up(tmp_path: Path) -> None:
    assert await download_failure(dripping, tmp_path / "a", ccnews_seconds=0.5) == "timeout"


@on_loop
async def test_a_file_that_is_declared_too_large_is_not_downloaded(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    assert (
        await download_failure(head + BODY, tmp_path / "a", ccnews_bytes=1_000_000) == "too_large"
    )
    assert not (tmp_path / "a").exists()


@on_loop
async def test_bytes_beyond_the_declared_length_are_not_written(tmp_path: Path) -> None:
    more = response(BODY + b"more", "Content-Length: 10240")
    # The outcome depends on how the bytes are split into packets.
    assert await download_failure(more, tmp_path / "a") in (None, "bad_response")
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size <= len(BODY)


@on_loop
async def test_a_file_that_is_shorter_than_declared_is_truncated(tmp_path: Path) -> None:
    assert (
        await download_failure(response(BODY, "Content-Length: 20000"), tmp_path / "a")
        == "truncated"
    )


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://courier.example/a", "data:,a", "http://127.0.0.1/a", "/other"],
)
@on_loop
async def test_no_redirect_is_followed(tmp_path: Path, location: str) -> None:
    moved = response(b"", f"Location: {location}", status="302 Found")
    async with raw_server(moved) as server, fetcher(server.port) as fetching:
        with pytest.raises(FetchError, match="302 Found"):
            await fetching.download(URL, tmp_path / "a")
        assert len(server.requests) == 1
    assert not (tmp_path / "a").exists()


def ranged(body: bytes, start: int, declared_start: int | None = None) -> bytes:
    """Return a partial answer, which may declare another start than its own."""
    first = start if declared_start is None else declared_start
    content_range = f"Content-Range: bytes {first}-{len(body) - 1}/{len(body)}"
    return response(body[start:], content_range, status="206 Partial Content")


@on_loop
async def test_a_partial_file_is_resumed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BODY[:100])
    assert await download_failure(ranged(BODY, 100), tmp_path / "a") is None
    assert (tmp_path / "a").read_bytes() == BODY


@on_loop
async def test_the_limit_is_for_all_parts_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BODY[:100])
    assert (
        await download_failure(ranged(BODY, 100), tmp_path / "a", ccnews_bytes=10_200)
        == "too_large"
    )


@on_loop
async def test_another_part_than_requested_is_not_appended(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BODY[:100])
    assert (
        await download_failure(ranged(BODY, 100, declared_start=0), tmp_path / "a")
        == "bad_response"
    )
    assert (tmp_path / "a").read_bytes() == BODY[:100]


@on_loop
async def test_a_file_that_was_whole_already_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BODY)
    beyond = response(
        b"", f"Content-Range: bytes */{len(BODY)}", status="416 Range Not Satisfiable"
    )
    assert await download_failure(beyond, tmp_path / "a") is None
    assert (tmp_path / "a").read_bytes() == BODY


@on_loop
async def test_a_server_without_ranges_sends_the_whole_file_again(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    assert await download_failure(response(BODY), tmp_path / "a") is None
    assert (tmp_path / "a").read_bytes() == BODY
