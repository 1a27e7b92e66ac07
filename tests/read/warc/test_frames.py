import bz2
import gzip
import io
import lzma
import random
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest
from fastwarc.stream_io import ZstdWriter
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tasks.read.warc.frames import walk
from tasks.read.warc.framings import PlainFraming
from tasks.records import Dropped
from tests.read.samples import (
    archive,
    by_locator,
    documents,
    page,
    read,
    reasons,
    recompress,
    record,
    settings,
)
from tests.read.test_archives import tarred

COUNT = 12


def offsets(records: list[bytes]) -> list[int]:
    return [0, *accumulate(map(len, records))][:-1]


def write(folder: Path, *records: bytes, name: str = "a.warc.gz") -> Path:
    path = folder / name
    path.write_bytes(b"".join(records))
    return path


def zstd(data: bytes) -> bytes:
    out = io.BytesIO()
    with ZstdWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


def test_locators_are_the_offsets_of_gzip_members(tmp_path):
    records = archive(5)

    found = documents(read(write(tmp_path, *records)))

    assert [document.locator for document in found] == [
        f"a.warc.gz#offset={offset}" for offset in offsets(records)
    ]


@pytest.mark.parametrize(
    "wrap", [lambda data: data, gzip.compress, bz2.compress, lzma.compress, zstd]
)
def test_every_compression_of_a_whole_warc_gives_the_same_pages(tmp_path, wrap):
    plain = b"".join(archive(COUNT, compressed=False))

    found = documents(read(write(tmp_path, wrap(plain), name="crawl")))

    assert [document.url for document in found] == [
        f"https://news.example/{number}" for number in range(COUNT)
    ]


def test_a_bad_header_in_record_five_of_ten_costs_record_five_only(tmp_path):
    records = archive(10)
    records[4] = recompress(records[4], (b"WARC/1.0", b"WURC/1.0"))

    outcomes = read(write(tmp_path, *records))

    assert len(documents(outcomes)) == 9
    assert reasons(outcomes) == ["broken_record"]
    assert by_locator(outcomes)[f"a.warc.gz#offset={offsets(records)[4]}"] == "broken_record"


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("change", [b"9999999", b"1", b"x", b"40"])
def test_a_wrong_length_costs_its_record_only(tmp_path, compressed, change):
    records = archive(6, compressed=compressed)
    text = gzip.decompress(records[2]) if compressed else records[2]
    length = text.partition(b"Content-Length: ")[2].split(b"\r\n")[0]
    text = text.replace(b"Content-Length: " + length, b"Content-Length: " + change, 1)
    records[2] = gzip.compress(text) if compressed else text

    outcomes = read(write(tmp_path, *records))

    assert [document.url[-1] for document in documents(outcomes)] == list("01345")
    assert by_locator(outcomes)[f"a.warc.gz#offset={offsets(records)[2]}"] in (
        "wrong_length",
        "truncated",
        "broken_record",
    )


@pytest.mark.parametrize("whole", [bytes, gzip.compress])
@pytest.mark.parametrize("size", [400, 8_000_000])
def test_a_length_that_ends_by_chance_at_an_empty_line_of_the_next_record_loses_no_page(
    tmp_path: Path, whole: Callable[[bytes], bytes], size: int
) -> None:
    records = archive(6, compressed=False)
    header, _, rest = records[2].partition(b"Content-Length: ")
    length = rest.split(b"\r\n")[0]
    reach = int(length) + 4 + records[3].index(b"\r\n\r\n")  # to the end of the next header
    records[2] = header + b"Content-Length: %d" % reach + rest[len(length) :]
    path = write(tmp_path, whole(b"".join(records)), name="a.warc")

    outcomes = read(path, batch_bytes=size, stripe_bytes=size)

    assert sorted(document.url[-1] for document in documents(outcomes) if document.url) == [
        *"012345"
    ]
    assert reasons(outcomes) == ["broken_record"]


@effort(max_examples=60, deadline=None)
@given(cut=st.floats(0.001, 0.999), compressed=st.booleans())
def test_a_warc_truncated_anywhere_gives_all_before_the_cut_and_a_row_for_the_rest(
    tmp_path_factory, cut, compressed
):
    records = archive(COUNT, compressed=compressed)
    data = b"".join(records)
    size = int(len(data) * cut)
    path = tmp_path_factory.mktemp("cut") / "a.warc"
    path.write_bytes(data[:size])

    outcomes = read(path.parent)

    ends = list(accumulate(map(len, records)))
    slack = 0 if compressed else 4  # the newlines that end a record are no part of its page
    whole = sum(end - slack <= size for end in ends)
    assert len(documents(outcomes)) in (whole, whole if compressed else whole - 1)
    if size and size not in ends and compressed:
        assert len(outcomes) == whole + 1
        assert isinstance(outcomes[-1], Dropped)


