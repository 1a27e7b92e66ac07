"""Reads lists of addresses: a line each, a column of a table, or an export of GDELT."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from config.settings import ReadSettings
from tasks.read.archives import read_tar, read_zip
from tasks.read.fields import find_columns
from tasks.read.formats.csv_dialects import csv_dialect, first_rows
from tasks.read.formats.csv_rows import read_csv
from tasks.read.formats.json_prefix import sample_rows
from tasks.read.formats.json_rows import read_array, read_lines, read_objects
from tasks.read.inflating import expand
from tasks.read.kinds import COMPRESSIONS, HEAD_BYTES, Kind, Sniffed
from tasks.read.outline import sniff_stream
from tasks.read.place import Place, Tally
from tasks.read.rows import row_names
from tasks.read.streams import buffered, fault_of, open_file
from tasks.read.transcoding import Transcoding
from tasks.read.values import is_address, value_at
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]
_Rows = Sequence[Mapping[str, object]]

MOST_ENTRY_BYTES = 8_192
_CELLS = re.compile(r"[\t ]+")
_JSON = {
    Kind.JSON_LINES: read_lines,
    Kind.JSON_OBJECT: read_objects,
}


def read_addresses(path: Path, settings: ReadSettings) -> _Outcomes:
    """Yield a document per line or row, whose body is what should be an address.

    The list may be compressed, or stand in a zip, as those of GDELT do. Empty lines, and lines that
    begin with "#", are ignored.

    Raises:
        OSError: the list cannot be opened.
    """
    with open_file(str(path), settings) as stream:
        tally = Tally(0, size=path.stat().st_size)
        place = Place(path.name, path.name.lower(), tally, settings, {}, path=path.name)
        yield from _read(stream, place)


def _read(stream: io.BufferedReader, place: Place) -> _Outcomes:
    sniffed = sniff_stream(stream, place.name, place.columns)
    kind = sniffed.kind
    if kind in COMPRESSIONS and place.depth < place.settings.nesting:
        yield from _read(expand(stream, kind, place.settings), place.decompressed())
    elif kind in (Kind.ZIP, Kind.TAR) and place.depth < place.settings.nesting:
        yield from (read_zip if kind is Kind.ZIP else read_tar)(stream, place, _read)
    elif kind is Kind.CSV or kind is Kind.JSON_ARRAY or kind in _JSON:
        yield from _read_table(stream, place, sniffed)
    elif kind is Kind.TEXT:
        yield from _read_lines(buffered(Transcoding(stream, sniffed.encoding)), place)
    else:
        yield from place.drop(Reason.UNKNOWN_FORMAT, f"{sniffed.in_words} is no list of addresses")


def _read_table(stream: io.BufferedReader, place: Place, sniffed: Sniffed) -> _Outcomes:
    """Yield the rows of a table, read with its column of addresses for the text."""
    head = stream.peek(HEAD_BYTES).decode(sniffed.encoding or "utf-8", "replace")
    names, rows = _csv_head(head) if sniffed.kind is Kind.CSV else _json_head(head)
    column = _address_column(names, rows)
    if column is None:
        detail = f"no column of addresses, only {', '.join(names)[:300]}"
        yield from place.drop(Reason.NO_KNOWN_COLUMNS, detail)
        return
    place = replace(place, columns={"text": column})
    if sniffed.kind is Kind.CSV:
        yield from read_csv(stream, place, sniffed.encoding)
    elif sniffed.kind is Kind.JSON_ARRAY:
        yield from read_array(stream, place, sniffed.encoding)
    else:
        text = buffered(Transcoding(stream, sniffed.encoding)) if sniffed.encoding else stream
        yield from _JSON[sniffed.kind](text, place)


def _csv_head(head: str) -> tuple[Sequence[str], _Rows]:
    dialect = csv_dialect(head, {})
    return dialect.header, first_rows(head, dialect)


def _json_head(head: str) -> tuple[Sequence[str], _Rows]:
    rows = [row for row in sample_rows(head.encode(), {}) if isinstance(row, Mapping)]
    return tuple(dict.fromkeys(name for row in rows for name in row_names(row))), rows


def _address_column(names: Sequence[str], rows: _Rows) -> str | None:
    """Return the column named as an address, else the one with most addresses; None if none has."""
    named = find_columns(names, {}).get("url", ())
    counts = Counter(
        name
        for row in rows
        for name in names
        if isinstance(value := value_at(row, name), str) and is_address(value)
    )
    for name in named:
        if counts[name] or not rows:
            return name
    best = counts.most_common(1)
    return best[0][0] if best and 2 * best[0][1] >= len(rows) else None


def _read_lines(stream: io.BufferedReader, place: Place) -> _Outcomes:
    number = 0
    while line := stream.readline(MOST_ENTRY_BYTES + 1):
        number += 1
        suffix = f"#row={number}"
        if len(line) > MOST_ENTRY_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(HEAD_BYTES)
            yield from place.drop(Reason.TOO_LARGE, "the line", suffix=suffix)
            continue
        text = line.decode("utf-8", "replace").strip()
        is_heading = number == 1 and text.lower() in ("url", "urls")
        if text and not text.startswith("#") and not is_heading:
            yield from _read_line(text, place, suffix)
    if fault := fault_of(stream):
        yield from place.drop(fault, "and what follows", suffix=f"#row={number + 1}")


def _read_line(text: str, place: Place, suffix: str) -> _Outcomes:
    """Yield the address of a line; other columns beside it, parted by tabs, are left out."""
    cells = _CELLS.split(text) if "\t" in text else [text]
    address = next((cell for cell in cells if is_address(cell)), text)
    position = place.tally.claim()
    if position is not None:
        yield RawDocument(place.locator + suffix, position, "text", address.encode())
