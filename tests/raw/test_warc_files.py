import gzip
import io
import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from tasks.raw.warc_files import Original, WarcFiles
from tasks.raw.warc_records import page_exchange
from tasks.records import RawDocument
from tasks.web.exchange import Answer, Evidence
from tasks.web.fingerprint import payload_digest
from tests.fetch.exchanges import COURIER, HTML, STARTED, answer
from tests.raw.warc_readers import check, members, types
from tests.read.samples import documents, page, read, reasons


def not_modified() -> Answer:
    return answer(status=304, reason_phrase="Not Modified", body=b"", headers=(("ETag", '"a"'),))


def write(folder: Path, *answers: Answer, most_bytes: int = 10**9) -> list[Path]:
    with WarcFiles(folder, "courier", most_bytes) as files:
        for one in answers:
            files.write_page(one, COURIER)
    return sorted(folder.iterdir())


def test_a_page_is_three_records_behind_a_warcinfo_for_every_reader(tmp_path):
    (path,) = write(tmp_path, answer(0), answer(1))

    check(path)
    page_records = ["request", "response", "metadata"]
    assert types(path) == ["warcinfo", *page_records, *page_records]
    assert path.name == "courier-000.warc.gz"
    assert [document.body for document in documents(read(path))] == [page(0), page(1)]


def test_the_position_is_that_of_the_gzip_member_with_the_answer(tmp_path):
    with WarcFiles(tmp_path, "courier", 10**9) as files:
        written = [files.write_page(answer(number), COURIER) for number in range(3)]

    data = (tmp_path / "courier-000.warc.gz").read_bytes()
    for number, one in enumerate(written):
        record = gzip.decompress(data[one.offset : one.offset + one.length])
        assert record.startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")
        assert f"WARC-Record-ID: <{one.record_id}>".encode() in record
        assert f"WARC-Payload-Digest: {payload_digest(page(number))}".encode() in record
        assert b"WARC-Date: 2025-03-11T06:30:00.123456Z\r\n" in record
        assert one.payload_digest == payload_digest(page(number))
    assert written[-1].end == len(data)
    locators = [document.locator for document in documents(read(tmp_path))]
    assert locators == [f"{one.file}#offset={one.offset}" for one in written]


def test_the_warcinfo_names_the_software_and_nothing_about_the_machine(tmp_path):
    (path,) = write(tmp_path, answer())

    head = members(path)[0].decode()

    assert "WARC-Filename: courier-000.warc.gz\r\n" in head
    assert "isPartOf: courier\r\n" in head
    assert "robots: obey\r\n" in head
    assert "software: Broadsheet/" in head
    assert os.uname().nodename not in head


def test_the_body_is_stored_as_it_was_sent(tmp_path):
    packed = gzip.compress(page(4))
    sent = answer(4, packed, headers=(*HTML, ("Content-Encoding", "gzip")), content=page(4))

    (path,) = write(tmp_path, sent)

    check(path)
    assert packed in members(path)[2]
    assert documents(read(path))[0].body == page(4)


def test_the_request_is_stored_with_its_headers(tmp_path):
    (path,) = write(tmp_path, answer(url="https://courier.example/a?b=c"))

    request = members(path)[1]

    assert (
        b"\r\n\r\nGET /a?b=c HTTP/1.1\r\nHost: courier.example\r\nUser-Agent: Broadsheet\r\n"
        in request
    )


@pytest.mark.parametrize(
    "header",
    [("Transfer-Encoding", "chunked"), ("content-length", "99999"), ("Content-Length", "1")],
)
def test_headers_that_no_longer_fit_the_body_are_stored_under_another_name(tmp_path, header):
    (path,) = write(tmp_path, answer(headers=(*HTML, header)))

    check(path)
    (document,) = documents(read(path))
    assert document.body == page(0)
    assert (f"x-archive-{header[0].lower()}", header[1]) in document.headers


def test_headers_are_stored_with_their_original_bytes(tmp_path):
    odd = b"caf\xe9 \xc3\xa9 \x80\xff".decode("utf-8", "surrogateescape")

    (path,) = write(tmp_path, answer(headers=(*HTML, ("X-Odd", odd)), reason_phrase=odd))

    check(path)
    assert b"HTTP/1.1 200 caf\xe9 \xc3\xa9 \x80\xff\r\n" in members(path)[2]
    assert b"X-Odd: caf\xe9 \xc3\xa9 \x80\xff\r\n" in members(path)[2]


@pytest.mark.parametrize("odd", ["\r\nX-Evil: 1", "\nX-Evil: 1", "\r\n\r\nWARC/1.1\r\n", "\ud800"])
def test_line_ends_in_an_address_header_or_name_add_no_header_line(tmp_path, odd):
    url = f"https://courier.example/a{odd}b"
    headers = ((f"X{odd}", f"a{odd}"), *HTML)
    exchange = answer(url=url, headers=headers, request_headers=headers, reason_phrase=odd)
    with WarcFiles(tmp_path, "courier", 10**9) as files:
        files.write_page(exchange, Evidence(source=odd, title=odd, rights=(odd,)))
        files.write_revisit(exchange, COURIER, Original("urn:uuid:1", url, STARTED))

    path = tmp_path / "courier-000.warc.gz"
    check(path)
    assert len(types(path)) == 7
    for record in members(path):
        assert b"\nX-Evil" not in record
    (document,) = documents(read(path))
    assert document.body == page(0)


