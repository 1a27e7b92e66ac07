"""Checks that a damaged file raises no error, is accounted for, and costs no neighbour."""

import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

import pyarrow as pa

from config.settings import ProcessSettings, ReadSettings, load_settings
from tasks.execution.parts import as_row
from tasks.process.batch import Processed, process_batch
from tasks.read.batch import read_batch
from tasks.read.plan import batch_from_json, batch_to_json, plan_inputs
from tasks.records import Dropped, RawDocument
from tests.fuzz.samples import STORY, json_files, page
from tests.read.samples import assert_accounted
from warehouse.schema import PROCESSED

Outcome = RawDocument | Dropped

MOST_PROCESSED = 2  # of the documents of a damaged file; pages have a target of their own
MOST_DOCUMENT = 20_000
BOUNDS: tuple[dict[str, int], ...] = (
    {},
    {},
    {"stripe_bytes": 700, "batch_bytes": 900},
    {"document_bytes": 3_000},
    {"expansion_bytes": 20_000, "expansion_ratio": 5},
    {"nesting": 1, "member_bytes": 4_000},
    {"stripe_bytes": 300, "batch_bytes": 300, "batch_files": 2, "stripes": 3},
)
# With other batches these limits may be reached at another document.
BOUNDED = {"bomb", "too_large"}
NEIGHBOURS = {"a-page.html": page(1), "a-rows.jsonl": json_files()[2], "z-text.txt": STORY.encode()}
LOST = f"of the {len(NEIGHBOURS) + 2} documents of the neighbours are there, unchanged"


@dataclass(frozen=True, slots=True)
class Reading:
    """A check that reads a damaged file in a folder with good neighbours.

    Attributes:
        suffixes: right and wrong endings for the name of the file.
    """

    suffixes: tuple[str, ...]

    def __call__(self, data: bytes, chance: Random) -> None:
        """Read the folder, process some of its documents, and read it again in other batches."""
        path = _folder() / f"m{chance.choice(self.suffixes)}"
        path.write_bytes(data)
        try:
            bounds = chance.choice(BOUNDS)
            outcomes = read_folder(path.parent, bounds)
            check_outcomes(outcomes, is_counted=b"WARC/" not in _start(data))
            if not bounds:
                _check_parts(outcomes, read_folder(path.parent, chance.choice(BOUNDS[2::4])))
        finally:
            path.unlink()


def _start(data: bytes) -> bytes:
    """Return the first bytes, decompressed, by which a WARC is recognised."""
    if data.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            return zlib.decompressobj(31).decompress(data, 5)
    return data[:5]


def read_folder(folder: Path, bounds: dict[str, int]) -> list[Outcome]:
    """Return the outcomes of all batches of a folder, each written as JSON and read again."""
    settings = _settings().model_copy(update=bounds)
    plan = plan_inputs([folder], settings, columns={}, limit=None)
    batches = [batch_from_json(batch_to_json(batch)) for batch in plan.batches]
    return [outcome for batch in batches for outcome in read_batch(batch, settings, plan.columns)]


def check_outcomes(outcomes: list[Outcome], *, is_counted: bool) -> None:
    """Check that all documents are accounted for and can be stored, and no neighbour changed.

    Args:
        is_counted: whether the damaged file must have at least one row. A WARC may hold nothing but
            records that are no documents.
    """
    assert_accounted(outcomes)
    died = [one for one in outcomes if isinstance(one, Dropped) and one.reason == "reader_died"]
    assert not died, died[0].detail
    damaged = [outcome for outcome in outcomes if outcome.locator.startswith("m")]
    assert damaged or not is_counted, "no row says what became of the damaged file"
    whole = [outcome for outcome in outcomes if isinstance(outcome, RawDocument)]
    good = {one.locator: one.body for one in whole if not one.locator.startswith("m")}
    assert good == _neighbours(), f"only {len(good)} {LOST}"
    store(_few(damaged))


def store(outcomes: Iterable[Outcome]) -> list[Processed]:
    """Process documents and put the records into a table, as a worker does."""
    given = list(outcomes)
    processed = list(process_batch(given, _process_settings()))
    assert len(processed) == len(given), f"{len(given)} in, {len(processed)} out"
    for one in processed:
        reason = one.record.reason if isinstance(one.record, Dropped) else None
        assert reason != "internal_error", one.record
    rows = [as_row(one) for one in processed]
    pa.Table.from_pylist(rows, PROCESSED).validate(full=True)
    return processed


def _few(outcomes: list[Outcome]) -> Iterator[Outcome]:
    """Yield all dropped documents, but only a few others: pages have a target of their own."""
    room = MOST_PROCESSED
    for outcome in outcomes:
        if isinstance(outcome, Dropped):
            yield outcome
        elif room and len(outcome.body) <= MOST_DOCUMENT:
            room -= 1
            yield outcome


def _check_parts(whole: list[Outcome], parts: list[Outcome]) -> None:
    """Check that another split into batches gives the same outcomes."""
    assert_accounted(parts)
    found = [_described(one) for one in (whole, parts)]
    reasons = {one for every in found for one in every.values() if isinstance(one, str)}
    if not BOUNDED & reasons:
        assert found[0] == found[1], "another split into batches gives other outcomes"


def _described(outcomes: list[Outcome]) -> dict[str, object]:
    return {
        one.locator: one.reason if isinstance(one, Dropped) else replace(one, position=0)
        for one in outcomes
    }


@cache
def _settings() -> ReadSettings:
    return load_settings().read


@cache
def _process_settings() -> ProcessSettings:
    return load_settings().process


@cache
def _folder() -> Path:
    """Make the folder with the good neighbours, once per process."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_memory()))
    for name, content in NEIGHBOURS.items():
        (folder / name).write_bytes(content)
    return folder


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@cache
def _neighbours() -> dict[str, bytes]:
    return {
        one.locator: one.body
        for one in read_folder(_folder(), {})
        if isinstance(one, RawDocument) and not one.locator.startswith("m")
    }


Check = Callable[[bytes, Random], None]
