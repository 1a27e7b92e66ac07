"""CPU seconds and peak memory of reading one large file, which must not grow with its size.

`python -m tests.benchmarks large-csv=1000 large-docx=200` measures files of so many MB.
"""

import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.read.samples import WORD

READ = """
import os, sys
from pathlib import Path
from config.settings import load_settings
from tasks.read.batch import read_batch
from tasks.read.spans import Batch, Span
path = Path(sys.argv[1])
span = Span(0, str(path), path.name, path.stat().st_size)
counts = {}
for outcome in read_batch(Batch(0, (span,), span.bytes), load_settings().read, {}):
    reason = getattr(outcome, "reason", "documents")
    counts[reason] = counts.get(reason, 0) + 1
status = Path("/proc/self/status").read_text().splitlines()
peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
print(int(peak) * 1024, sum(os.times()[:2]), counts)
"""
_WORDS = 40_000  # different ones, so that texts do not shrink to nothing
_TEXT_WORDS = 400


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file took.

    Attributes:
        peak: the peak of resident memory in bytes.
        counts: documents, and rows by reason, as written.
    """

    peak: int
    cpu: float
    counts: str


def read_large(path: Path) -> Reading:
    """Read a file as one batch, in a process of its own."""
    command = [sys.executable, "-P", "-c", READ, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak, cpu, counts = done.stdout.split(maxsplit=2)
    return Reading(int(peak), float(cpu), counts.strip())


def write_large_csv(path: Path, size: int) -> None:
    """Write a CSV of about so many bytes."""
    with path.open("w") as file:
        file.write("url,title,text,label\n")
        for number, text in enumerate(_texts()):
            file.write(f'https://www.hembrypost.example/{number},Story {number},"{text}",a\n')
            if file.tell() >= size:
                return


def write_large_docx(path: Path, size: int) -> None:
    """Write a download of Nexis Uni as a DOCX of about so many bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open("word/document.xml", "w", force_zip64=True) as main:
            main.write(f'<w:document xmlns:w="{WORD}"><w:body>'.encode())
            for number, text in enumerate(_texts()):
                lines = (
                    *(f"Story {number}", "The Hembry Post", "May 10, 2013 Friday"),
                    *("Length: 400 words", "Body", text, "Load-Date: May 11, 2013"),
                    "End of Document",
                )
                paragraphs = (f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
                main.write("".join(paragraphs).encode())
                if path.stat().st_size >= size:
                    break
            main.write(b"</w:body></w:document>")


def _texts() -> Iterator[str]:
    """Yield texts without end, the same ones each time."""
    chance = random.Random(7)
    words = [f"{chance.getrandbits(48):x}" for _ in range(_WORDS)]
    while True:
        yield " ".join(chance.choices(words, k=_TEXT_WORDS))


def report_large(folder: Path, name: str, megabytes: int) -> None:
    """Print the cost of a file of so many MB."""
    path = folder / f"large.{name}"
    WRITERS[name](path, megabytes * 1_000_000)
    size = path.stat().st_size / 1e6
    found = read_large(path)
    path.unlink()
    print(
        f"{name.upper()} of {size:,.0f} MB: {found.cpu:.1f} CPU s, "
        f"peak {found.peak / 1e6:,.0f} MB; {found.counts}",
        flush=True,
    )


def report_csv(folder: Path, megabytes: int = 100) -> None:
    report_large(folder, "csv", megabytes)


def report_docx(folder: Path, megabytes: int = 20) -> None:
    report_large(folder, "docx", megabytes)


def report(folder: Path) -> None:
    """Measure each at its usual size."""
    for one in REPORTS.values():
        one(folder)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "csv": write_large_csv,
    "docx": write_large_docx,
}
REPORTS: dict[str, Callable[..., None]] = {"large-csv": report_csv, "large-docx": report_docx}
