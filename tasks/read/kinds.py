"""What a file is, told from its first bytes; its name only breaks ties between texts."""

import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tasks.read.dialects import csv_dialect
from tasks.read.fields import names_text

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
    PARQUET = "Parquet"
    HTML = "HTML"
    TEXT = "text"
    JSON_ARRAY = "JSON array"
    JSON_OBJECT = "JSON object"
    JSON_LINES = "JSON lines"
    CSV = "CSV"
    UNKNOWN_FORMAT = "unknown"
    NOT_TEXT = "binary"


COMPRESSIONS = frozenset({Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.ZSTD})
CONTAINERS = COMPRESSIONS | {Kind.ZIP, Kind.TAR}
MAGIC = {
    Kind.GZIP: b"\x1f\x8b\x08",
    Kind.BZIP2: b"BZh",
    Kind.XZ: b"\xfd7zXZ\0",
    Kind.ZSTD: b"\x28\xb5\x2f\xfd",
    Kind.WARC: b"WARC/",
    Kind.PARQUET: b"PAR1",
}
# Where the magic alone could be the beginning of a text.
_FULL_MAGIC = {
    Kind.BZIP2: re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    Kind.WARC: re.compile(rb"WARC/\d\.\d+\s"),
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# The first member of a zip that is really a document.
_OFFICE = re.compile(rb"(\[Content_Types\]\.xml|mimetypeapplication/|META-INF/|_rels/)")
_DOCUMENTS = (
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"{\\rtf", "RTF"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x9d", "a .Z file"),
    (b"\x04\x22\x4d\x18", "an LZ4 file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ARROW1\0\0", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"filedesc://", "an ARC file"),
)
_BINARIES = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x7fELF", "a program"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b")) + b"\x7f"  # ESC: ISO-2022-JP
_DOCTYPE = re.compile(rb"<(!doctype\s+html|html)[\s>]", re.IGNORECASE)
_TAG = re.compile(
    rb"<(head|body|title|meta|link|script|style|div|p|span|article|section|main|header|h[1-6]|a|"
    rb"table|ul|br|img)[\s/>]",
    re.IGNORECASE,
)
_XML = re.compile(rb"<(\?xml|rss|feed|urlset|sitemapindex|rdf:RDF|svg|!DOCTYPE\s+svg)[\s>]")
_PROLOGUE = re.compile(rb"(\s*<(\?[^>]*>|!--.*?-->))*\s*", re.DOTALL)
_MHTML = re.compile(rb"^(MIME-Version|Content-Type: multipart/related)", re.MULTILINE)
_MHTML_START = re.compile(rb"^(From|Subject|Date|MIME-Version|Snapshot-Content-Location):", re.I)
_ARRAY = re.compile(rb"\[\s*([\[{\"\]]|$)")
_OBJECT = re.compile(rb"\{\s*([\"}]|$)")
_LEGACY_LETTER = re.compile(rb"[a-zA-Z][\xc0-\xfe][a-zA-Z]")
_UTF8_LETTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a head is.

    Attributes:
        detail: for the kinds that are not read: what it is, for a person.
        encoding: where a text is not in UTF-8: "utf-16", "utf-32", or "cp1252" for a CSV as
            older spreadsheets write it; rows are transcoded then.
    """

    kind: Kind
    detail: str | None = None
    encoding: str | None = None


def sniff(head: bytes, name: str, columns: Mapping[str, str], *, whole: bool) -> Sniffed:
    """Recognises an input.

    Args:
        head: its first bytes, at most HEAD_BYTES.
        name: the file's name in lower case, compressions removed.
        columns: the user's own choice of columns: a CSV is one by its header.
        whole: the head is all there is.
    """
    container = _container(head, name)
    if container:
        return container
    encoding = _wide_encoding(head)
    text = head.decode(encoding, "replace").encode() if encoding else head
    text = text.removeprefix(b"\xef\xbb\xbf")
    if not looks_like_text(text):
        return Sniffed(Kind.NOT_TEXT, "binary content")
    sniffed = _text_kind(text, name, columns, whole)
    if sniffed.kind is Kind.CSV and encoding is None and _is_legacy(text):
        encoding = "cp1252"
    return Sniffed(sniffed.kind, sniffed.detail, encoding)


def looks_like_text(head: bytes) -> bool:
    """Whether at most one byte in fifty is a control character that no text has.

    Some texts have a few. Of random bytes one in nine is such a character.
    """
    return len(head) - len(head.translate(None, _CONTROLS)) <= len(head) // 50


def looks_like_html(head: bytes, name: str = "") -> bool:
    """Whether a text is HTML: it says so, or begins with a tag, or is called so and has tags."""
    begin = _PROLOGUE.match(head)
    start = head[begin.end() :] if begin else head
    if _DOCTYPE.match(start) or _TAG.match(start):
        return True
    if _XML.match(start) or _XML.match(head.lstrip()):
        return False
    if _DOCTYPE.search(head[:4096]):
        return True
    return name.endswith((".html", ".htm", ".xhtml", ".shtml")) and bool(_TAG.search(head))


def binary_name(head: bytes) -> str | None:
    """What a well-known document or image is called; None for everything else."""
    for magic, named in _DOCUMENTS + _BINARIES:
        if head.startswith(magic):
            return named
    return None


def _container(head: bytes, name: str) -> Sniffed | None:
    for kind, magic in MAGIC.items():
        if head.startswith(magic) and (kind not in _FULL_MAGIC or _FULL_MAGIC[kind].match(head)):
            return Sniffed(kind)
    if head.startswith(_ZIP):
        if _OFFICE.match(head, 30):
            return Sniffed(Kind.UNKNOWN_FORMAT, "an Office, EPUB or JAR file")
        return Sniffed(Kind.ZIP)
    named = binary_name(head)
    if named:
        documents = [magic for magic, _ in _DOCUMENTS]
        known = head.startswith(tuple(documents))
        return Sniffed(Kind.UNKNOWN_FORMAT if known else Kind.NOT_TEXT, named)
    return Sniffed(Kind.TAR) if _is_tar(head, name) else None


def _is_tar(head: bytes, name: str) -> bool:
    if head[257:262] != b"ustar" and not name.endswith(".tar"):
        return False
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _wide_encoding(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[:1024]
    half = len(sample) // 2
    if half >= 8 and sample[1::2].count(0) > half * 0.8 and sample[::2].count(0) == 0:
        return "utf-16-le"
    return None


def _is_legacy(head: bytes) -> bool:
    """Whether accented letters stand in words and none of them is UTF-8.

    A single odd byte is a damaged row, not another encoding.
    """
    return len(_LEGACY_LETTER.findall(head)) >= 3 and not _UTF8_LETTER.search(head)


def _text_kind(head: bytes, name: str, columns: Mapping[str, str], whole: bool) -> Sniffed:
    start = head.lstrip()
    if looks_like_html(head, name):
        return Sniffed(Kind.HTML)
    if _XML.match(start) or _XML.match(_PROLOGUE.sub(b"", head, count=1)):
        return Sniffed(Kind.UNKNOWN_FORMAT, "XML")
    if _MHTML_START.match(start) and _MHTML.search(start[:4096]):
        return Sniffed(Kind.UNKNOWN_FORMAT, "MHTML or an e-mail")
    if _ARRAY.match(start):
        return Sniffed(Kind.JSON_ARRAY)
    if _OBJECT.match(start) or name.endswith((".jsonl", ".ndjson")):
        return Sniffed(_json_kind(start, name, whole))
    return Sniffed(Kind.CSV if _is_csv(head, name, columns) else Kind.TEXT)


def _json_kind(start: bytes, name: str, whole: bool) -> Kind:
    """One object over several lines, or an object per line.

    Objects at the start of further lines make it lines; so does a first line that is longer than
    the head, because pretty-printed objects have short ones.
    """
    if name.endswith((".jsonl", ".ndjson")) or b"\n{" in start:
        return Kind.JSON_LINES
    first, newline, rest = start.partition(b"\n")
    if not newline:
        return Kind.JSON_OBJECT if whole else Kind.JSON_LINES
    if rest.strip():
        return Kind.JSON_LINES if first.rstrip().endswith(b"}") else Kind.JSON_OBJECT
    return Kind.JSON_OBJECT


def _is_csv(head: bytes, name: str, columns: Mapping[str, str]) -> bool:
    if name.endswith((".csv", ".tsv", ".tab")):
        return True
    if name.endswith((".txt", ".md", ".markdown", ".text")):
        return False
    header = csv_dialect(head.decode("utf-8", "replace")).header
    return len(header) > 1 and names_text(header, columns)
