"""Makes inputs for the tests of reading, such as WARC records by warcio, and reads them."""

import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from config.settings import ReadSettings, load_settings
from tasks.read.batch import read_batch
from tasks.read.plan import batch_from_json, batch_to_json, plan_inputs
from tasks.records import Dropped, RawDocument

Outcome = RawDocument | Dropped
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def settings(**changes: int) -> ReadSettings:
    """Return the default settings of reading with some values changed."""
    return load_settings().read.model_copy(update=changes)


def read(
    *paths: Path | str,
    columns: Mapping[str, str] | None = None,
    limit: int | None = None,
    **changes: int,
) -> list[Outcome]:
    """Plan the reading of paths and return all outcomes.

    Each batch is written as JSON and read back, as in a run.
    """
    bounds = settings(**changes)
    plan = plan_inputs(paths, bounds, columns=columns or {}, limit=limit)
    outcomes: list[Outcome] = []
    for batch in plan.batches:
        again = batch_from_json(batch_to_json(batch))
        assert again == batch
        outcomes.extend(read_batch(again, bounds, plan.columns))
    assert_accounted(outcomes)
    return outcomes


def assert_accounted(outcomes: Iterable[Outcome]) -> None:
    """Check that locators and positions are unique, and that locators are valid Unicode."""
    outcomes = list(outcomes)
    assert len({outcome.locator for outcome in outcomes}) == len(outcomes)
    assert len({outcome.position for outcome in outcomes}) == len(outcomes)
    for outcome in outcomes:
        outcome.locator.encode("utf-8")


def documents(outcomes: Iterable[Outcome]) -> list[RawDocument]:
    """Return the outcomes that are documents."""
    return [outcome for outcome in outcomes if isinstance(outcome, RawDocument)]


def reasons(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the reasons of the outcomes that were dropped."""
    return [outcome.reason for outcome in outcomes if isinstance(outcome, Dropped)]


def by_locator(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the reason of each outcome by its locator; "" for a document."""
    return {outcome.locator: getattr(outcome, "reason", "") for outcome in outcomes}


def page(number: int, words: int = 40) -> bytes:
    """Return an HTML page with a text of its own."""
    body = " ".join(f"word{number}x{word}" for word in range(words))
    return f"<!DOCTYPE html><html><body><p>Page {number}: {body}</p></body></html>".encode()


def record(
    number: int = 0,
    body: bytes | None = None,
    *,
    kind: str = "response",
    status: str = "200 OK",
    http: Mapping[str, str] | None = None,
    warc: Mapping[str, str] | None = None,
    compressed: bool = True,
    url: str = "",
) -> bytes:
    """Return a WARC record, by default as a gzip member.

    Args:
        http: HTTP headers to add or replace; a value of "" removes a header.
        warc: WARC headers to add or replace.
    """
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    payload = page(number) if body is None else body
    declared = {"Content-Type": "text/html; charset=utf-8", **(http or {})}
    headers = {name: value for name, value in declared.items() if value}
    over_http = kind in ("response", "revisit")
    head = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
    made = writer.create_warc_record(
        url or f"https://news.example/{number}",
        kind,
        payload=io.BytesIO(payload),
        http_headers=head if over_http else None,
        warc_content_type="" if over_http else headers.get("Content-Type", ""),
        warc_headers_dict={"WARC-Date": "2024-05-06T07:08:09Z", **(warc or {})},
    )
    writer.write_record(made)
    return out.getvalue()


def archive(count: int, *, compressed: bool = True) -> list[bytes]:
    """Return the records of a WARC file, each with a page of a different size."""
    return [
        record(number, page(number, 20 + 37 * (number % 7)), compressed=compressed)
        for number in range(count)
    ]


def arc_record(number: int, body: bytes | None = None, *, version: int = 1) -> bytes:
    """Return a record of an ARC with a page, not compressed."""
    payload = page(number) if body is None else body
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + payload
    more = "" if version == 1 else f" 200 ABCDEF - {number} IA.arc"
    line = f"https://news.example/{number} 192.0.2.1 20060511030000 text/html{more} {len(block)}\n"
    return line.encode() + block + b"\n"


def arc(count: int, *, version: int = 1) -> list[bytes]:
    """Return the records of an ARC: its description, an answer of DNS, and pages."""
    fields = b"URL IP-address Archive-date Content-type Archive-length\n"
    block = b"%d 0 InternetArchive\n%s\n" % (version, fields)
    first = b"filedesc://IA.arc 0.0.0.0 20060511030000 text/plain %d\n%s\n" % (len(block), block)
    answer = b"20060511030000\nnews.example. 300 IN A 192.0.2.1\n"
    dns = b"dns:news.example 192.0.2.53 20060511030000 text/dns %d\n%s\n" % (len(answer), answer)
    return [first, dns, *(arc_record(number, version=version) for number in range(count))]


def wacz(**changes: bytes) -> dict[str, bytes]:
    """Return the members of a WACZ with a page; keys of the changes are names without suffix."""
    text = b'{"url": "https://news.example/1", "text": "The text of the page, once more."}\n'
    warc = b"".join(
        [
            record(1),
            record(2, b"Its text.", kind="resource", url="urn:text:https://news.example/1"),
        ]
    )
    return {
        "archive/rec.warc.gz": changes.get("rec", warc),
        "indexes/index.cdx.gz": gzip.compress(b"example,news)/1 20240506070809 {}\n", mtime=0),
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n' + text,
        "logs/crawl.log": b'{"message": "Starting page"}\n',
        "datapackage.json": b'{"profile": "data-package", "wacz_version": "1.1.1"}',
    }


def recompress(record_bytes: bytes, change: tuple[bytes, bytes]) -> bytes:
    """Return a gzip member whose content was changed before compression.

    Args:
        change: the bytes to replace, and their replacement.
    """
    return gzip.compress(gzip.decompress(record_bytes).replace(*change, 1))


def docx(text: str) -> bytes:
    """Return a DOCX file with one paragraph per line.

    A line `^Name` sets a bookmark at the next paragraph.
    """
    body, bookmark = [], ""
    for line in text.splitlines():
        if line.startswith("^"):
            bookmark = f'<w:bookmarkStart w:id="1" w:name="{line[1:]}"/>'
            continue
        body.append(f"<w:p>{bookmark}<w:r><w:t>{escape(line)}</w:t></w:r></w:p>")
        bookmark = ""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}"><w:body>{"".join(body)}</w:body></w:document>',
        )
        package.writestr("word/header1.xml", f'<w:hdr xmlns:w="{WORD}">Page 1 of 3</w:hdr>')
    return out.getvalue()
