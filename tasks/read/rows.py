"""One row of an archive (JSON, CSV, Parquet) as a raw document."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tasks.read.field_names import FIELD_CONTAINERS, WITH_PATHS
from tasks.read.fields import Columns, find_columns
from tasks.read.formats.ninjs import is_ninjs, ninjs_row
from tasks.read.place import Place, dropped
from tasks.read.text_columns import without_text
from tasks.read.values import as_body, as_string, as_strings, is_address, text_key, value_at
from tasks.reasons import Reason
from tasks.records import Declared, Dropped, RawDocument
from tasks.web.json_text import json_of

_DEEPEST_FIELD = 3  # data.article.title
_MOST_NAMES = 300
_UTC_LENGTH = len("2023-05-10T06:15:00")

# What JSON calls the values that Python has for it; all others are numbers.
_KINDS = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}


def read_row(
    row: object, place: Place, suffix: str, *, at: int | None = None
) -> Iterator[RawDocument | Dropped]:
    """Yield exactly one outcome for a row that this stripe reads; none for another stripe's."""
    position = place.tally.claim(at)
    if position is not None:
        yield row_outcome(row, place, place.locator + suffix, position)


def row_outcome(row: object, place: Place, locator: str, position: int) -> RawDocument | Dropped:
    """Return a document of media "html" if the row has HTML, of media "text" if only text.

    Dates stay as written: what they mean is decided in processing.
    """
    if not isinstance(row, Mapping):
        kind = _KINDS.get(type(row), "a number")
        return dropped(locator, position, Reason.BAD_ROW, f"{kind} instead of an object")
    fields = RowFields(row, place.columns)
    url = fields.url()
    html = fields.body("html")
    body = html or fields.body("text")
    declared = fields.declared()
    report = place.monitor.reports.of(place.locator)
    report.count_row(fields.used, declared.extra, declared.published)
    if not body:
        # An item of ninjs without a text is a picture or an event.
        detail = None if is_ninjs(row) else without_text(fields.names, row, place.columns)
        outcome = dropped(locator, position, Reason.NO_TEXT, detail, url=url)
        return replace(outcome, extra=json_of(declared.extra))
    if len(body) > place.settings.document_bytes:
        return replace(dropped(locator, position, Reason.TOO_LARGE, url=url), bytes=len(body))
    return RawDocument(
        locator=locator,
        position=position,
        media="html" if html else "text",
        body=body,
        url=url,
        charset=None if html and fields.is_binary("html") else "utf-8",
        declared=declared,
    )


