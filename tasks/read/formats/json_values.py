"""The values of a JSON file as numbered rows; the first value decides how all of them are read."""

import json
from collections.abc import Iterator, Mapping
from typing import Literal

import orjson

from tasks.read.formats.json_shapes import as_table_row, header_of, rows_within
from tasks.read.place import Place, dropped
from tasks.read.rows import row_outcome
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]


def row_bytes(place: Place) -> int:
    """Return how large a row may be: JSON escapes make it larger, and there are other fields."""
    return 2 * place.settings.document_bytes


class JsonRows:
    """The rows of one file, numbered; the first value that parses decides what the others are.

    Attributes:
        number: of the last row.
    """

    def __init__(
        self, place: Place, header: tuple[str, ...] | None = None, *, single: bool = False
    ) -> None:
        """Begin a file.

        Args:
            header: the columns of rows that are lists, where something before names them.
            single: the file has one value. What an envelope says around its rows is the same for
                all of the file then, such as the status of an API's answer, and is left out.
        """
        self.number = 0
        self._place = place
        self._with_envelope = not single
        self._header = header or ()
        self._values: Literal["unknown", "rows", "envelopes", "lists"] = (
            "unknown" if header is None else "lists"
        )

    def read(self, data: bytes) -> _Outcomes:
        """Yield the outcomes of the next value."""
        if self._values == "unknown":
            value, problem = parse_json(data)
            if problem is None and self._decide(value):
                return
        if self._values == "envelopes":
            yield from self._open(data)
            return
        self.number += 1
        position = self._place.tally.claim()
        if position is not None:  # another stripe's rows are not even parsed
            yield self._outcome(data, position)

    def drop(self, reason: Reason, detail: str, size: int | None = None) -> _Outcomes:
        """Yield the outcome of a value that cannot be read."""
        self.number += 1
        yield from self._place.drop(reason, detail, suffix=f"#row={self.number}", size=size)

    def skip(self) -> None:
        """Count a blank line."""
        if self._values != "envelopes":
            self.number += 1

    def _decide(self, value: object) -> bool:
        """Decide what the values of the file are; return whether this one is only a header."""
        if isinstance(value, list) and value and not isinstance(value[0], Mapping | list):
            self._values = "lists"
            self._header = header_of(value, self._place.columns)
            return bool(self._header)
        opens = rows_within(value, self._place.columns) is not None
        self._values = "envelopes" if opens else "rows"
        if opens:
            self.number = 0
        return False

    def _outcome(self, data: bytes, position: int) -> RawDocument | Dropped:
        locator = f"{self._place.locator}#row={self.number}"
        row, problem = parse_json(data)
        if problem:
            return dropped(locator, position, Reason.BAD_ROW, problem)
        if self._values == "lists" and isinstance(row, list):
            row = as_table_row(row, self._header)
        return row_outcome(row, self._place, locator, position)

    def _open(self, data: bytes) -> _Outcomes:
        """Yield the rows of an envelope; a value without rows is one."""
        value, problem = parse_json(data)
        if problem:
            yield from self.drop(Reason.BAD_ROW, problem)
            return
        columns = self._place.columns
        found = rows_within(value, columns, with_envelope=self._with_envelope)
        for row in [value] if found is None else found:
            self.number += 1
            position = self._place.tally.claim()
            if position is not None:
                locator = f"{self._place.locator}#row={self.number}"
                yield row_outcome(row, self._place, locator, position)


def parse_json(data: bytes) -> tuple[object, str | None]:
    """Return the value, or what is wrong with it in a line.

    orjson refuses what Python's own writer produces: NaN, and escapes of lone surrogates. Lines
    that were cut from an array end with a comma.
    """
    try:
        return orjson.loads(data), None
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data.decode("utf-8").rstrip().removesuffix(",")), None
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 at byte {error.start}"
    except RecursionError:
        return None, "nested too deep"
    except json.JSONDecodeError as error:
        fault = error.msg[:1].lower() + error.msg[1:]
        return None, f"no JSON from character {error.pos + 1} on: {fault}"
    except ValueError:  # Python reads no integers of more than 4,300 digits
        return None, "a number of too many digits"
