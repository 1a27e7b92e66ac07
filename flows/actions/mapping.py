"""The options `--map`, `--mapping` and `--save-mapping` of `ingest`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from config.errors import UsageError
from config.settings import Settings
from flows.terminal.screen import one_line, screen
from tasks.read.fields import OPTIONS
from tasks.read.mapping_file import Pairs, read_mapping, unequal_fields, write_mapping
from tasks.read.preview import preview_input
from tasks.read.spans import Plan, Span
from tasks.read.understanding import Understood
from tasks.runs.run import IngestRequest, plan

console = screen()
_MOST_INPUTS = 20  # inputs whose columns are saved


def chosen_columns(
    mapping: Path | None, pairs: Sequence[str], table: Iterable[tuple[str, str | None]]
) -> Pairs:
    """Return the fields and options that the user chose; options override the file.

    Args:
        mapping: the file of `--mapping`.
        pairs: the values of `--map`, such as "text=story".
        table: the options for tables with their values.

    Raises:
        UsageError: one of them has no meaning, or two contradict each other.
    """
    for pair in pairs:
        if "=" not in pair:
            raise UsageError(f"--map {pair!r} is not FIELD=COLUMN, such as text=story.")
    named = [(pair.partition("=")[0], pair.partition("=")[2]) for pair in pairs]
    named += [(name, value) for name, value in table if value is not None]
    saved = dict(read_mapping(mapping)) if mapping else {}
    return tuple({**saved, **dict(unequal_fields(named, "--map"))}.items())


def save_mapping_file(path: Path, request: IngestRequest, settings: Settings) -> None:
    """Write how the rows of a request are understood, and print a sentence about it.

    Raises:
        UsageError: no input has rows, or the file says something else already.
    """
    tables = list(_tables(plan(request, settings), settings))
    if not tables:
        raise UsageError("--save-mapping: no input has rows, so that there are no columns to save.")
    chosen = dict(request.columns)
    comments = ["How rows are read, for `broadsheet ingest --mapping`; see docs/formats.md."]
    extra: dict[str, None] = {}
    for table in tables:
        columns = table.mapping() or {}
        extra.update(dict.fromkeys(columns.pop("extra", ())))
        for field, found in columns.items():
            first, *others = [found] if isinstance(found, str) else found
            known = chosen.setdefault(field, first)
            comments += [f"{field} also: {name}" for name in (first, *others) if name != known]
    if extra:
        comments.append(f"Kept in extra: {', '.join(extra)}")
    encodings = {table.encoding for table in tables}
    if len(encodings) == 1 and encodings != {"utf-8"}:
        chosen.setdefault("encoding", encodings.pop())
    fields = {key: value for key, value in chosen.items() if key not in OPTIONS}
    options = {key: value for key, value in chosen.items() if key in OPTIONS and value}
    write_mapping(path, {**fields, **options}, list(dict.fromkeys(comments)))
    console.print(
        f"{one_line(str(path))} says how the rows are read; edit it, and name it by --mapping.",
        soft_wrap=True,
    )


def _tables(planned: Plan, settings: Settings) -> Iterator[Understood]:
    """Yield how the first inputs with rows are understood."""
    seen: dict[str, Span] = {}
    for batch in planned.batches:
        for span in batch.spans:
            seen.setdefault(span.path, span)
    for span in list(seen.values())[:_MOST_INPUTS]:
        size = planned.files[span.file].bytes
        whole = Span(span.file, span.path, span.locator, size, fault=span.fault)
        preview = preview_input(whole, planned.columns, settings.read)
        yield from (part for part in preview.parts if part.mapping())
