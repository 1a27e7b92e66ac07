"""Finding documents again by their locators: where they lie, and what reads just them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from config.errors import UsageError
from config.settings import ReadSettings
from tasks.read.plan import named_files
from tasks.read.spans import Batch, Span

# "folder/day.zip!page.html" is a document of the file "folder/day.zip"; a name that two files share
# ends with "!!2" (tasks.read.locators).
_FILE = re.compile(r"[^#!]*(?:!!\d+)?")
# Records that a batch reads: some seconds of work, and lost at most when a worker is killed.
_BATCH_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A document that lies in a file which is there.

    Attributes:
        path: of the file.
        locator: of the document, in the run that read it.
    """

    path: str
    locator: str

    @property
    def offset(self) -> int | None:
        """Of a record of a WARC on disk; None for any other document."""
        place, _, offset = self.locator.rpartition("#offset=")
        number = offset.partition("+")[0]
        return int(number) if place == file_of(self.locator) and number.isdecimal() else None


def file_of(locator: str) -> str:
    """The locator of the file that a document lies in."""
    match = _FILE.match(locator)
    return match[0] if match else ""


def files_of(
    inputs: Iterable[str], settings: ReadSettings, columns: Mapping[str, str]
) -> dict[str, str]:
    """The paths of all files that a run was given, by their locators.

    What is gone is left out. A file that was given alone and is there no longer may leave another
    file its locator: compare digests.

    Args:
        inputs: absolute paths, as the run named them.
    """
    there: list[str] = []
    for path in inputs:
        with suppress(UsageError, OSError):
            named_files([path], settings, columns)
            there.append(path)
    return named_files(there, settings, columns) if there else {}


def batches_of(documents: Sequence[Found]) -> tuple[list[Batch], dict[Found, int]]:
    """The batches that read these documents and no others, and the number of each one's file.

    Records of a WARC are read in the order of their offsets; other files are read whole, up to the
    last document that is wanted.
    """
    by_file: dict[str, list[Found]] = {}
    for document in documents:
        by_file.setdefault(document.path, []).append(document)
    numbers = {path: number for number, path in enumerate(sorted(by_file))}
    batches: list[Batch] = []
    for spans in _spans(by_file, numbers):
        only = tuple(sorted({locator for _, wanted in spans for locator in wanted}))
        own = tuple(span for span, _ in spans)
        batches.append(Batch(len(batches), own, sum(span.bytes for span in own), only=only))
    return batches, {document: numbers[document.path] for document in documents}


def _spans(
    by_file: Mapping[str, list[Found]], numbers: Mapping[str, int]
) -> Iterator[list[tuple[Span, list[str]]]]:
    """The spans of each batch, each with the locators that are wanted of it."""
    waiting: list[tuple[Span, list[str]]] = []
    for path, documents in sorted(by_file.items()):
        for span in _spans_of_file(numbers[path], documents):
            waiting.append(span)
            if len(waiting) >= _BATCH_DOCUMENTS:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _spans_of_file(number: int, documents: Sequence[Found]) -> Iterator[tuple[Span, list[str]]]:
    by_offset: dict[int, list[str]] = {}
    whole: list[str] = []
    for document in documents:
        offset = document.offset
        (whole if offset is None else by_offset.setdefault(offset, [])).append(document.locator)
    path, locator = documents[0].path, file_of(documents[0].locator)
    file = Span(number, path, locator, bytes=1)
    for offset, locators in sorted(by_offset.items()):
        yield replace(file, offsets=(offset, offset + 1)), locators
    if whole:
        yield file, whole
