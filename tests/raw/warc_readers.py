"""Independent readers of WARC files."""

import gzip
import subprocess
import sys
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioIterator


def check(*paths: Path) -> None:
    """Assert that each record is whole and has a correct digest, by warcio and fastwarc."""
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for path in paths:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False):
                has_payload = "WARC-Payload-Digest" in record.headers
                assert has_payload or record.verify_block_digest(), path
                if record.record_type == WarcRecordType.response:
                    record.parse_http(auto_decode="none")
                    assert record.verify_payload_digest(), path


def types(path: Path) -> list[str]:
    with path.open("rb") as stream:
        return [
            record.rec_type
            for record in WarcioIterator(stream, check_digests="raise", ensure_http_headers=False)
            if record.content_stream().read() is not None
        ]


def members(path: Path) -> list[bytes]:
    """Return the records of a file, each decompressed from its own gzip member."""
    data = path.read_bytes()
    with path.open("rb") as stream:
        starts = [record.stream_pos for record in ArchiveIterator(stream, parse_http=False)]
    ends = [*starts[1:], len(data)]
    return [gzip.decompress(data[start:end]) for start, end in zip(starts, ends, strict=True)]
