"""Records how inputs are understood while they are read: kinds, encodings, columns and dates.

A worker keeps one `Understood` per input that holds several documents, and one per folder and kind
for files that are one document each. It writes them with the batch (`tasks.execution.parts`); the
parts of a run are added up for the table `inputs`. `ingest --dry-run` shows the same of a file's
beginning.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.read.date_formats import date_shape, format_of
from tasks.records import Dropped, RawDocument
from tasks.web.day_orders import DayOrder, shown_order

# A file of objects by id, or of rows with keys of their own, has any number of names.
MOST_NAMES = 200
_MOST_SHAPES = 500
_MOST_EXTRA = 12  # names that are shown to a person
_MOST_DATES = 300

_Pairs = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Understood:
    """How one input is understood.

    Attributes:
        path: the file or member, as the locators of its documents begin.
        kind: such as "CSV" or "JSON lines in gzip"; "" if it is not known.
        encoding: of rows and texts; "" for other kinds.
        dialect: of CSV: delimiter and header, in words; "" for other kinds.
        fields: how many rows took a field from a column, by field and column.
        extra: how many rows kept a column in `extra`.
        dates: how many dates of publication have a shape, as `date_shape` returns it.
        orders: the orders of day and month that single dates prove.
        order: the order that the whole table shows.
        documents: of a folder: how many of its files are one document of this kind each.
    """

    path: str
    kind: str = ""
    encoding: str = ""
    dialect: str = ""
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    extra: Counter[str] = field(default_factory=Counter)
    dates: Counter[str] = field(default_factory=Counter)
    orders: set[DayOrder] = field(default_factory=set)
    order: DayOrder = "unknown"
    documents: int = 0
    _shapes: Counter[tuple[_Pairs, tuple[str, ...]]] = field(default_factory=Counter)

    def count_row(self, used: Mapping[str, str], extra: Iterable[str], date: str | None) -> None:
        """Count a row.

        Args:
            used: the field that was taken from each column.
            extra: the columns that are kept in `extra`.
            date: the date of publication as written.
        """
        # Rows of a table are alike: counting whole rows first is 5 times as fast.
        self._shapes[tuple(used.items()), tuple(extra)] += 1
        if len(self._shapes) >= _MOST_SHAPES:
            self._count_columns()
        if date is not None:
            shape = date_shape(_valid(date))
            if shape in self.dates or len(self.dates) < _MOST_DATES:
                self.dates[shape] += 1
            if len(self.orders) < 2 and "/" in shape:
                self.orders.add(shown_order((date[:100],)))
                self.orders.discard("unknown")

    def add(self, other: "Understood") -> None:
        """Add what another part of the same input showed."""
        self._count_columns()
        other._count_columns()
        self.kind = self.kind or other.kind
        self.encoding = self.encoding or other.encoding
        self.dialect = self.dialect or other.dialect
        for name, columns in other.fields.items():
            self.fields.setdefault(name, Counter()).update(columns)
        self.extra.update(other.extra)
        self.dates.update(other.dates)
        self.orders |= other.orders
        self.documents += other.documents
        if self.order == "unknown":
            self.order = other.order

    def mapping(self) -> dict[str, Any] | None:
        """Return the columns of each field, and under `extra` those that are kept there.

        A field has one column, or a list, the most frequent first, where rows differ. None for an
        input without rows.
        """
        self._count_columns()
        if not self.fields and not self.extra:
            return None
        columns = {name: _names(found) for name, found in self.fields.items()}
        chosen = {name: one[0] if len(one) == 1 else one for name, one in columns.items()}
        return {**chosen, **({"extra": _names(self.extra)} if self.extra else {})}

    def date_format(self) -> str:
        """Return the format in which most rows write the date of publication; "" if none does."""
        if not self.dates:
            return ""
        order = self.order
        if order == "unknown" and len(self.orders) == 1:
            [order] = self.orders
        first, *others = dict.fromkeys(format_of(s, order) for s, _ in self.dates.most_common())
        return (
            f"{first} and {len(others):,} other formats"
            if len(others) > 1
            else (" or ".join((first, *others)))
        )

    @property
    def detail(self) -> str:
        """Return what the table `inputs` says beside the columns; "" if there is nothing."""
        written = self.date_format()
        return f"dates written as {written}" if written else ""

    def to_json(self) -> dict[str, Any]:
        """Return the values for a `done` file."""
        self._count_columns()
        return {
            "path": self.path,
            "kind": self.kind,
            "encoding": self.encoding,
            "dialect": self.dialect,
            "fields": self.fields,
            "extra": self.extra,
            "dates": self.dates,
            "orders": sorted(self.orders),
            "order": self.order,
            "documents": self.documents,
        }

    def _count_columns(self) -> None:
        for (used, extra), rows in self._shapes.items():
            for column, name in used:
                _count(self.fields.setdefault(name, Counter()), _valid(column), rows)
            for column in extra:
                _count(self.extra, _valid(column), rows)
        self._shapes.clear()


def in_words(report: Understood, mapping: Mapping[str, Any] | None, detail: str) -> str:
    """Return how an input is understood, for a person.

    Args:
        report: its kind, encoding and dialect.
        mapping: as `Understood.mapping` returns it.
        detail: as `Understood.detail`.
    """
    kind = ", ".join(part for part in (report.kind, report.encoding, report.dialect) if part)
    parts = [kind]
    columns = dict(mapping or {})
    extra = columns.pop("extra", [])
    if columns:
        pairs = ((name, [one] if isinstance(one, str) else one) for name, one in columns.items())
        parts.append(", ".join(f"{name} = {' or '.join(names[:3])}" for name, names in pairs))
    if detail:
        parts.append(detail)
    if extra:
        number = f"{len(extra)} columns" if len(extra) > 1 else "1 column"
        more = ", …" if len(extra) > _MOST_EXTRA else ""
        parts.append(f"{number} into extra: {', '.join(extra[:_MOST_EXTRA])}{more}")
    return "; ".join(parts)


def understood_from_json(values: Mapping[str, Any]) -> Understood:
    """Return what `Understood.to_json` wrote."""
    fields = {name: Counter(columns) for name, columns in values["fields"].items()}
    counted = {"extra": Counter(values["extra"]), "dates": Counter(values["dates"])}
    return Understood(**{**values, **counted, "fields": fields, "orders": set(values["orders"])})


def _count(counter: Counter[str], name: str, rows: int) -> None:
    if name in counter or len(counter) < MOST_NAMES:
        counter[name] += rows


def _valid(text: str) -> str:
    """Return a text that can be stored: escapes in JSON may give lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _names(counter: Counter[str]) -> list[str]:
    return [name for name, _ in counter.most_common()]


