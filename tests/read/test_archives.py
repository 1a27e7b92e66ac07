"""Members of zip, tar and compressed files are read, and damage costs as little as possible."""

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from dataclasses import replace

import pytest

from tests.read.samples import archive, by_locator, documents, page, read, reasons

RECORDS = archive(2)
FILES = {
    "pages/one.html": page(1),
    "two.txt": b"A plain story, and a second sentence of it.",
    "rows.jsonl": b'{"text": "row one"}\n{"text": "row two"}\n',
    "crawl.warc.gz": b"".join(RECORDS),
}


def zipped(files, **info):
    """Return a zip of these files, given as name and content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def tarred(files, mode="w"):
    """Return a tar of these files, given as name and content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as made:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def write(folder, content, name="a"):
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "pack",
    [zipped, tarred]
    + [
        lambda files, wrap=wrap: wrap(tarred(files))
        for wrap in (gzip.compress, bz2.compress, lzma.compress)
    ],
)
def test_members_of_archives_are_read_by_the_reader_of_their_kind(tmp_path, pack):
    outcomes = read(write(tmp_path, pack(FILES), "a.pack"))

    second = len(RECORDS[0])
    assert by_locator(outcomes) == {
        "a.pack!pages/one.html": "",
        "a.pack!two.txt": "",
        "a.pack!rows.jsonl#row=1": "",
        "a.pack!rows.jsonl#row=2": "",
        "a.pack!crawl.warc.gz#offset=0": "",
        f"a.pack!crawl.warc.gz#offset={second}": "",
    }
    assert [outcome.position for outcome in outcomes] == sorted(o.position for o in outcomes)


def test_archives_within_archives_are_read_down_to_the_configured_depth(tmp_path):
    inner = zipped({"x.html": page(1)})
    path = write(tmp_path, zipped({"b.zip": inner}), "a.zip")

    assert by_locator(read(path)) == {"a.zip!b.zip!x.html": ""}
    assert by_locator(read(path, nesting=1)) == {"a.zip!b.zip": "nested_too_deep"}


def test_names_that_lead_out_of_the_archive_are_refused(tmp_path):
    files = {"../x.html": page(1), "/etc/x.html": page(2), "a\\..\\x.html": page(3), "ok": page(4)}

    zip_file = read(write(tmp_path, zipped(files)))
    tar_file = read(write(tmp_path, tarred(files)))

    assert reasons(zip_file).count("unsafe_path") >= 2
    assert reasons(tar_file) == ["unsafe_path"] * 3
    assert len(documents(zip_file)) + len(reasons(zip_file)) == 4
    assert not (tmp_path.parent / "x.html").exists()


