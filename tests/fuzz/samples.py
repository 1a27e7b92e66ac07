"""Good inputs that the fuzzer damages: a few of each kind, small so that many can be read."""

import bz2
import gzip
import io
import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import brotli  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
from fastwarc.stream_io import ZstdWriter

from tests.fuzz.words import GOLDEN
from tests.read.samples import arc, page, record, wacz
from tests.read.saved.pages import archive_today, mhtml, story, wayback, webarchive

SMALL_PAGE = 9_000
STORY = "The harbour council met on Monday and said that the basin would open. " * 4
ROW = {
    "url": "https://courier.example/2024/03/01/pier",
    "title": "The pier opens",
    "text": STORY,
    "authors": ["Ola Nordholm", {"name": "Per Lund"}],
    "date": "2024-03-01T12:00:00+01:00",
    "keywords": "harbour, pier",
    "score": 1.5,
}


@cache
def pages() -> tuple[bytes, ...]:
    """Return the golden pages that are small."""
    found = (path.read_bytes() for path in sorted(GOLDEN.glob("*/page.html")))
    return tuple(one for one in found if len(one) <= SMALL_PAGE)


@cache
def texts() -> tuple[bytes, ...]:
    """Return plain texts, Markdown, and texts in other encodings."""
    markdown = (
        f"---\ntitle: Pier\n---\n# The pier\n\n*By* [Ola](http://a.example)\n\n{STORY}\n\n> x\n"
    )
    wrapped = "\n".join(STORY[at : at + 70] for at in range(0, len(STORY), 70))
    plain = f"The pier opens\n\nBy Ola Nordholm\n1 March 2024\n\nPARIS, Jan 3 (AFP) – {STORY}"
    every = (markdown, wrapped, plain)
    return (*(one.encode() for one in every), plain.encode("utf-16"), plain.encode("cp1252"))


@cache
def json_files() -> tuple[bytes, ...]:
    """Return JSON as an array, as an object over several lines, and as lines."""
    rows = [ROW | {"url": f"https://courier.example/{number}"} for number in range(3)]
    lines = "\n".join(json.dumps(row) for row in rows)
    html = json.dumps([{"html": page(1).decode(), "url": "https://a.example/1"}])
    whole = json.dumps(rows, indent=1)
    every = (whole, json.dumps(ROW, indent=2), lines, html)
    return (*(one.encode() for one in every), whole.encode("utf-16"))


@cache
def csv_files() -> tuple[bytes, ...]:
    """Return CSV with commas, semicolons, tabs, backslashes, and in older encodings."""
    head, cells = "url,title,text,date", f'https://a.example/1,"a ""b"", c","{STORY}\nx",2024-03-01'
    comma = "\n".join([head, cells, cells.replace("/1", "/2"), "x,y,z,1", "", "a,b"])
    semicolon = "title;text;url\r\n" + f"Pier;{STORY};https://a.example\r\n" * 3
    tab = "title\ttext\n" + f"Pier\t{STORY}\n" * 3
    backslash = 'title,text\n"a \\"b\\"","x"\n' + f'"y","{STORY}"\n'
    accents = f"title;text\nÄpfel möger für;{STORY}\n"
    every = (comma, semicolon, tab, backslash)
    return (*(one.encode() for one in every), accents.encode("cp1252"), comma.encode("utf-16"))


@cache
def parquet_files() -> tuple[bytes, ...]:
    """Return Parquet files of several row groups and compressions, with nested columns."""
    rows = {
        "text": [STORY, None, STORY] * 8,
        "url": [f"https://a.example/{number}" for number in range(24)],
        "date": pa.array([1_700_000_000_000] * 24, pa.timestamp("ms")),
        "authors": [["Ola"], [], None] * 8,
        "section": pa.array(["a", "b", "a"] * 8).dictionary_encode(),
    }
    html = {"html": [page(1), page(2)], "url": ["https://a.example/1", None]}
    tables = (pa.table(rows), pa.table(html))
    return tuple(
        _parquet(table, how) for table in tables for how in ("snappy", "zstd", "none", "gzip")
    )


def _parquet(table: pa.Table, compression: str) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=10, compression=compression, version="2.6")
    return out.getvalue()


def _record(number: int, body: bytes | None = None, **how: Any) -> bytes:
    """Return a plain WARC record that is the same in every process."""
    made = record(number, body, compressed=False, **how)
    return re.sub(rb"urn:uuid:[0-9a-f-]{36}", b"urn:uuid:%036d" % number, made)


def _packed(count: int) -> bytes:
    """Return a WARC with a gzip member for each of so many records."""
    return b"".join(gzip.compress(_record(number), mtime=0) for number in range(count))


