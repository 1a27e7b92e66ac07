"""Recognises a file by its first bytes; its name only breaks ties between texts."""

import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tasks.read.fields import names_text
from tasks.read.formats.corpora import NEWS_XML, REUTERS, STORY, corpus_of
from tasks.read.formats.csv_dialects import csv_dialect
from tasks.read.formats.databanks.signs import Databank, databank_of_html, databank_of_text
from tasks.read.formats.statistics_heads import STATISTICS, is_sas, statistics_program
from tasks.read.office_heads import DOCX, ODT, SPREADSHEET, office_of, unread_office
from tasks.read.text_heads import (
    PROLOGUE,
    XML_START,
    is_no_page,
    legacy_encoding,
    looks_like_html,
    looks_like_text,
    wide_encoding,
)

HEAD_BYTES = 65_536


class Kind(Enum):
    """The kinds of input; the last two are not read."""

    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    ZIP = "zip"
    TAR = "tar"
    WARC = "WARC"
    ARC = "ARC"
    PARQUET = "Parquet"
    HTML = "HTML"
    TEXT = "text"
    JSON_ARRAY = "JSON array"
    JSON_OBJECT = "JSON object"
    JSON_LINES = "JSON lines"
    CSV = "CSV"
    DATABANK_PAGE = "databank's HTML"
    DATABANK_TEXT = "databank's text"
    DOCX = DOCX
    ODT = ODT
    SPREADSHEET = SPREADSHEET
    SQLITE = "SQLite"
    STATISTICS = STATISTICS
    RTF = "RTF"
    PDF = "PDF"
    STORY = STORY
    REUTERS = REUTERS
    NEWS_XML = NEWS_XML
    MHTML = "MHTML"
    WEBARCHIVE = ".webarchive"
    UNKNOWN_FORMAT = "unknown"
    NOT_TEXT = "binary"


