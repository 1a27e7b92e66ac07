"""The files of one batch that its workers make: parts, records of attempts, and `done`.

They lie in the run's folder or, if the workers do not share it, in a bucket
(`tasks.execution.exchange`). All that a worker and the pipeline do with them is stated here once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.read.plan import batch_from_json
from warehouse.files import write_bytes, written_aside

# A file of this name beside `run.json` says in which bucket the run's parts lie.
EXCHANGE_FILE = "exchange.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A file with consecutive documents of a batch: numbers `first` to `end` - 1.

    Attributes:
        name: the name of the file.
        bytes, sha256: size and hash of a file in a bucket; a file on disk needs neither.
    """

    name: str
    first: int
    end: int
    bytes: int = 0
    sha256: str = ""


class BatchFiles(Protocol):
    """The place of the files of a batch; each file is there as a whole or not at all."""

    @property
    def number(self) -> str:
        """Return the number of the batch as its names have it, such as "00002"."""

    def parts(self) -> Iterator[Part]:
        """Yield all parts of the batch, of all attempts."""

    def write_part(self, rows: pa.Table, first: int) -> Part:
        """Write the documents from number `first` on as a part."""

    def is_done(self) -> bool:
        """Return whether the batch is finished."""

    def write_done(self, result: Mapping[str, Any], parts: list[Part]) -> None:
        """Mark the batch as finished, with the list of its parts."""

    def attempts(self) -> list[str]:
        """Return the names of the records of attempts."""

    def record(self, attempt: str) -> None:
        """Write the record of an attempt, a name without content."""

    def forget(self, attempt: str) -> None:
        """Remove the record of an attempt."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a batch in the run's folder.

    Attributes:
        batch_file: the file with the plan of the batch, in the folder `batches`.
    """

    batch_file: Path

    @property
    def number(self) -> str:
        """Return the number of the batch."""
        return self.batch_file.stem

    def parts(self) -> Iterator[Part]:
        """Yield the parts by their names."""
        for path in self._folder("parts").glob(f"{self.number}-*-*.parquet"):
            _, first, documents = path.stem.split("-")
            yield Part(path.name, int(first), int(first) + int(documents))

    def write_part(self, rows: pa.Table, first: int) -> Part:
        """Write a part; the same documents always give the same name."""
        path = self._folder("parts") / f"{self.number}-{first:09}-{rows.num_rows}.parquet"
        with written_aside(path) as aside:
            pq.write_table(rows, aside, compression="zstd")
        return Part(path.name, first, first + rows.num_rows)

    def is_done(self) -> bool:
        """Return whether the file `done` exists."""
        return self.done_file.is_file()

    def write_done(self, result: Mapping[str, Any], parts: list[Part]) -> None:
        """Write the file `done`."""
        done = {**result, "parts": [part.name for part in parts]}
        write_bytes(self.done_file, orjson.dumps(done))

    @property
    def done_file(self) -> Path:
        """Return the path of the file whose existence marks the batch as finished."""
        return self._folder("done") / self.batch_file.name

    def attempts(self) -> list[str]:
        """Return the names in `attempted` without the number of the batch."""
        begin = f"{self.number}-"
        found = self._folder("attempted").glob(f"{begin}*")
        return [path.name.removeprefix(begin) for path in found]

    def record(self, attempt: str) -> None:
        """Make an empty file."""
        folder = self._folder("attempted")
        folder.mkdir(exist_ok=True)
        (folder / f"{self.number}-{attempt}").touch()

    def forget(self, attempt: str) -> None:
        """Remove the file, if it is there."""
        (self._folder("attempted") / f"{self.number}-{attempt}").unlink(missing_ok=True)

    def _folder(self, name: str) -> Path:
        return self.batch_file.parent.parent / name


def files_of_batch(batch_file: Path) -> BatchFiles:
    """Return the place for the files of a batch, as the folder of its run says."""
    if (batch_file.parent.parent / EXCHANGE_FILE).is_file():
        # Only a run that uses a bucket pays for the import of its client.
        from tasks.execution.exchange import exchange_of

        return exchange_of(batch_file).files(batch_file.stem)
    return FolderFiles(batch_file)


def read_in(folder: Path, batches: Sequence[Path]) -> bool:
    """Return whether a batch reads a file in a folder."""
    begin = f"{folder}/"
    return any(
        span.path.startswith(begin)
        for path in batches
        for span in batch_from_json(path.read_bytes()).spans
    )
