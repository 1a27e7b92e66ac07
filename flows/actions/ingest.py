"""The command `ingest`: ingest files, or show which files would be read."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import stopped_by_ctrl_c
from config.settings import Settings
from config.visible import log_to_stderr
from config.wording import counted
from flows.terminal.screen import one_line, screen
from flows.terminal.tables import ProgressBars, closing_table, show_inputs
from tasks.jobs.inputs import inputs_of_run
from tasks.read.spans import Plan, Span
from tasks.read.understanding import Understood, in_words
from tasks.records import RawDocument
from tasks.runs.run import IngestRequest, plan

if TYPE_CHECKING:
    from tasks.pipeline import Summary

console = screen()
_MOST_SHOWN = 20
_MOST_PARTS = 8
_ORDERS = {"day_first": ", the day first", "month_first": ", the month first"}


def show_plan(request: IngestRequest, settings: Settings) -> None:
    """Print the files that a run would read, and write nothing."""
    planned = plan(request, settings)
    if planned.notice:
        console.print(one_line(planned.notice), soft_wrap=True)
    shown: dict[str, Span] = {}
    size = sum(file.bytes for file in planned.files)
    console.print(
        f"{counted(len(planned.files), 'file')} of {size / 1e6:,.1f} MB in "
        f"{counted(len(planned.batches), 'batch', 'batches')} would be read into "
        f"{settings.warehouse}; nothing was written."
    )
    for batch in planned.batches:
        for span in batch.spans:
            if span.stripe == 0 and span.offsets[0] == 0 and (span.groups or (0, 0))[0] == 0:
                shown.setdefault(span.path, span)
    for span in islice(shown.values(), _MOST_SHOWN):
        _show_input(span, planned, settings)
    if len(planned.files) > _MOST_SHOWN:
        console.print(f"  … and {len(planned.files) - _MOST_SHOWN:,} more")


def _show_input(span: Span, planned: Plan, settings: Settings) -> None:
    """Print how a file would be read: its kind, its columns, and its first document."""
    from tasks.read.preview import preview_input

    size = planned.files[span.file].bytes
    console.print(f"  {one_line(span.path)}  {size:,} bytes", soft_wrap=True)
    whole = Span(span.file, span.path, span.locator, size, fault=span.fault)
    try:
        seen = preview_input(whole, planned.columns, settings.read)
    except OSError as error:
        console.print(f"    cannot be read: {error.strerror or error}")
        return
    about = "" if seen.exact else "about "
    lines = [f"{about}{counted(seen.documents, 'document')}"]
    lines += _parts_in_words(seen.parts, span.locator)
    if seen.sample:
        lines.append(f"first: {_first_document(seen.sample)}")
    if seen.skipped:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in seen.skipped.items())
        lines.append(f"skipped: {counts}" + (f" ({seen.advice})" if seen.advice else ""))
    for line in lines:
        console.print(f"    {one_line(line)}", soft_wrap=True, highlight=False, markup=False)


def _parts_in_words(parts: Sequence[Understood], locator: str) -> Iterator[str]:
    """Yield how a file, or its sheets, tables or members, are understood."""
    for part in parts[:_MOST_PARTS]:
        name = "" if part.path in (locator, "./") else f"{part.path}: "
        count = f"{part.documents:,} of " if part.documents > 1 else ""
        yield f"{name}{count}{in_words(part, part.mapping(), part.detail)}"
    if len(parts) > _MOST_PARTS:
        yield f"… and {len(parts) - _MOST_PARTS:,} more parts"


def _first_document(document: RawDocument) -> str:
    declared = document.declared
    date = declared.published and f"{declared.published}{_ORDERS.get(declared.day_order, '')}"
    text = document.body[:200].decode("utf-8", "replace")
    parts = (declared.title, date, document.url, text[:80])
    return " | ".join(" ".join(part.split()) for part in parts if part)


def ingest_command(
    request: IngestRequest, settings: Settings, *, wait: bool, prefect: bool, config: Path | None
) -> None:
    """Ingest files, in this process or as a Prefect flow run, and print the closing table.

    Args:
        request: the files and how they are read.
        settings: the settings of the run.
        wait: wait while another run writes to the warehouse.
        prefect: run it as a Prefect flow run.
        config: the settings file that the flow run reads.

    Raises:
        StoppedError: Ctrl-C was pressed.
        BroadsheetError: the run failed, or read nothing but rows without text.
    """
    log_to_stderr(settings.log_level, "%(levelname)s %(name)s %(message)s")
    run = partial(_run_as_flow, config=config) if prefect else _run_in_process
    with stopped_by_ctrl_c("Stopped; the same command resumes the run."):
        summary = run(request, settings, wait=wait)
    console.print(closing_table(summary))
    inputs = inputs_of_run(summary, request.columns)
    show_inputs(console, inputs)
    inputs.require_text()


def _run_in_process(request: IngestRequest, settings: Settings, *, wait: bool) -> "Summary":
    from tasks.jobs.ingest import ingest
    from tasks.pipeline import Stages, thread_runner

    progress = ProgressBars(screen(stderr=True))
    with progress as listener, thread_runner(settings.worker_count) as run_stage:
        return ingest(request, Stages(settings, run_stage, listener), wait=wait)


def _run_as_flow(
    request: IngestRequest, settings: Settings, *, wait: bool, config: Path | None
) -> "Summary":
    from flows.prefect_environment import prepare

    prepare(settings.warehouse)
    from flows.ingest import run_as_flow

    return run_as_flow(request, settings, wait=wait, config=config)