@dataclass(slots=True)
class InputReports:
    """Collects the reports of a batch's readers on their inputs.

    Attributes:
        inputs: inputs that hold several documents or needed interpreting, by path.
        folders: the files that are one document each, by folder, kind and encoding.
    """

    inputs: dict[str, Understood] = field(default_factory=dict)
    folders: dict[tuple[str, str, str], Understood] = field(default_factory=dict)
    _packed: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> Understood:
        """Return the report of an input, which is made if there is none."""
        found = self.inputs.get(path)
        if found is None:
            found = self.inputs[path] = Understood(path)
        return found

    def note_packing(self, path: str, compression: str) -> None:
        """Note that the content of an input is compressed; its kind is still to be seen."""
        self._packed[path] = compression

    def watched(
        self, outcomes: Iterator[RawDocument | Dropped], report: Understood, *, is_table: bool
    ) -> Iterator[RawDocument | Dropped]:
        """Yield the outcomes of an input, and record it with its parts, such as sheets.

        Args:
            report: what is known of it.
            is_table: whether it is recorded by itself even if it gives a single document.
        """
        path = report.path
        if compression := self._packed.pop(path, ""):
            report.kind = f"{report.kind} in {compression}"
        if is_table:
            self._describe(path, report)
        last = path
        for outcome in outcomes:
            part = outcome.locator.partition("#")[0]
            if outcome.locator == path and not is_table:
                self._count_document(report)
            elif part != last or not is_table:
                last = part
                self._describe(part, report)
            yield outcome

    def _describe(self, path: str, report: Understood) -> None:
        known = self.of(path)
        known.kind, known.encoding = report.kind, report.encoding

    def _count_document(self, report: Understood) -> None:
        """Count a file that is one document; its folder gets the columns of a single row."""
        key = (folder_of(report.path), report.kind, report.encoding)
        folder = self.folders.get(key)
        if folder is None:
            folder = self.folders[key] = Understood(*key)
        folder.documents += 1
        if row := self.inputs.pop(report.path, None):
            folder.add(row)

    def to_json(self) -> dict[str, Any]:
        """Return all reports as values for a `done` file."""
        return {
            "inputs": [one.to_json() for one in self.inputs.values()],
            "folders": [one.to_json() for one in self.folders.values()],
        }


def folder_of(locator: str) -> str:
    """Return the folder or archive under which the table `inputs` counts a single document.

    It is the outermost archive, such as `day.zip!`, or the first folder below what the user named,
    such as `2024/`; `./` if the document stands directly in it.
    """
    archive, mark, _ = locator.partition("!")
    if mark:
        return archive + mark
    first, slash, _ = locator.partition("/")
    return first + slash if slash else "./"
