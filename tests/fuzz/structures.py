"""Mutations that know a format: they forge headers that a reader accepts at first."""

import gzip
import io
import re
import struct
import zipfile
import zlib
from random import Random

from tests.fuzz.mutations import BOUNDARIES, GENERAL, MOST_BYTES, NUMBERS
from tests.fuzz.samples import zipped

# Signature: the fields behind it, each as (offset, size). PKWARE's APPNOTE.TXT, 4.3.
ZIP_FIELDS = {
    b"PK\x03\x04": ((6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    b"PK\x01\x02": (
        *((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 4), (24, 4), (28, 2)),
        *((30, 2), (32, 2), (34, 2), (36, 2), (38, 4), (42, 4)),
    ),
    b"PK\x05\x06": ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}
# The fields of a ustar header, each as (offset, size). The checksum is computed again.
TAR_FIELDS = (
    *((0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (156, 1), (157, 100)),
    *((257, 8), (265, 32), (329, 8), (345, 155)),
)
TAR_BLOCK = 512
TAR_TYPES = b"\0001234567DKLMNSVXgxA"
TAR_NUMBERS = (b"\x80" + b"\xff" * 11, b"\xff" * 12, b"77777777777\0", b"-1", b"", b"8", b"\0" * 12)
NAMES = (
    *("../up.html", "/etc/passwd", "a\\..\\b", "C:x", "", ".", "..", "./", "x/", "[/x].html", "!#"),
    *("\ud800.html", "a\nb", "\x1b[31m", "x" * 300, "é.html", "a!b#c.html", "-rf", "~", "con"),
)
WARC_LINES = (
    *("Content-Length: 0", "Content-Length: 99999999999999999999", "Content-Length: -5"),
    *("Content-Length: ٣", "Content-Length: 12", "WARC-Date: 0001-01-01T00:00:00+23:00"),
    *("WARC-Date: 9999-12-31T23:59:59-23:00", "WARC-Date: 20240506070809", "WARC-Type: revisit"),
    *("WARC-Type: metadata", "WARC-Type: \0", "WARC-Truncated: length", "WARC-Type:"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: x"),
    *("Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: zstd, deflate", ": x"),
    *("Content-Type: text/html; charset=\x00", "Content-Type: text/html; charset*=utf-8''%00", "x"),
    *("WARC-Target-URI: http://[::1", "WARC-Target-URI: \ud800", "HTTP/1.1 99999999999 OK"),
    *("Content-Type: text/html; charset*0=a; charset*9999999999999=b", "HTTP/1.1 200", "\tfolded"),
    *("WARC-Refers-To-Date: 0001-01-01T00:00:00+01:00", "WARC-Record-ID: <>"),
    *("WARC-Segment-Number: 1", "WARC-Segment-Number: x"),
)  # fmt: skip
PARQUET_END = 8  # the length of the footer, and the magic


def forge_zip(chance: Random, data: bytes) -> bytes:
    """Put a boundary value into a field of a header of a zip."""
    signature = chance.choice(list(ZIP_FIELDS))
    found = [match.start() for match in re.finditer(re.escape(signature), data)]
    if not found:
        return data
    offset, size = chance.choice(ZIP_FIELDS[signature])
    at = chance.choice(found) + offset
    value = (chance.choice(BOUNDARIES) + chance.choice((-1, 0, 1))) % 256**size
    if chance.random() < 0.3:
        value = chance.randrange(256**size) % max(len(data), 1) % 256**size
    return data[:at] + value.to_bytes(size, "little") + data[at + size :]


def rename_zip(chance: Random, data: bytes) -> bytes:
    """Change the name of a member in place, to one of the same length."""
    found = list(re.finditer(rb"(?:pages/)?\w{1,9}\.(?:html|txt|jsonl|gz|csv|zip|tar)", data))
    if not found:
        return data
    name = chance.choice(found)[0]
    forged = chance.choice(NAMES).encode("utf-8", "surrogatepass")
    forged = (forged or b"\xff\xfe").ljust(len(name), chance.choice((b"/", b"\0", b"x")))
    return data.replace(name, forged[: len(name)])


def forge_tar(chance: Random, data: bytes) -> bytes:
    """Forge a field of a tar header; in nine of ten cases correct its checksum."""
    starts = [
        at for at in range(0, len(data) - 511, TAR_BLOCK) if data[at + 257 : at + 262] == b"ustar"
    ]
    if not starts:
        return data
    at = chance.choice(starts)
    header = bytearray(data[at : at + TAR_BLOCK])
    offset, size = chance.choice(TAR_FIELDS)
    header[offset : offset + size] = _tar_value(chance, offset, size)[:size].ljust(size, b"\0")
    if chance.random() < 0.9:
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
    return data[:at] + bytes(header) + data[at + TAR_BLOCK :]


def _tar_value(chance: Random, offset: int, size: int) -> bytes:
    if size == 1:
        return bytes([chance.choice(TAR_TYPES)])
    if size > 32:
        return chance.choice(NAMES).encode("utf-8", "surrogatepass")
    if chance.random() < 0.5:
        return b"%o" % (chance.choice(BOUNDARIES) if offset == 124 else chance.randrange(99_999))
    return chance.choice(TAR_NUMBERS)


def forge_pax(chance: Random, data: bytes) -> bytes:
    """Put a pax header with a forged value before the archive's first member."""
    key = chance.choice(("size", "path", "mtime", "GNU.sparse.map", "GNU.sparse.size", "linkpath"))
    value = chance.choice((*NUMBERS, *NAMES)).encode("utf-8", "surrogatepass")
    line = b" %s=%s\n" % (key.encode(), value)
    length = chance.choice((len(line) + 2, len(line) + 3, 0, 99_999, 7))
    body = b"%d" % length + line
    header = bytearray(TAR_BLOCK)
    header[:3], header[156:157], header[257:265] = (
        b"pax",
        chance.choice((b"x", b"g")),
        b"ustar\x0000",
    )
    header[124:136] = b"%011o\0" % chance.choice((len(body), len(body), 0, 2**30))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + body + b"\0" * (-len(body) % TAR_BLOCK) + data


def forge_warc(chance: Random, data: bytes) -> bytes:
    """Replace a line of a header by a forged one, or insert the forged line before it."""
    lines = list(re.finditer(rb"[^\r\n]{1,500}\r\n", data))
    if not lines:
        return data
    at = chance.choice(lines)
    forged = chance.choice(WARC_LINES).encode("utf-8", "surrogatepass") + b"\r\n"
    end = at.end() if chance.random() < 0.7 else at.start()
    return data[: at.start()] + forged + data[end:]


def within_gzip(chance: Random, data: bytes) -> bytes:
    """Mutate the content of one of the gzip members and compress it again."""
    starts = [match.start() for match in re.finditer(b"\x1f\x8b\x08", data)]
    if not starts:
        return data
    start = chance.choice(starts)
    inflater = zlib.decompressobj(31)
    try:
        content = inflater.decompress(data[start:], 1_000_000)
    except zlib.error:
        return data
    changed = chance.choice((forge_warc, *GENERAL))(chance, content)
    packed = gzip.compress(changed, chance.choice((0, 1, 9)), mtime=0)
    return data[:start] + packed + inflater.unused_data


def within_zip(chance: Random, data: bytes) -> bytes:
    """Mutate the content of one of the members of a zip and pack all of them again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            members = {name: files.read(name) for name in files.namelist()}
    # An earlier mutation may have damaged any header, and the library raises what it likes.
    except Exception:  # noqa: BLE001
        return data
    if not members or sum(map(len, members.values())) > MOST_BYTES:
        return data
    name = chance.choice(list(members))
    members[name] = chance.choice(GENERAL)(chance, members[name])
    return zipped(members, chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def forge_gzip(chance: Random, data: bytes) -> bytes:
    """Forge the flags of a gzip header, or the checksum and length at the end of a member."""
    if len(data) < 18:
        return data
    if chance.random() < 0.5:
        return data[:3] + bytes([chance.randrange(256)]) + data[4:]
    trailer = struct.pack("<II", chance.randrange(2**32), chance.choice(BOUNDARIES) % 2**32)
    return data[:-8] + trailer


def forge_parquet(chance: Random, data: bytes) -> bytes:
    """Damage the footer of a Parquet file, or the length that leads to it."""
    if len(data) < 2 * PARQUET_END:
        return data
    (length,) = struct.unpack("<I", data[-8:-4])
    if chance.random() < 0.2:
        return data[:-8] + struct.pack("<I", chance.choice(BOUNDARIES) % 2**32) + data[-4:]
    start = max(len(data) - PARQUET_END - min(length, len(data)), 0)
    footer = bytearray(data[start:-PARQUET_END])
    for _ in range(chance.choice((1, 1, 2, 4)) if footer else 0):
        footer[chance.randrange(len(footer))] = chance.choice(
            (0, 1, 0x7F, 0xFF, chance.randrange(256))
        )
    return data[:start] + bytes(footer) + data[-PARQUET_END:]
