"""The commands `sample` and `codings`: sheets for coders, and their way back."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from config.settings import Settings
from config.wording import counted
from flows.actions.answers import name_cut_cells
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.codings.importing import Agreement, agreements, import_sheet
from tasks.codings.sample import SampleRequest, draw_sample

console = screen(soft_wrap=True)


def sample_command(request: SampleRequest, settings: Settings) -> None:
    """Write the sheet and print how many articles it has."""
    count, cut = draw_sample(request, settings)
    name_cut_cells(cut)
    articles = "1 article is" if count == 1 else f"{count:,} articles are"
    console.print(one_line(f"{articles} in {request.out}."))
    if count < request.count:
        console.print(f"No more articles meet the condition, of {request.count:,} asked for.")


def import_sheet_command(
    file: Path, coder: str, ordinal: Sequence[str], settings: Settings, *, wait: bool
) -> None:
    """Import a sheet, and print what was new and how coders agree."""
    found = run_with_progress(
        settings, lambda stages: import_sheet(file, coder, stages, ordinal, wait=wait)
    )
    console.print(
        one_line(
            f"{counted(found.articles, 'row')} of {file} by {coder}: "
            f"{counted(found.values, 'value')}, {found.new:,} new or changed."
        )
    )
    _print_agreements(agreements(settings.warehouse, ordinal))


def agreement_command(ordinal: Sequence[str], settings: Settings) -> None:
    """Print the agreement on each variable."""
    found = agreements(settings.warehouse, ordinal)
    if not found:
        console.print("Nothing is coded yet: `broadsheet codings import FILE --coder NAME`.")
    _print_agreements(found)


def _print_agreements(found: Sequence[Agreement]) -> None:
    if not found:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("variable", overflow="fold")
    for name in ("coders", "coded twice", "alpha"):
        table.add_column(name, justify="right")
    for one in found:
        alpha = "–" if one.alpha is None else f"{one.alpha:.3f}"
        table.add_row(one_line(one.variable), f"{one.coders:,}", f"{one.units:,}", alpha)
    console.print(table)