def test_an_unchanged_page_is_a_revisit_record_that_refers_to_the_original(tmp_path):
    with WarcFiles(tmp_path, "courier", 10**9) as files:
        first = files.write_page(answer(), COURIER)
        original = Original(first.record_id, answer().url, STARTED)
        again = answer(started_at=STARTED + timedelta(days=1))
        same = files.write_revisit(again, COURIER, original)
        silent = files.write_revisit(not_modified(), COURIER, original)

    path = tmp_path / first.file
    check(path)
    identical, unmodified = members(path)[5].decode(), members(path)[8].decode()
    for record, profile in (
        (identical, "identical-payload-digest"),
        (unmodified, "server-not-modified"),
    ):
        assert f"/revisit/{profile}\r\n" in record
        assert f"WARC-Refers-To: <{first.record_id}>\r\n" in record
        assert "WARC-Refers-To-Target-URI: https://courier.example/0\r\n" in record
        assert "WARC-Refers-To-Date: 2025-03-11T06:30:00.123456Z\r\n" in record
    assert "HTTP/1.1 200 OK\r\n" in identical
    assert "HTTP/1.1 304 Not Modified\r\n" in unmodified
    assert page(0).decode() not in identical
    assert (same.payload_digest, silent.payload_digest) == (first.payload_digest, None)
    assert reasons(read(path)) == ["revisit", "revisit"]


def test_the_evidence_is_a_json_record_behind_the_answer(tmp_path):
    berlin = timezone(timedelta(hours=1))
    evidence = Evidence(
        source="courier",
        how="news_sitemap",
        place="https://courier.example/news.xml",
        found_at=datetime(2025, 3, 11, 7, 0, tzinfo=berlin),
        title="Fähre \ud83d",
        hops=("https://courier.example/old",),
    )
    with WarcFiles(tmp_path, "courier", 10**9) as files:
        written = files.write_page(answer(), evidence)

    head, _, block = members(tmp_path / written.file)[3].partition(b"\r\n\r\n")

    assert f"WARC-Concurrent-To: <{written.record_id}>".encode() in head
    assert b"Content-Type: application/json" in head
    content = json.loads(block)
    assert content["broadsheet"] == 1
    assert content["title"] == "Fähre ?"
    assert content["found_at"] == "2025-03-11T06:00:00Z"
    assert content["hops"] == ["https://courier.example/old"]
    assert content["published"] is None


def test_a_full_file_is_followed_by_the_next_number(tmp_path):
    paths = write(tmp_path, *map(answer, range(4)), most_bytes=2000)

    assert [path.name for path in paths] == [f"courier-00{number}.warc.gz" for number in range(2)]
    check(*paths)
    for path in paths:
        assert types(path)[0] == "warcinfo"
        assert types(path).count("response") == 2
    assert paths[0].stat().st_size >= 2000


def test_existing_files_are_left_alone(tmp_path):
    (first,) = write(tmp_path, answer(0))
    before = first.read_bytes()
    (tmp_path / "courier-east-007.warc.gz").write_bytes(b"another source's")

    write(tmp_path, answer(1))

    assert first.read_bytes() == before
    assert (tmp_path / "courier-001.warc.gz").is_file()


def test_no_file_is_created_if_nothing_is_written(tmp_path):
    with WarcFiles(tmp_path / "night", "courier", 10**9) as files:
        files.sync()
    assert not (tmp_path / "night").exists()


text = st.text(st.characters(), max_size=30)
headers = st.lists(st.tuples(text, text), max_size=4).map(tuple)


@effort(max_examples=150, deadline=None)
@given(url=text, reason=text, sent=headers, body=st.binary(max_size=200), words=text)
def test_any_answer_becomes_readable_records(url, reason, sent, body, words):
    odd = answer(0, body, url=f"https://courier.example/{url}", headers=sent, reason_phrase=reason)
    evidence = Evidence(source=words, title=words, authors=(words,), place=url)

    exchange = page_exchange(odd, evidence)

    data = exchange.request + exchange.answer + exchange.evidence
    found = list(WarcioIterator(io.BytesIO(data), check_digests="raise"))
    assert len(found) == 3
    record = gzip.decompress(exchange.answer)
    assert record.endswith(body + b"\r\n\r\n")
    assert (
        json.loads(gzip.decompress(exchange.evidence).partition(b"\r\n\r\n")[2])["broadsheet"] == 1
    )


def test_the_gzip_header_holds_no_time_or_name(tmp_path):
    (path,) = write(tmp_path, answer())

    assert path.read_bytes()[:10] == bytes.fromhex("1f8b08000000000000ff")
    assert isinstance(read(path)[0], RawDocument)