class RowFields:
    """The values of a row by field; remembers which columns they were taken from.

    Attributes:
        names: the columns, those in containers as paths.
        used: the field that each column gave, as far as fields were asked for.
    """

    def __init__(self, row: Mapping[str, Any], columns: Mapping[str, str]) -> None:
        """Find the fields of a row.

        Args:
            columns: the user's own choice.
        """
        if is_ninjs(row):
            row = ninjs_row(row, columns)
        self._row = row
        self._columns = columns
        self.names = row_names(row)
        self._found: Columns = find_columns(self.names, columns)
        self.used: dict[str, str] = {}  # column to field

    def url(self) -> str | None:
        """Return the address; a column such as `id` counts only where it has one."""
        chosen = "url" in self._columns
        for column in self._found.get("url", ()):
            text = as_string(value_at(self._row, column))
            if text and (chosen or not _may_be_id(column) or is_address(text)):
                self.used[column] = "url"
                return text
        return None

    def string(self, field: str) -> str | None:
        """Return the first value of a field that is a string or can be one."""
        found: str | None = self._first(field, as_string) if field in self._found else None
        return found

    def strings(self, field: str, *, names: bool) -> tuple[str, ...]:
        """Return the first value of a field that is a list or can be one."""
        if field not in self._found:
            return ()
        return self._first(field, lambda value: as_strings(value, names=names)) or ()

    def body(self, field: str) -> bytes | None:
        """Return the text or page; what is a container of fields is none."""
        for column in self._found.get(field, ()):
            value = value_at(self._row, column)
            if not _is_container(column, value) and (body := as_body(value)):
                key = text_key(value) if isinstance(value, Mapping) else None
                self.used[f"{column}.{key}" if key else column] = field
                return body
        return None

    def is_binary(self, field: str) -> bool:
        """Return whether a field comes as bytes, whose charset is not known."""
        values = (value_at(self._row, column) for column in self._found.get(field, ()))
        return any(isinstance(value, bytes) and value for value in values)

    def declared(self) -> Declared:
        """Return all that the row says of its document beside the address and the body."""
        publication = self._first("publication", _no_address)
        return Declared(
            title=self.string("title"),
            description=self.string("description"),
            authors=self.strings("authors", names=True),
            published=self._date("published"),
            modified=self._date("modified"),
            language=self.string("language"),
            publication=publication,
            section=self._first("section", _no_ids),
            keywords=self.strings("keywords", names=False),
            image_url=self.string("image_url"),
            extra=self._extra(),
        )

    def _date(self, field: str) -> str | None:
        """Return a date as written; WordPress's `date_gmt` is in UTC and does not say so."""
        if field not in self._found:
            return None
        text = self.string(field)
        if text and len(text) == _UTC_LENGTH:
            gmt = (column for column in self._found[field] if column.lower().endswith("_gmt"))
            if any(as_string(value_at(self._row, column)) == text for column in gmt):
                return text + "Z"
        return text

    def _first(self, field: str, read: Callable[[Any], Any]) -> Any:
        for column in self._found.get(field, ()):
            if column not in self.used:
                value = value_at(self._row, column)
                if not _is_container(column, value) and (found := read(value)):
                    self.used[column] = field
                    return found
        return None

    def _extra(self) -> dict[str, Any]:
        """Return what no field was taken from, with its own names and nesting."""
        row, used = self._row, self.used
        rest = {
            name: value
            for name, value in row.items()
            if (name not in used or (type(value) is dict and not _is_used_up(value)))
            and (value or value == 0)
            and value == value  # NaN is not
        }
        for path in used:
            top, dot, below = path.partition(".")
            if dot and top in rest and path not in row:
                if smaller := _without(rest[top], below):
                    rest[top] = smaller
                else:
                    del rest[top]
        return rest


def row_names(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns of a row, and the paths of those within its containers."""
    if dict not in map(type, row.values()):
        return tuple(row)
    return tuple(_names(row, "", 1))[:_MOST_NAMES]


def _names(row: Mapping[str, Any], prefix: str, depth: int) -> Iterator[str]:
    for name, value in row.items():
        yield prefix + name
        opens = name.lower() in FIELD_CONTAINERS or name in WITH_PATHS
        if opens and depth < _DEEPEST_FIELD and isinstance(value, Mapping):
            yield from _names(value, f"{prefix}{name}.", depth + 1)


def _no_address(value: object) -> str | None:
    text = as_string(value)
    return None if text and is_address(text) else text


def _no_ids(value: object) -> str | None:
    """Return a section's name; WordPress gives the numbers of categories in a list."""
    return None if isinstance(value, list) and value and type(value[0]) is int else as_string(value)


def _is_container(column: str, value: object) -> bool:
    """Return whether a column holds fields of the article, and is none itself."""
    return type(value) is dict and column.lower() in FIELD_CONTAINERS


def _may_be_id(column: str) -> bool:
    return column.rpartition(".")[2].lower().strip("_") in _IDS


_IDS = frozenset({"source", "id", "guid", "uri", "identifier", "mainentityofpage"})


def _is_used_up(value: Mapping[str, Any]) -> bool:
    """Return whether an object holds nothing but what a field was taken from.

    Of `{"id": "x", "name": "Post"}` the id is kept, too. A text in parts is used up.
    """
    return "sections" in value or len([item for item in value.values() if item]) <= 1


def _without(value: object, path: str) -> object:
    """Return a copy of an object without what a path leads to; None if nothing is left."""
    if not isinstance(value, Mapping):
        return value
    name, dot, below = path.partition(".")
    rest = {key: item for key, item in value.items() if key != name and (item or item == 0)}
    if dot and name in value and (smaller := _without(value[name], below)):
        rest[name] = smaller
    return rest or None
