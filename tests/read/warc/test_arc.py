"""ARC files: both versions, plain and packed, in ranges, and damaged."""

import gzip
from datetime import UTC, datetime

import pytest

from tasks.records import RawDocument
from tests.read.samples import arc, arc_record, by_locator, documents, page, read, reasons
from tests.read.test_archives import tarred, write


def packed(records: list[bytes]) -> bytes:
    """Return the records, a gzip member for each."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.arc", b"".join),
        ("a.arc.gz", packed),
        ("whole.arc.gz", lambda records: gzip.compress(b"".join(records))),
    ],
)
def test_pages_of_an_arc_have_their_address_and_capture_time(tmp_path, version, name, pack):
    outcomes = read(write(tmp_path, pack(arc(3, version=version)), name))

    assert len(outcomes) == 3
    for number, document in enumerate(outcomes):
        assert isinstance(document, RawDocument)
        assert document.url == f"https://news.example/{number}"
        assert document.fetched_at == datetime(2006, 5, 11, 3, tzinfo=UTC)
        assert document.body == page(number)
        assert document.headers == (("content-type", "text/html"),)


@pytest.mark.parametrize("size", [100, 300, 700, 8_000_000])
@pytest.mark.parametrize(("name", "pack"), [("a.arc", b"".join), ("a.arc.gz", packed)])
def test_an_arc_in_ranges_gives_each_page_once(tmp_path, size, name, pack):
    path = write(tmp_path, pack(arc(9)), name)

    assert by_locator(read(path, batch_bytes=size, stripe_bytes=size)) == by_locator(read(path))


def test_an_arc_within_an_archive_is_read(tmp_path):
    path = write(tmp_path, tarred({"a.arc": b"".join(arc(2)), "b.arc.gz": packed(arc(2))}), "a.tar")

    assert [one.url for one in read(path)] == [f"https://news.example/{n}" for n in (0, 1, 0, 1)]


@pytest.mark.parametrize("change", [(b" 192.0.2.1 ", b" "), (b"text/html", b"a b c d e f g")])
def test_a_damaged_line_costs_its_record(tmp_path, change):
    records = arc(4)
    records[3] = records[3].replace(*change, 1)

    outcomes = read(write(tmp_path, b"".join(records), "a.arc"))

    assert [one.url[-1] for one in documents(outcomes)] == ["0", "2", "3"]
    assert reasons(outcomes) == ["broken_record"]


@pytest.mark.parametrize("by", [-9, 2, 9, 5_000])
def test_a_wrong_length_costs_its_record(tmp_path, by):
    records = arc(4)
    length = len(records[3].partition(b"\n")[2]) - 1
    records[3] = records[3].replace(b" %d\n" % length, b" %d\n" % (length + by), 1)

    outcomes = read(write(tmp_path, b"".join(records), "a.arc"))

    assert {one.url[-1] for one in documents(outcomes)} >= {"0", "3"}
    assert len(reasons(outcomes)) == 1


def test_an_arc_that_ends_early_says_so(tmp_path):
    outcomes = read(write(tmp_path, b"".join(arc(2))[:-100], "a.arc"))

    assert reasons(outcomes) == ["truncated"]
    assert len(documents(outcomes)) == 1


def test_an_arc_without_pages_leaves_a_row(tmp_path):
    assert reasons(read(write(tmp_path, b"".join(arc(0)), "a.arc"))) == ["empty"]


def test_an_instant_without_seconds_and_an_address_with_a_space_are_read(tmp_path):
    odd = arc_record(5).replace(b"20060511030000", b"200605110300").replace(b"/5 ", b"/5 x ", 1)

    (document,) = read(write(tmp_path, b"".join([*arc(0), odd]), "a.arc"))

    assert document.url == "https://news.example/5 x"
    assert document.fetched_at == datetime(2006, 5, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize("size", [100, 300, 700])
@pytest.mark.parametrize("by", [-9, 0, 1, 2, 3])
def test_ranges_give_the_records_of_every_scheme_and_what_a_wrong_length_leaves(tmp_path, size, by):
    records = arc(9)
    length = len(records[5].partition(b"\n")[2]) - 1
    records[5] = records[5].replace(b" %d\n" % length, b" %d\n" % (length + by), 1)
    records[7:] = [one.replace(b"https:", b"ftp:", 1) for one in records[7:]]

    path = write(tmp_path, b"".join(records), "a.arc")

    assert by_locator(read(path, batch_bytes=size, stripe_bytes=size)) == by_locator(read(path))
    assert len(read(path)) == 9
