"""Good documents that the fuzzer damages: of offices, databanks, corpora, and data files."""

import io
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

from tests.fuzz.samples import zipped
from tests.read.formats.test_sheets import workbook
from tests.read.odf import ods, odt
from tests.read.pdfs import printed
from tests.read.samples import docx

DOWNLOADS = Path(__file__).parents[1] / "read" / "downloads"


@cache
def pdfs() -> Sequence[bytes]:
    """Return PDFs of a download, and of a text on two pages."""
    download = (DOWNLOADS / "factiva_plain_en.pdf.txt").read_text("utf-8")
    return printed(download), printed("# Pier\nThe pier opens.\n---\nIt is open.", head="Courier")


@cache
def packages() -> Sequence[bytes]:
    """Return texts and spreadsheets of OpenDocument and of Office Open XML."""
    rows = [("url", "text", "label"), ("", "The pier opens.", 1), ("", "The pier is open.", 2.5)]
    download = (DOWNLOADS / "nexis_advance_en.docx.txt").read_text("utf-8")
    made = (workbook({"May": rows, "June": rows}), docx("The pier opens.\n" * 3), docx(download))
    return (
        odt("# Pier\nThe pier opens."),
        ods({"May": [("url", "text"), ("", "The pier opens.")]}),
        *(_without_times(one) for one in made),
    )


def _without_times(package: bytes) -> bytes:
    """Return a package that is the same in every process."""
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        members = {name: files.read(name) for name in files.namelist()}
    return zipped(members, zipfile.ZIP_DEFLATED)


@cache
def databases() -> Sequence[bytes]:
    """Return databases of SQLite, the second with indexes, and free and overflowing pages."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table stories (url, title, body, seen real, picture blob)")
        rows = [(f"https://news.example/{n}", f"Pier {n}", "It opens. " * n) for n in range(9)]
        connection.executemany("insert into stories values (?, ?, ?, 1.5, x'ff00')", rows)
        connection.commit()
        small = connection.serialize()
        connection.execute("create table pairs (code primary key, text) without rowid")
        connection.execute("insert into pairs values ('a', ?)", ("It opens. " * 900,))
        connection.execute("create index by_title on stories (title)")
        connection.execute("create view again as select * from stories")
        connection.execute("delete from stories where title < 'Pier 5'")
        connection.commit()
        return small, connection.serialize()


@cache
def downloads() -> Sequence[bytes]:
    """Return downloads of databanks, and articles as corpora and agencies have them."""
    kinds = {".html", ".txt", ".rtf", ".xml", ".sgm", ".story", ".jsonl"}
    return tuple(
        path.read_bytes()
        for path in sorted(DOWNLOADS.iterdir())
        if path.suffix in kinds and not path.name.endswith((".pdf.txt", ".docx.txt"))
    )


@cache
def data_files() -> Sequence[bytes]:
    """Return data files of Stata and SPSS."""
    return tuple(
        path.read_bytes() for path in sorted(DOWNLOADS.glob("rows*")) if path.suffix != ".json"
    )
