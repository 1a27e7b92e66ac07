"""What independent readers find in the raw zone of a warehouse."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

ANSWERS = {"response", "revisit"}


@dataclass(frozen=True, slots=True)
class Record:
    """One record: what it holds, and of which address."""

    kind: str
    url: str
    record_id: str
    body: bytes


def answers(warehouse: Path) -> dict[tuple[str, int], Record]:
    """All records with an answer, by file (within the warehouse) and offset."""
    found = {}
    for path in warc_files(warehouse):
        with path.open("rb") as file:
            reader = ArchiveIterator(file)
            for record in reader:
                body = record.raw_stream.read()
                if record.rec_type in ANSWERS:
                    found[path.relative_to(warehouse).as_posix(), reader.get_record_offset()] = (
                        Record(
                            record.rec_type,
                            record.rec_headers.get_header("WARC-Target-URI"),
                            record.rec_headers.get_header("WARC-Record-ID"),
                            body,
                        )
                    )
    return found


def warc_files(warehouse: Path) -> list[Path]:
    return sorted((warehouse / "raw").rglob("*.warc.gz"))


def faults(warehouse: Path) -> str:
    """What `warcio check` complains of in any file of the raw zone; nothing if all are good."""
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *warc_files(warehouse)],
        capture_output=True,
        text=True,
        check=False,
    )
    return checked.stdout + checked.stderr if checked.returncode else ""
