"""Finds documents again by their locators, and makes batches that read only these documents."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from config.errors import UsageError
from config.settings import ReadSettings
from tasks.read.locators import path_of
from tasks.read.plan import named_files
from tasks.read.spans import Batch, Span

# "folder/day.zip!page.html" is a document of the file "folder/day.zip"; a name that two files share
# ends with "!!2" (tasks.read.locators).
_FILE = re.compile(r"[^#!]*(?:!!\d+)?")
# Spans per batch. That is some seconds of work, which is lost if a worker is killed.
_BATCH_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document whose file still exists.

    Attributes:
        path: path of the file.
        locator: locator of the document in the run that read it.
    """

    path: str
    locator: str

    @property
    def offset(self) -> int | None:
        """Return the offset of a record of a WARC file on disk; None for any other document."""
        place, _, offset = self.locator.rpartition("#offset=")
        number = offset.partition("+")[0]
        return int(number) if place == file_of(self.locator) and number.isdecimal() else None


def file_of(locator: str) -> str:
    """Return the locator of the file that contains a document, `day.zip` for `day.zip!a.html`."""
    match = _FILE.match(locator)
    return match[0] if match else ""


def inputs_left(
    inputs: Iterable[str], settings: ReadSettings, columns: Mapping[str, str]
) -> list[str]:
    """Return the inputs of a run whose files still exist and can be read.

    Args:
        inputs: absolute paths and globs, as in the table `runs`.
    """
    left: list[str] = []
    for path in map(path_of, inputs):
        with suppress(UsageError, OSError):
            named_files([path], settings, columns)
            left.append(path)
    return left


def files_of(
    inputs: Collection[str], settings: ReadSettings, columns: Mapping[str, str]
) -> dict[str, str]:
    """Return the paths of the files of a run that still exist, keyed by locator.

    If a file of the run is missing, its locator may now belong to another file of the same name.
    Callers must compare digests. If the run had several inputs, the names of their files were as
    long as was needed to tell them apart, so a file is found by names of any length.

    Args:
        inputs: absolute paths and globs, as in the table `runs`.
    """
    left = inputs_left(inputs, settings, columns)
    had_others = len(inputs) > 1
    return named_files(left, settings, columns, had_others=had_others) if left else {}


def batches_of(documents: Sequence[FoundDocument]) -> tuple[list[Batch], dict[FoundDocument, int]]:
    """Return batches that read exactly these documents, and the file number of each document.

    Records of a WARC are read at their offsets, in order. All other files are read from the start,
    and their other documents are skipped.
    """
    by_file: dict[str, list[FoundDocument]] = {}
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
    by_file: Mapping[str, list[FoundDocument]], numbers: Mapping[str, int]
) -> Iterator[list[tuple[Span, list[str]]]]:
    """Yield the spans of each batch; with each span the locators that are wanted from it."""
    waiting: list[tuple[Span, list[str]]] = []
    for path, documents in sorted(by_file.items()):
        for span in _spans_of_file(numbers[path], documents):
            waiting.append(span)
            if len(waiting) >= _BATCH_DOCUMENTS:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _spans_of_file(
    number: int, documents: Sequence[FoundDocument]
) -> Iterator[tuple[Span, list[str]]]:
    """Yield one span per WARC record, and one for the whole file if it has other documents."""
    by_offset: dict[int, list[str]] = {}
    whole: list[str] = []
    for document in documents:
        offset = document.offset
        (whole if offset is None else by_offset.setdefault(offset, [])).append(document.locator)
    path, locator = documents[0].path, file_of(documents[0].locator)
    file = Span(number, path, locator, bytes=1)
    for offset, locators in sorted(by_offset.items()):
        # A range of one byte contains the beginning of exactly one record.
        yield replace(file, offsets=(offset, offset + 1)), locators
    if whole:
        yield file, whole