@effort(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), compressed=st.booleans(), width=st.integers(1, 40))
@example(seed=90, compressed=False, width=3)  # the newlines that end a record
def test_a_warc_corrupted_anywhere_gives_every_intact_record_and_a_row_for_the_hole(
    tmp_path_factory, seed, compressed, width
):
    chance = random.Random(seed)
    records = archive(COUNT, compressed=compressed)
    data = bytearray(b"".join(records))
    start = chance.randrange(len(data) - width)
    damage = bytes(byte ^ chance.randrange(1, 256) for byte in data[start : start + width])
    data[start : start + width] = damage
    path = tmp_path_factory.mktemp("bad") / ("a.warc.gz" if compressed else "a.warc")
    path.write_bytes(data)

    outcomes = read(path.parent)

    ends = list(accumulate(map(len, records)))
    hurt = {
        number
        for number, (begin, end) in enumerate(zip(offsets(records), ends, strict=True))
        if begin < start + width and start < end
    }
    found = {outcome.url for outcome in documents(outcomes)}
    intact = {f"https://news.example/{number}" for number in range(COUNT) if number not in hurt}
    assert intact <= found
    if compressed:  # damage in what is not compressed cannot be told from content
        bodies = {page(n, 20 + 37 * (n % 7)) for n in range(COUNT)}
        assert all(document.body in bodies for document in documents(outcomes))
        assert len(found) == COUNT or reasons(outcomes)


@effort(max_examples=60, deadline=None)
@given(
    size=st.integers(300, 6000),
    compressed=st.booleans(),
    damage=st.none() | st.tuples(st.floats(0.01, 0.98), st.integers(1, 400)),
)
def test_the_split_changes_neither_documents_nor_locators_nor_positions(
    tmp_path_factory, size, compressed, damage
):
    data = b"".join(archive(20, compressed=compressed))
    if damage:
        at = int(len(data) * damage[0])
        data = data[:at] + b"\x55" * damage[1] + data[at + damage[1] :]
    path = tmp_path_factory.mktemp("split") / "a.warc"
    path.write_bytes(data)

    assert read(path.parent, batch_bytes=size) == read(path.parent)


def test_a_file_that_is_one_gzip_member_is_read_in_stripes_with_a_locator_per_record(tmp_path):
    path = write(tmp_path, gzip.compress(b"".join(archive(100, compressed=False))))

    whole = read(path)
    parts = read(path, batch_bytes=2000, stripe_bytes=2000, stripes=4)

    assert len(documents(whole)) == 100
    assert [document.locator for document in whole[:3]] == [
        "a.warc.gz#offset=0",
        "a.warc.gz#offset=0+1",
        "a.warc.gz#offset=0+2",
    ]
    assert sorted(parts, key=lambda outcome: outcome.position) == whole


def test_a_member_that_grows_without_end_is_a_bomb_and_its_neighbours_are_read(tmp_path):
    bomb = record(1, bytes(30_000_000))

    outcomes = read(write(tmp_path, record(0), bomb, record(2)), expansion_bytes=1_000_000)

    assert len(documents(outcomes)) == 2
    assert reasons(outcomes) == ["bomb"]


def test_padding_with_zeros_at_the_end_is_no_hole(tmp_path):
    assert reasons(read(write(tmp_path, *archive(3), bytes(5000)))) == []


@pytest.mark.parametrize("size", [300, 700, 1500, 8_000_000])
def test_a_damaged_member_behind_padding_is_read_once_however_the_file_is_split(tmp_path, size):
    members = archive(8)
    damaged = bytearray(members[3])
    damaged[len(damaged) // 2] ^= 0xFF
    members[3] = bytes(damaged)
    padded = [member + bytes(width) for member, width in zip(members, [9, 400] * 4, strict=True)]

    outcomes = read(write(tmp_path, *padded), batch_bytes=size, stripe_bytes=size)

    assert len(documents(outcomes)) == 7
    assert len(reasons(outcomes)) == 1


@pytest.mark.parametrize("kind", ["metadata", "warcinfo"])
@pytest.mark.parametrize("size", [300, 8_000_000])
def test_a_file_of_other_records_leaves_a_row_that_says_so(tmp_path, kind, size):
    texts = [record(number, kind=kind) for number in range(8)]
    write(tmp_path, *texts, name="a.warc.wat.gz")
    (tmp_path / "in.tar").write_bytes(tarred({"b.warc.wat.gz": b"".join(texts)}))

    outcomes = read(tmp_path, batch_bytes=size, stripe_bytes=size)

    assert by_locator(outcomes)["a.warc.wat.gz"] == "empty"
    assert "empty" in {one.reason for one in outcomes if one.locator.startswith("in.tar")}


class CountingTape(io.BytesIO):
    """Counts what is read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def test_headers_that_never_end_are_not_looked_through_from_each_beginning():
    data = b"WARC/1.0\r\n" * 20_000 + b"\r\n" + record(1, compressed=False)
    tape = CountingTape(data)

    frames = list(walk(PlainFraming(tape, settings()), 0, None))

    assert [frame.damaged for frame in frames] == [True, False]
    assert tape.taken < 300 * len(data)  # 2 KiB per line of 10 bytes; it was 66 KiB


def test_garbage_between_members_has_a_row_with_its_offset(tmp_path):
    records = archive(3)

    outcomes = read(write(tmp_path, records[0], b"garbage" * 20, *records[1:]))

    assert len(documents(outcomes)) == 3
    assert by_locator(outcomes)[f"a.warc.gz#offset={len(records[0])}"] == "corrupt"


def test_each_of_two_damaged_members_in_a_row_has_a_row(tmp_path):
    records = [bytearray(one) for one in archive(6)]
    for damaged in records[2:4]:
        damaged[200:230] = b"\xff" * 30
    path = write(tmp_path, *map(bytes, records))

    outcomes = read(path)

    starts = offsets([bytes(one) for one in records])
    assert len(documents(outcomes)) == 4
    faults = {one.locator for one in outcomes if isinstance(one, Dropped)}
    assert faults == {f"a.warc.gz#offset={offset}" for offset in starts[2:4]}