MISNAMED = "a web page under the name of another format, perhaps a login or an error"
COMPRESSIONS = frozenset({Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.ZSTD})
ROWS = frozenset({Kind.JSON_ARRAY, Kind.JSON_LINES, Kind.JSON_OBJECT, Kind.CSV})
# Inputs that the table `inputs` lists one by one, however few documents they give.
LISTED_ALONE = ROWS - {Kind.JSON_OBJECT} | {
    *(Kind.PARQUET, Kind.SPREADSHEET, Kind.SQLITE, Kind.STATISTICS, Kind.WARC, Kind.ARC),
    *(Kind.DATABANK_PAGE, Kind.DATABANK_TEXT, Kind.REUTERS),
}
CONTAINERS = COMPRESSIONS | {Kind.ZIP, Kind.TAR}
MAGIC = {
    Kind.GZIP: b"\x1f\x8b\x08",
    Kind.BZIP2: b"BZh",
    Kind.XZ: b"\xfd7zXZ\0",
    Kind.ZSTD: b"\x28\xb5\x2f\xfd",
    Kind.WARC: b"WARC/",
    Kind.ARC: b"filedesc://",
    Kind.PARQUET: b"PAR1",
    Kind.SQLITE: b"SQLite format 3\0",
}
# The line above a record of an ARC: address, IP, instant, type, and in version 2 five more fields
# before the length.
ARC_HEADER = re.compile(
    rb"([a-zA-Z][\w+.-]{0,20}:[^\r\n]{0,4000}?) \S{1,50} (\d{14}|\d{12}) (\S{1,200})"
    rb"(?: \S{1,4000}){0,5} (\d{1,15})\r?\n"
)
# Where the magic alone could be the beginning of a text.
_FULL_MAGIC = {
    Kind.BZIP2: re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    Kind.WARC: re.compile(rb"WARC/\d\.\d+\s"),
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_RTF = b"{\\rtf"
# Some servers and programs write a few bytes before the header.
_PDF = re.compile(rb"[\x00\s\xef\xbb\xbf]{0,100}%PDF-\d")
_DOCUMENTS = (
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x9d", "a .Z file"),
    (b"\x04\x22\x4d\x18", "an LZ4 file"),
    (b"ARROW1\0\0", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
)
_BINARIES = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x7fELF", "a program"),
)
_MAIL_START = re.compile(
    rb"(From|Subject|Date|MIME-Version|Content-Type|Content-Location|Snapshot-Content-Location"
    rb"|X-[\w-]{1,40}):",
    re.IGNORECASE,
)
_MAIL = re.compile(
    rb"^(MIME-Version|Content-Type: multipart/related)", re.MULTILINE | re.IGNORECASE
)
# A saved page says what it holds together and where it was; what was sent says to whom and how.
_MHTML = re.compile(
    rb"^(Content-Type:\s*multipart/related|Snapshot-Content-Location:|Content-Location:\s*http)",
    re.MULTILINE | re.IGNORECASE,
)
_SENT = re.compile(rb"^(To|Received|Message-ID|Delivered-To):", re.MULTILINE | re.IGNORECASE)
_BINARY_LIST = b"bplist00"
_ARRAY = re.compile(rb"\[\s*([\[{\"\]]|$)")
_OBJECT = re.compile(rb"\{\s*([\"}]|$)")
_LINE_OF_JSON = re.compile(rb"^\{[ \t]*([\"}]|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind of an input, as its first bytes show it.

    Attributes:
        detail: for the kinds that are not read: what it is, for a person.
        databank: for downloads of press databanks: which one's.
        encoding: where a text is not in UTF-8: "utf-16", "utf-32", or what rows are written in
            or the user has named; they are transcoded then.
    """

    kind: Kind
    detail: str | None = None
    encoding: str | None = None
    databank: Databank | None = None

    @property
    def in_words(self) -> str:
        """Return the kind for a person, such as "Factiva (HTML)", or what is not read, "PDF"."""
        if self.databank:
            return f"{self.databank.value} ({_LAYOUTS[self.kind]})"
        if self.kind in (Kind.UNKNOWN_FORMAT, Kind.NOT_TEXT) and self.detail:
            return self.detail.removeprefix("a ").removeprefix("an ")
        return self.kind.value


_LAYOUTS = {Kind.DATABANK_PAGE: "HTML", Kind.DATABANK_TEXT: "text"}


def sniff(head: bytes, name: str, columns: Mapping[str, str], *, whole: bool) -> Sniffed:
    """Return the kind of an input.

    Args:
        head: its first bytes, at most HEAD_BYTES.
        name: the file's name in lower case, compressions removed.
        columns: the user's own choice of columns: a CSV is one by its header.
        whole: the head is all there is.
    """
    container = _container(head, name)
    if container:
        return container
    encoding = wide_encoding(head)
    text = head.decode(encoding, "replace").encode() if encoding else head
    text = text.removeprefix(b"\xef\xbb\xbf")
    if not looks_like_text(text):
        return Sniffed(Kind.NOT_TEXT, "binary content")
    sniffed = _text_kind(text, name, columns)
    if sniffed.kind in ROWS and encoding is None:
        encoding = _named_encoding(columns) or legacy_encoding(text)
    return Sniffed(sniffed.kind, sniffed.detail, encoding, sniffed.databank)


def binary_name(head: bytes) -> str | None:
    """Return the name of a well-known kind of document or image; None for everything else."""
    for magic, named in _DOCUMENTS + _BINARIES:
        if head.startswith(magic):
            return named
    return None


def _container(head: bytes, name: str) -> Sniffed | None:
    for kind, magic in MAGIC.items():
        if head.startswith(magic) and (kind not in _FULL_MAGIC or _FULL_MAGIC[kind].match(head)):
            return Sniffed(kind)
    if found := _document(head, name):
        return found
    if head.startswith(_ZIP):
        return Sniffed(Kind.ZIP)
    if head.startswith(_BINARY_LIST) and (name.endswith(".webarchive") or b"WebMainR" in head):
        return Sniffed(Kind.WEBARCHIVE)
    named = binary_name(head)
    if named:
        documents = [magic for magic, _ in _DOCUMENTS]
        known = head.startswith(tuple(documents))
        return Sniffed(Kind.UNKNOWN_FORMAT if known else Kind.NOT_TEXT, named)
    return Sniffed(Kind.TAR) if _is_tar(head, name) else None


def _document(head: bytes, name: str) -> Sniffed | None:
    """Recognise office documents and PDF, whose packages are zips, too."""
    if office := office_of(head, name):
        return Sniffed(Kind(office))
    if unread := unread_office(head, name):
        return Sniffed(Kind.UNKNOWN_FORMAT, unread)
    if head.startswith(_RTF):
        return Sniffed(Kind.RTF)
    if statistics_program(head):
        return Sniffed(Kind.STATISTICS)
    if is_sas(head):
        return Sniffed(Kind.UNKNOWN_FORMAT, "a SAS file (export it as CSV)")
    return Sniffed(Kind.PDF) if _PDF.match(head) else None


def _is_tar(head: bytes, name: str) -> bool:
    if head[257:262] != b"ustar" and not name.endswith(".tar"):
        return False
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _named_encoding(columns: Mapping[str, str]) -> str | None:
    named = columns.get("encoding", "")
    return None if named.lower() in ("", "utf-8", "utf8") else named


def _text_kind(head: bytes, name: str, columns: Mapping[str, str]) -> Sniffed:
    start = head.lstrip()
    if corpus := corpus_of(start, name):
        return Sniffed(Kind(corpus))
    if mail := _mail_kind(start):
        return mail
    if looks_like_html(head, name):
        if databank := databank_of_html(head):
            return Sniffed(Kind.DATABANK_PAGE, databank=databank)
        return Sniffed(Kind.UNKNOWN_FORMAT, MISNAMED) if is_no_page(name) else Sniffed(Kind.HTML)
    if XML_START.match(start) or XML_START.match(PROLOGUE.sub(b"", head, count=1)):
        return Sniffed(Kind.UNKNOWN_FORMAT, "XML")
    if _ARRAY.match(start):
        return Sniffed(Kind.JSON_ARRAY)
    if _OBJECT.match(start) or name.endswith((".jsonl", ".ndjson")):
        return Sniffed(_json_kind(start, name))
    if _is_csv(head, name, columns):
        return Sniffed(Kind.CSV)
    databank = databank_of_text(head)
    return Sniffed(Kind.DATABANK_TEXT if databank else Kind.TEXT, databank=databank)


def _mail_kind(start: bytes) -> Sniffed | None:
    """Recognise MHTML and e-mail by the header; their bodies may look like anything."""
    header = re.split(rb"\r?\n\r?\n", start[:4096], maxsplit=1)[0]
    if not _MAIL_START.match(start):
        return None
    if _MHTML.search(header) and not _SENT.search(header):
        return Sniffed(Kind.MHTML)
    return Sniffed(Kind.UNKNOWN_FORMAT, "an e-mail") if _MAIL.search(header) else None


def _json_kind(start: bytes, name: str) -> Kind:
    """Tell an object per line from objects over several lines.

    The lines of pretty-printed objects do not begin with a bracket and a key, but the first may.
    A first line that is longer than the head may be either; reading it tells.
    """
    first, newline, rest = start.partition(b"\n")
    if name.endswith((".jsonl", ".ndjson")):
        return Kind.JSON_OBJECT if first.rstrip() == b"{" else Kind.JSON_LINES
    if not newline or not rest.strip():
        return Kind.JSON_OBJECT
    if _LINE_OF_JSON.search(rest) and first.rstrip() != b"{":
        return Kind.JSON_LINES
    return Kind.JSON_OBJECT


def _is_csv(head: bytes, name: str, columns: Mapping[str, str]) -> bool:
    if name.endswith((".csv", ".tsv", ".tab")) or "delimiter" in columns:
        return True
    if name.endswith((".txt", ".md", ".markdown", ".text")):
        return False
    header = csv_dialect(head.decode("utf-8", "replace"), columns).header
    return len(header) > 1 and names_text(header, columns)
