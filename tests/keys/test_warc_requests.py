"""Removal of headers with keys from request records, without moving any record."""

import gzip
import random
import string
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given
from hypothesis import strategies as st

from config.settings import load_settings
from tasks.keys.warc_requests import replace_requests, replacements
from tasks.raw.members import member_of_length
from tasks.raw.warc_files import WarcFiles
from tasks.web.exchange import Answer, Evidence, Headers
from tests.fetch.every_byte import files_with
from tests.raw.warc_readers import check, types

READ = load_settings().read
KEY = "k3y-of-the-courier-77f1"
USUAL: Headers = (
    ("Host", "courier.example"),
    ("User-Agent", "Broadsheet/0.1.0"),
    ("Accept", "text/html,*/*;q=0.8"),
    ("Accept-Encoding", "gzip, deflate, br"),
)


def write_warc(folder: Path, *requests: Headers) -> Path:
    """Write a WARC file with these requests, as earlier versions did."""
    with WarcFiles(folder, "courier", 1 << 30) as files:
        for number, headers in enumerate(requests):
            body = f"<p>{number} {random.Random(number).randbytes(4000).hex()}".encode()
            answer = Answer(
                url=f"https://courier.example/{number}",
                status=200,
                reason_phrase="OK",
                http_version="HTTP/1.1",
                headers=(("Content-Type", "text/html"),),
                request_headers=headers,
                body=body,
                content=body,
                hops=(),
                started_at=datetime(2025, 3, 11, tzinfo=UTC),
                first_byte_seconds=0.1,
                seconds=0.1,
                waited_seconds=0.0,
            )
            files.write_page(answer, Evidence(source="Courier", how="feed"))
    return folder / "courier-000.warc.gz"


def places(path: Path) -> list[tuple[str, int]]:
    with path.open("rb") as stream:
        return [
            (record.headers["WARC-Record-ID"], record.stream_pos)
            for record in ArchiveIterator(stream, parse_http=False)
        ]


@pytest.mark.parametrize(
    "header",
    [
        ("X-Key", KEY),
        ("authorization", f"Bearer {KEY}"),
        ("Cookie", "".join(random.Random(1).choices(string.ascii_letters, k=8000)) + KEY),
        ("X", "7"),
        ("User-Agent", KEY),
    ],
    ids=lambda pair: pair[0],
)
def test_a_key_is_removed_and_all_else_stays_in_place(
    tmp_path: Path, header: tuple[str, str]
) -> None:
    usual = tuple(pair for pair in USUAL if pair[0] != header[0])
    requests: list[Headers] = [(*usual, header), USUAL, (header, *usual)]
    path = write_warc(tmp_path, *requests)
    before, size = places(path), path.stat().st_size
    names = frozenset({header[0].lower()})
    found = replacements(path, names, READ)
    assert [one.names for one in found] == [tuple(names)] * (3 if header[0] == "User-Agent" else 2)
    replace_requests(path, found)
    assert places(path) == before
    assert path.stat().st_size == size
    assert types(path) == ["warcinfo", *["request", "response", "metadata"] * 3]
    check(path)
    assert not files_with(header[1], tmp_path) or header[1] == "7"
    assert header[0].encode() + b": " not in gzip.decompress(path.read_bytes())
    assert b"Host: courier.example" in gzip.decompress(path.read_bytes())
    assert not replacements(path, names, READ)


def test_a_header_that_broadsheet_does_not_send_by_itself_counts_as_a_key(
    tmp_path: Path,
) -> None:
    path = write_warc(tmp_path, (*USUAL, ("If-None-Match", '"1"')), (*USUAL, ("X-Desk", KEY)))
    [found] = replacements(path, frozenset(), READ)
    assert found.names == ("x-desk",)


def test_a_limit_restricts_the_search_to_the_first_requests(tmp_path: Path) -> None:
    path = write_warc(tmp_path, USUAL, (*USUAL, ("X-Key", KEY)))
    assert not replacements(path, frozenset(), READ, most=1)
    assert replacements(path, frozenset(), READ, most=2)


def test_damage_between_records_does_not_hide_the_keys_behind_it(tmp_path: Path) -> None:
    path = write_warc(tmp_path, USUAL, (*USUAL, ("X-Key", KEY)))
    content = bytearray(path.read_bytes())
    content[900:960] = b"\0" * 60
    path.write_bytes(content)
    replace_requests(path, replacements(path, frozenset(), READ))
    assert KEY.encode() not in b"".join(_members(path.read_bytes()))
    assert path.read_bytes()[900:960] == b"\0" * 60


def _members(packed: bytes) -> list[bytes]:
    found = []
    at = packed.find(b"\x1f\x8b\x08")
    while at >= 0:
        member = zlib.decompressobj(31)
        try:
            found.append(member.decompress(packed[at:]))
        except zlib.error:
            found.append(b"")
        at = packed.find(b"\x1f\x8b\x08", at + 1)
    return found


@given(st.binary(max_size=3000), st.integers(0, 9000))
def test_a_member_has_the_requested_length(content: bytes, more: int) -> None:
    least = len(zlib.compress(content, 9, wbits=-15)) + 18
    member = member_of_length(content, least + more)
    assert member is not None
    assert len(member) == least + more
    assert gzip.decompress(member) == content
    assert member_of_length(content, least - 1) is None
