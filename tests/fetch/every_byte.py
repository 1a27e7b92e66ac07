"""The bytes of all files in a folder, decompressed, for tests that search for a key."""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq


def files_with(key: str, folder: Path) -> list[Path]:
    """Return the files below a folder that hold a key, compressed or not."""
    return [path for path, content in every_byte(folder) if key.encode() in content]


def every_byte(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield each file with its bytes, and once more with its decompressed bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path, content
            yield path, _unpacked(path, content)


def _unpacked(path: Path, content: bytes) -> bytes:
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"PAR1") and content.endswith(b"PAR1"):
        return repr(pq.read_table(path).to_pylist()).encode()
    if content.startswith(b"Obj\x01"):
        return b"".join(_inflated(content))
    return b""


def _inflated(avro: bytes) -> Iterator[bytes]:
    """Yield the blocks of an Avro file, which lie between its 16 bytes of synchronisation."""
    sync = avro[-16:]
    for block in avro.split(sync):
        for skipped in range(min(24, len(block))):
            with suppress(zlib.error):
                found = zlib.decompress(block[skipped:], -15)
                if re.search(rb"[ -~]{8}", found):
                    yield found