def test_links_and_devices_in_a_tar_are_dropped(tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            entry = tarfile.TarInfo(f"x{kind!r}.html")
            entry.type, entry.linkname = kind, "/etc/passwd"
            made.addfile(entry)

    assert reasons(read(write(tmp_path, out.getvalue()))) == ["not_a_file"] * 4


def test_hidden_members_of_zip_and_tar_have_a_row(tmp_path):
    files = {"__MACOSX/._a.html": b"x", ".DS_Store": b"y", "a.html": page(1)}

    for pack in (zipped, tarred):
        assert reasons(read(write(tmp_path, pack(files)))) == ["hidden_file"] * 2


def test_an_encrypted_member_is_refused_and_its_neighbours_are_read(tmp_path):
    data = bytearray(zipped({"a.html": page(1), "b.html": page(2)}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    data[6] |= 1

    assert by_locator(read(write(tmp_path, bytes(data), "a.zip"))) == {
        "a.zip!a.html": "encrypted",
        "a.zip!b.html": "",
    }


def test_the_same_name_twice_gives_two_locators(tmp_path):
    data = zipped({"x.html": page(1), "y.html": page(2)}).replace(b"y.html", b"x.html")
    write(tmp_path, data, "a.zip")

    assert by_locator(read(tmp_path / "a.zip")) == {"a.zip!x.html": "", "a.zip!x.html!!2": ""}


def test_reading_stops_at_a_decompression_bomb(tmp_path):
    rows = b'{"text": "' + b"0" * 1000 + b'"}\n'
    bomb = rows * 40_000

    bounds = {"expansion_bytes": 2_000_000, "expansion_ratio": 100}
    zip_file = read(write(tmp_path, zipped({"a.jsonl": bomb, "b.html": page(1)})), **bounds)
    gzip_file = read(write(tmp_path, gzip.compress(bomb), "a.jsonl.gz"), **bounds)
    member = read(write(tmp_path, tarred({"a.jsonl": bomb})), member_bytes=1_000_000)

    for outcomes in (zip_file, gzip_file, member):
        assert reasons(outcomes) == ["bomb"]
    assert zip_file[-1].locator.endswith("b.html")


def test_a_truncated_gzip_gives_the_rows_before_the_cut_and_a_row_for_the_rest(tmp_path):
    chance = random.Random(1)
    rows = [json.dumps({"text": f"story {chance.random()}"}) for _ in range(5000)]
    data = gzip.compress("\n".join(rows).encode())

    outcomes = read(write(tmp_path, data[: len(data) // 2], "a.jsonl.gz"))

    assert 2000 < len(documents(outcomes)) < 3000
    assert reasons(outcomes) == ["truncated"]
    assert outcomes[-1].locator == f"a.jsonl.gz#row={len(outcomes)}"


def test_a_truncated_page_is_dropped(tmp_path):
    (dropped,) = read(write(tmp_path, gzip.compress(page(1, 5000))[:-20], "a.html.gz"))

    assert (dropped.reason, dropped.locator) == ("truncated", "a.html.gz")


def test_a_damaged_tar_header_costs_only_its_member(tmp_path):
    data = bytearray(tarred({f"{number}.html": page(number) for number in range(5)}))
    data[data.index(b"2.html") + 100] ^= 0xFF

    outcomes = read(write(tmp_path, bytes(data), "a.tar"))

    assert len(documents(outcomes)) == 4
    assert reasons(outcomes) == ["corrupt"]


@pytest.mark.parametrize("whole", [1, 3, 8])
@pytest.mark.parametrize("more", [100, 511, 512, 700])
def test_a_truncated_tar_gives_its_whole_members_and_one_row(tmp_path, whole, more):
    data = tarred({f"{number}.html": page(number, 300) for number in range(9)})
    start = data.index(f"{whole}.html".encode())

    outcomes = read(write(tmp_path, data[: start + more], "a.tar"))

    assert len(documents(outcomes)) == whole
    assert reasons(outcomes) == ["truncated" if more > 511 else "corrupt"]


def test_a_damaged_zip_has_a_row(tmp_path):
    data = zipped({"a.html": page(1), "b.html": page(2, 900)})
    damaged = bytearray(data)
    damaged[60] ^= 0xFF

    cut = read(write(tmp_path, data[:-40], "cut.zip"))
    bad = read(write(tmp_path, bytes(damaged), "bad.zip"))

    assert reasons(cut) == ["corrupt"]
    assert len(documents(bad)) == 1
    assert len(reasons(bad)) == 1


def test_splitting_an_archive_changes_neither_outcomes_nor_their_order(tmp_path):
    files = {f"{number}.html": page(number) for number in range(200)} | FILES
    path = write(tmp_path, tarred(files))

    parts = read(path, stripe_bytes=20_000)

    in_order = sorted(parts, key=lambda outcome: outcome.position)
    assert [replace(one, position=0) for one in in_order] == [
        replace(one, position=0) for one in read(path)
    ]


def pax_header(**records: str) -> bytes:
    """Return a pax header block, which tar writes before the member that it describes."""
    data = b""
    for key, value in records.items():
        length = len(key) + len(value) + 3
        length += len(str(length + len(str(length))))
        data += f"{length} {key}={value}\n".encode()
    info = tarfile.TarInfo("pax")
    info.type = tarfile.XHDTYPE
    info.size = len(data)
    return info.tobuf(tarfile.USTAR_FORMAT) + data + b"\0" * (-len(data) % 512)


@pytest.mark.parametrize("size", ["99999999999999", "9" * 18])
def test_a_tar_that_declares_more_bytes_than_it_has_ends_with_a_row(tmp_path, size):
    (tmp_path / "a.tar").write_bytes(pax_header(size=size) + tarred({"a.html": page(1)}))

    assert set(reasons(read(tmp_path / "a.tar"))) == {"truncated"}


def with_shared_bytes(count):
    """Return a zip whose directory lists `count` members that all share the same bytes."""
    data = zipped({f"{number}.html": page(0) for number in range(count)})
    directory = data.index(b"PK\x01\x02")
    first, rest = data[:directory], bytearray(data[directory:])
    at = 0
    while (at := rest.find(b"PK\x01\x02", at)) >= 0:
        rest[at + 42 : at + 46] = b"\0\0\0\0"
        at += 1
    return first + bytes(rest)


def test_members_that_share_their_bytes_are_read_once(tmp_path):
    (tmp_path / "a.zip").write_bytes(with_shared_bytes(5))

    found = read(tmp_path / "a.zip")

    assert len(documents(found)) <= 1
    assert reasons(found).count("bomb") == 4


def test_an_archive_can_be_a_bomb_although_none_of_its_members_is(tmp_path):
    members = {f"{number}.html": b"<p>" + b"x" * 3_000 for number in range(20)}
    (tmp_path / "a.zip").write_bytes(zipped(members))

    bounds = {"expansion_ratio": 2, "expansion_bytes": 5_000}
    found = read(tmp_path / "a.zip", **bounds)

    assert (len(documents(found)), reasons(found)) == (6, ["bomb"] * 14)
