"""Hostile files of every known kind: each might crash, hang or mislead a reader."""

import gzip
import io
import os
import socket
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.pipeline.archives import page, story
from tests.read.samples import record
from tests.read.test_archives import pax_header, tarred, with_shared_bytes, zipped

MEGABYTE = 1_000_000
TEXT = story(9_001).replace("\n", " ")


def _zip_with_empty_name() -> bytes:
    return zipped({"x": page(9_002).encode()}).replace(b"\x01\0\0\0x", b"\0\0\0\0")


def _huge_member() -> bytes:
    """Return a tar whose header claims 2 ** 95 bytes, in base 256, for a symbolic link."""
    info = tarfile.TarInfo("huge.html")
    info.type = tarfile.SYMTYPE
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"\x80" + b"\x7f" + b"\xff" * 10
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def _forged_length() -> bytes:
    return record(1, compressed=False).replace(b"Content-Length: ", b"Content-Length: 9999999", 1)


def _date_out_of_the_years() -> bytes:
    return record(2, page(9_003).encode(), warc={"WARC-Date": "0001-01-01T00:00:00+23:00"})


def _long_header() -> bytes:
    return record(3, page(9_004).encode(), http={"X-Long": "x" * 70_000})


def _parquet(text: str = TEXT) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"text": [text] * 3}), out, compression="none")
    return out.getvalue()


def _forged_footer() -> bytes:
    data = bytearray(_parquet())
    data[-8:-4] = (2**31 - 1).to_bytes(4, "little")
    return bytes(data)


def _forged_pages() -> bytes:
    data = bytearray(_parquet())
    data[4:60] = b"\xff" * 56
    return bytes(data)


def _attributes() -> str:
    return "<p " + " ".join(f"a{number}=1" for number in range(300_000)) + f">{TEXT}</p>"


def _nested_zip() -> bytes:
    data = page(9_005).encode()
    for _ in range(9):
        data = zipped({"inner.zip": data})
    return data


def _jsonl(field: str, value: str) -> str:
    return f'{{"text": "{TEXT}", "{field}": {value}}}\n'


FILES: dict[str, Callable[[], bytes | str]] = {
    "announces-more.tar": lambda: pax_header(size="99999999999999") + tarred({"a.html": b"x"}),
    "huge-member.tar": _huge_member,
    "damaged-header.tar": lambda: b"\xff" * 100 + tarred({"a.html": b"x"})[100:],
    "out-of-it.tar": lambda: tarred({"../../up.html": page(9_006).encode()}),
    "digits.json": lambda: f"[{_jsonl('n', '9' * 5_000)}]",
    "digits.jsonl": lambda: _jsonl("n", "9" * 5_000) + _jsonl("title", "1e999"),
    "deep.json": lambda: "[" * 100_000 + "]" * 100_000,
    "deep-title.jsonl": lambda: _jsonl("title", "[" * 900 + "]" * 900),
    "surrogates.jsonl": lambda: _jsonl("title", r'"\ud800\udfff\ud83d"'),
    "commas.json": lambda: '[{"a": ' + '"x", ' * 200_000 + '"',
    "line.jsonl": lambda: '{"text": "' + "x" * 30 * MEGABYTE,
    "shared-bytes.zip": lambda: with_shared_bytes(50),
    "empty-name.zip": _zip_with_empty_name,
    "nested.zip": _nested_zip,
    "cut.zip": lambda: zipped({"a.html": page(9_007).encode()})[:-30],
    "bomb.zip": lambda: zipped({"a.html": bytes(150 * MEGABYTE)}),
    "bomb.jsonl.gz": lambda: gzip.compress(bytes(150 * MEGABYTE)),
    "tiny-members.gz": lambda: gzip.compress(b"") * 50_000,
    "cut.warc.gz": lambda: record(4, page(9_008).encode())[:-40],
    "forged-length.warc": _forged_length,
    "beyond-file-systems.warc": lambda: _forged_length().replace(b"9999999", b"99999999999"),
    "list-in-string.jsonl": lambda: _jsonl("authors", f'"[{"1if " * 9_000}1]"'),
    "year-one.warc.gz": _date_out_of_the_years,
    "long-header.warc.gz": _long_header,
    "no-address.warc.gz": lambda: record(
        5, page(9_009).encode(), warc={"WARC-Target-URI": "http://[::1"}
    ),
    "footer.parquet": _forged_footer,
    "pages.parquet": _forged_pages,
    "no-columns.parquet": lambda: _parquet().replace(b"text", b"tuxt"),
    "open-quote.csv": lambda: f'text,title\n"{TEXT},x\n' + ("word " * 200 + "\n") * 11_000,
    "quotes.csv": lambda: "text,title\n" + 'x","y\na,b\n' * 4_000,
    "zeros.csv": lambda: b"text,title\n" + b"\0" * MEGABYTE,
    "tags.html": lambda: "<p>" + "<br>" * 300_000 + TEXT,
    "attributes.html": _attributes,
    "deep.html": lambda: "<div>" * 100_000 + TEXT,
    "entities.html": lambda: "&amp;" * 1_200_000,
    "errors.html": lambda: f"<title>{'error ' * 60}x</title><p>{TEXT}</p>",
    "comments.html": lambda: "<!--" * 400_000,
    "zeros.html": lambda: bytes(MEGABYTE),
    "noise.html": lambda: os.urandom(MEGABYTE),
    "entities.xml": lambda: '<!DOCTYPE r [<!ENTITY a "aa">]><r>&a;</r>',
    "empty.html": lambda: "",
    "name\udcff\udcfe.html": lambda: "x",
    "a!b#c.html": lambda: "x",
    "[x].html": lambda: "x",
    "line\nbreak\x1b[31m.html": lambda: "x",
    "x" * 250 + ".txt": lambda: "",
}


def write_killers(folder: Path, outside: Path) -> set[str]:
    """Write one file of each kind into a folder; return their names as they stand in locators.

    Args:
        outside: a file elsewhere, to which a link leads.
    """
    for name, content in FILES.items():
        made = content()
        (folder / name).write_bytes(made if isinstance(made, bytes) else made.encode())
    (folder / "[").mkdir()
    (folder / "[" / "x].html").write_text("x")
    _write_what_is_no_file(folder, outside)
    return {
        _as_in_locators(path.relative_to(folder)) for path in folder.rglob("*") if _counts(path)
    }


def _write_what_is_no_file(folder: Path, outside: Path) -> None:
    (folder / "out.html").symlink_to(outside)
    (folder / "device.html").symlink_to("/dev/zero")
    (folder / "broken.html").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.html")
    with socket.socket(socket.AF_UNIX) as listener, suppress(OSError):  # its path may be too long
        listener.bind(str(folder / "socket.html"))
    (folder / "unreadable.html").write_text(page(9_010))
    (folder / "unreadable.html").chmod(0)


def _counts(path: Path) -> bool:
    return path.is_symlink() or not path.is_dir()


def _as_in_locators(path: Path) -> str:
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return name.replace("!", "%21").replace("#", "%23")
