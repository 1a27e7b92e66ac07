import gzip
import random
import zlib
from collections.abc import Callable
from contextlib import suppress

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.decoding import decode_content
from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason
from tests.fetch.servers import PAGE

LONG = b"<p>" + bytes(random.Random(4).choices(b"abcdefgh ", k=300_000)) + b"</p>"
MOST = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": bytes,
}


def fault(body: bytes, encodings: str, most: int = MOST) -> FetchReason:
    with pytest.raises(FetchError) as caught:
        decode_content(body, encodings, most)
    return caught.value.reason


@pytest.mark.parametrize("name", ENCODE)
@pytest.mark.parametrize("content", [PAGE, LONG, b"x"])
def test_each_encoding_is_decoded(name: str, content: bytes) -> None:
    assert decode_content(ENCODE[name](content), name, MOST) == content


def test_raw_deflate_is_decoded_too() -> None:
    assert decode_content(raw_deflate(LONG), "deflate", MOST) == LONG


def test_all_members_of_a_gzip_body_are_decoded() -> None:
    members = gzip.compress(PAGE) + gzip.compress(LONG) + b"\0" * 100
    assert decode_content(members, "gzip", MOST) == PAGE + LONG


def test_all_frames_of_a_zstd_body_are_decoded() -> None:
    compress = zstandard.ZstdCompressor().compress
    assert decode_content(compress(PAGE) + compress(LONG), "zstd", MOST) == PAGE + LONG


def test_chains_of_encodings_are_decoded_last_one_first() -> None:
    body = brotli.compress(gzip.compress(zlib.compress(LONG)))
    assert decode_content(body, "deflate, gzip,br", MOST) == LONG
    assert fault(gzip.compress(body), "deflate, gzip, br, gzip") is FetchReason.BAD_ENCODING


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "compress", "rot13"])
def test_a_body_that_is_clearly_text_is_returned_as_it_is(name: str) -> None:
    assert decode_content(PAGE, name, MOST) == PAGE
    assert decode_content(LONG, name, MOST) == LONG


def test_encoded_bytes_that_look_like_text_are_decoded() -> None:
    stored = brotli.compress(b"an old harbour", quality=0)
    assert decode_content(stored, "br", MOST) == b"an old harbour"


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_an_empty_body_needs_no_decoding(name: str) -> None:
    assert decode_content(b"", name, MOST) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_body_without_its_end_is_truncated(name: str) -> None:
    body = ENCODE[name](LONG)
    assert fault(body[: len(body) // 2], name) is FetchReason.TRUNCATED


@pytest.mark.parametrize("name", ["gzip", "br", "zstd"])
def test_a_damaged_body_is_a_bad_encoding(name: str) -> None:
    body = bytearray(ENCODE[name](LONG))
    body[len(body) // 2 : len(body) // 2 + 40] = b"\xff" * 40
    assert fault(bytes(body), name) is FetchReason.BAD_ENCODING


def test_bytes_behind_a_gzip_body_are_a_bad_encoding() -> None:
    assert fault(gzip.compress(LONG) + b"\x01\x02", "gzip") is FetchReason.BAD_ENCODING


def test_an_unknown_encoding_of_bytes_is_a_bad_one() -> None:
    assert fault(gzip.compress(LONG), "compress") is FetchReason.BAD_ENCODING


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_decompression_bomb_is_not_held_beyond_the_cap(name: str) -> None:
    import tracemalloc

    bomb = ENCODE[name](bytes(60_000_000))
    tracemalloc.start()
    assert fault(bomb, name, 2_000_000) is FetchReason.BOMB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_nested_bomb_is_not_held_either() -> None:
    bomb = gzip.compress(gzip.compress(bytes(60_000_000)))
    assert fault(bomb, "gzip, gzip", 20_000) is FetchReason.BOMB
    assert fault(bomb, "gzip, gzip", 2_000_000) is FetchReason.BOMB


def test_an_unlikely_ratio_is_a_bomb_below_the_cap_too() -> None:
    assert (
        fault(brotli.compress(bytes(20_000_000), quality=4), "br", 50_000_000) is FetchReason.BOMB
    )
    assert len(decode_content(gzip.compress(LONG * 40), "gzip", 50_000_000)) == len(LONG) * 40


def test_the_beginning_is_returned_if_truncation_is_allowed() -> None:
    body = gzip.compress(LONG)
    assert decode_content(body, "gzip", 1000, truncate=True) == LONG[:1000]
    beginning = decode_content(body[:50_000], "gzip", MOST, truncate=True)
    assert beginning
    assert LONG.startswith(beginning)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "zstd,br", "é"]))
def test_any_bytes_are_decoded_or_refused_with_a_reason(body: bytes, encodings: str) -> None:
    for magic in (b"", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\x78\x9c", b"\x28\xb5\x2f\xfd"):
        with suppress(FetchError):
            assert len(decode_content(magic + body, encodings, 10_000)) <= 10_000
