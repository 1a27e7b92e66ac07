"""The pages of the corpora, and archives of any size made of the dev pages under changed URLs."""

import os
from collections.abc import Iterator
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as Records
from warcio.warcwriter import WARCWriter

from tasks.records import RawDocument


def corpora() -> Path:
    """Return the folder of the corpora."""
    return Path(os.environ["BROADSHEET_CORPORA"])


def corpus_pages(suite: str) -> Iterator[RawDocument]:
    """Yield the pages of `dev` or `dev-wcxb`."""
    with (corpora() / suite / "pages.warc.gz").open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response)
        for number, record in enumerate(records):
            kind = record.http_headers.get("Content-Type") or ""
            yield RawDocument(
                locator=str(number),
                position=number,
                media="html",
                body=record.reader.read(),
                url=record.headers["WARC-Target-URI"],
                fetched_at=record.record_date,
                charset=kind.partition("charset=")[2] or None,
            )


def write_archive(path: Path, *, pages: int | None = None, size: int | None = None) -> int:
    """Repeat the dev pages under changed URLs, up to so many pages or bytes.

    Returns:
        The number of written pages.
    """
    written = 0
    copy = 0
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        while True:
            with (corpora() / "dev" / "pages.warc.gz").open("rb") as source:
                for record in Records(source):
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    if url is None:
                        continue
                    mark = "&" if "?" in url else "?"
                    record.rec_headers.replace_header("WARC-Target-URI", f"{url}{mark}copy={copy}")
                    writer.write_record(record)
                    written += 1
                    if written == pages or (size and out.tell() >= size):
                        return written
            copy += 1


def read_pages(path: Path, share: int, shares: int) -> list[tuple[str, bytes]]:
    """Return URL and body of every `shares`-th page, from number `share` on."""
    found = []
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response)
        for number, record in enumerate(records):
            if number % shares == share:
                found.append((record.headers["WARC-Target-URI"], record.reader.read()))
    return found