@cache
def plain_warcs() -> tuple[bytes, ...]:
    """Return uncompressed WARCs with responses, a revisit, a resource and encoded bodies."""
    parts = [
        _record(1),
        _record(2),
        _record(3, kind="revisit", warc={"WARC-Refers-To": "<urn:uuid:1>"}),
        _record(4, kind="resource"),
        _record(5, gzip.compress(page(5), mtime=0), http={"Content-Encoding": "gzip"}),
        _record(6, brotli.compress(page(6)), http={"Content-Encoding": "br"}),
        _record(7, _chunked(page(7)), http={"Transfer-Encoding": "chunked"}),
        _record(8, b"", status="404 Not Found"),
    ]
    return b"".join(parts), b"".join(parts[:2]), parts[4], parts[6]


def _chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:99], body[99:], b""))


@cache
def gzip_warcs() -> tuple[bytes, ...]:
    """Return gzipped WARCs, with a member for each record and with one for all."""
    return _packed(4), gzip.compress(plain_warcs()[0], mtime=0)


@cache
def arcs() -> tuple[bytes, ...]:
    """Return ARC files of both versions: plain, a gzip member per record, one member for all."""
    old, new = arc(3), arc(3, version=2)
    packed = b"".join(gzip.compress(one, mtime=0) for one in old)
    return b"".join(old), b"".join(new), packed, gzip.compress(b"".join(old), mtime=0)


@cache
def wets() -> tuple[bytes, ...]:
    """Return WET files: the texts of pages as conversion records."""
    plain = {"Content-Type": "text/plain"}
    texts = [_record(number, STORY.encode(), kind="conversion", http=plain) for number in (1, 2)]
    return b"".join(texts), b"".join(gzip.compress(one, mtime=0) for one in texts)


@cache
def saved_pages() -> tuple[bytes, ...]:
    """Return pages as browsers, tools and web archives save them."""
    encodings = ("quoted-printable", "base64", "8bit")
    files = tuple(mhtml(story(), encoding=one) for one in encodings)
    address = "https://archive.ph/2016.03.05-120000/https://www.courier.example/pier"
    notes = "<!-- saved from url=(0029)https://www.courier.example/a -->"
    return (
        *files,
        webarchive(),
        *(page.encode() for page in (wayback(), archive_today(address), story(top=notes))),
    )


@cache
def members() -> Mapping[str, bytes]:
    """Return the members of the sample archives."""
    return {
        "pages/one.html": page(1),
        "two.txt": texts()[2],
        "rows.jsonl": json_files()[2],
        "crawl.warc.gz": _packed(2),
        "table.csv": csv_files()[0],
        "last.html": page(2),
    }


@cache
def zips() -> tuple[bytes, ...]:
    """Return zips with several compressions, and a zip within a zip."""
    some = {name: members()[name] for name in ("pages/one.html", "two.txt", "last.html")}
    inner = {"inner.zip": zipped(some, zipfile.ZIP_STORED), "last.html": page(2)}
    return (
        zipped(members(), zipfile.ZIP_DEFLATED),
        zipped(some, zipfile.ZIP_STORED),
        zipped(some, zipfile.ZIP_BZIP2),
        zipped(some, zipfile.ZIP_LZMA),
        zipped(inner, zipfile.ZIP_DEFLATED),
        zipped(wacz(rec=_packed(2)), zipfile.ZIP_STORED),
    )


def zipped(files: Mapping[str, bytes], compression: int) -> bytes:
    """Return a zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return out.getvalue()


@cache
def tars() -> tuple[bytes, ...]:
    """Return tars in each of the formats, and a compressed one."""
    formats = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
    plain = [tarred(members(), one) for one in formats]
    long = tarred({"é" * 70 + ".html": page(1), "last.html": page(2)}, tarfile.GNU_FORMAT)
    return (*plain, long, gzip.compress(plain[0], mtime=0))


def tarred(files: Mapping[str, bytes], kind: int) -> bytes:
    """Return a tar of these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as made:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@cache
def compressed() -> tuple[bytes, ...]:
    """Return rows and pages in every compression, in one member and in several."""
    rows, story = json_files()[2], page(1)
    return (
        gzip.compress(rows, mtime=0),
        gzip.compress(story, mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(story, mtime=0),
        bz2.compress(rows),
        lzma.compress(rows),
        zstd(rows),
        gzip.compress(gzip.compress(story, mtime=0), mtime=0),
    )


def zstd(data: bytes) -> bytes:
    """Return a zstd frame."""
    out = io.BytesIO()
    with ZstdWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


def everything() -> Sequence[bytes]:
    """Return all samples, from which mutations splice spans in."""
    return _everything()


@cache
def _everything() -> tuple[bytes, ...]:
    kinds = (texts, json_files, csv_files, parquet_files, plain_warcs, gzip_warcs)
    archives = (arcs, wets, saved_pages, zips, tars)
    return pages()[:20] + compressed() + tuple(one for kind in kinds + archives for one in kind())
