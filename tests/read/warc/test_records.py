import gzip
import io
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from fastwarc.stream_io import ZstdWriter

from tasks.records import Dropped, RawDocument
from tests.read.samples import (
    documents,
    page,
    read,
    reasons,
    record,
)


def write(folder: Path, *records: bytes, name: str = "a.warc.gz") -> Path:
    path = folder / name
    path.write_bytes(b"".join(records))
    return path


def only(path: Path, **changes: int) -> RawDocument | Dropped:
    (outcome,) = read(path, **changes)
    return outcome


def zstd(data: bytes) -> bytes:
    out = io.BytesIO()
    with ZstdWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


def test_a_response_record_becomes_a_document_with_its_url_date_charset_and_headers(tmp_path):
    document = only(write(tmp_path, record(3)))

    assert isinstance(document, RawDocument)
    assert document.locator == "a.warc.gz#offset=0"
    assert document.body == page(3)
    assert document.media == "html"
    assert document.url == "https://news.example/3"
    assert document.fetched_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert document.charset == "utf-8"
    assert document.headers == (("content-type", "text/html; charset=utf-8"),)


def test_records_that_are_no_documents_are_not_counted(tmp_path):
    others = [
        record(1, b"a: b", kind=kind, http={"Content-Type": "application/warc-fields"})
        for kind in ("warcinfo", "metadata", "conversion")
    ]

    assert len(read(write(tmp_path, *others, record(2)))) == 1


def test_a_resource_record_is_a_document_without_http_headers(tmp_path):
    document = only(write(tmp_path, record(kind="resource", http={"Content-Type": "text/html"})))

    assert isinstance(document, RawDocument)
    assert document.media == "html"


GZIP = {"Content-Encoding": "gzip"}
BROTLI = {"Content-Encoding": "br"}


@pytest.mark.parametrize(
    ("made", "reason", "detail"),
    [
        (record(status="404 Not Found"), "http_status", "404"),
        (record(status="301 Moved"), "http_status", "301"),
        (record(http={"Content-Type": "image/png"}), "not_html", "image/png"),
        (record(kind="revisit", body=b""), "revisit", None),
        (record(body=b""), "empty", None),
        (record(body=b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "not_text", "a PNG image"),
        (record(warc={"WARC-Truncated": "length"}), "truncated", "WARC-Truncated: length"),
        (record(http={"Content-Length": "9999"}), "truncated", f"{len(page(0))} of 9999 bytes"),
        (record(body=b"a" * 6_000_000), "too_large", None),
        (record(body=gzip.compress(page(1))[:-9], http=GZIP), "truncated", "gzip"),
        (record(body=gzip.compress(bytes(9_000_000)), http=GZIP), "too_large", None),
        (record(body=brotli.compress(page(1))[:-9], http=BROTLI), "truncated", "br"),
        (record(body=b"\x01\x80\xff\0\0\1\2\3" * 9, http=BROTLI), "bad_encoding", "br"),
    ],
)
def test_a_record_that_is_no_page_is_dropped_with_its_reason_and_url(
    tmp_path, made, reason, detail
):
    dropped = only(write(tmp_path, made))

    assert isinstance(dropped, Dropped)
    assert dropped.reason == reason
    assert dropped.url == "https://news.example/0"
    if detail:
        assert dropped.detail == detail


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstd),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("gzip", lambda data: data),  # stored decoded, the header kept
        ("identity", lambda data: data),
        ("UTF-8", lambda data: data),
    ],
)
def test_content_encodings_are_undone(tmp_path, encoding, encode):
    headers = {"Content-Type": "text/html", "Content-Encoding": encoding, "Content-Length": "9"}

    document = only(write(tmp_path, record(1, encode(page(1)), http=headers)))

    assert isinstance(document, RawDocument)
    assert document.body == page(1)


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 50] for start in range(0, len(body), 50)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_chunks_are_joined_and_a_missing_chunk_is_noticed(tmp_path):
    headers = {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}
    whole = chunked(page(1))

    outcomes = read(
        write(
            tmp_path,
            record(1, whole, http=headers),
            record(2, whole[:-30], http=headers),
            record(3, page(1), http=headers),
        )
    )

    assert [document.body for document in documents(outcomes)] == [page(1), page(1)]
    assert reasons(outcomes) == ["truncated"]


@pytest.mark.parametrize(
    ("body", "mime", "media"),
    [
        (page(0), "", "html"),
        (page(0), "application/octet-stream", "html"),
        (b"A plain story of some length.", "text/plain", "text"),
        (page(0), "text/plain", "html"),
    ],
)
def test_content_decides_where_the_type_says_little(tmp_path, body, mime, media):
    document = only(write(tmp_path, record(0, body, http={"Content-Type": mime})))

    assert isinstance(document, RawDocument)
    assert document.media == media
