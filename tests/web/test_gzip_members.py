"""Gzip bodies of any number of members, and each way in which they can end."""

import gzip
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.web.gzip_members import MOST_MEMBERS, gunzip

packed = partial(gzip.compress, mtime=0)


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(0, 3))
def test_all_members_are_decompressed_and_zeros_behind_them_are_padding(
    members: list[bytes], zeros: int
) -> None:
    body = b"".join(map(packed, members)) + bytes(zeros if members else 0)
    found = gunzip(body, 10_000)
    assert found.content == b"".join(members)
    assert found.end == ("whole" if members else "damaged")


def test_a_member_larger_than_a_piece_is_decompressed_whole() -> None:
    content = bytes(range(256)) * 4_000
    assert gunzip(packed(content) * 2, 10**7).content == content * 2


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (b"", "damaged"),
        (b"no gzip", "damaged"),
        (packed(b"abc")[:-9], "truncated"),
        (packed(b"abc") + b"rest", "damaged"),
        (packed(b"abc" * 100), "cut"),
        (packed(b"") * (MOST_MEMBERS + 1), "damaged"),
    ],
)
def test_each_kind_of_end_is_reported(body: bytes, end: str) -> None:
    assert gunzip(body, 100).end == end


@given(st.binary(max_size=200))
def test_any_bytes_are_handled_without_an_exception(body: bytes) -> None:
    gunzip(b"\x1f\x8b" + body, 1_000)
