"""The command `broadsheet explain`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, ExtractorOption, KeepAllOption, WarehouseOption


def explain(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE|ARTICLE_ID",
            help="An address or article_id of the warehouse, or a file (its first document).",
        ),
    ],
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page with the text in colours."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also show short blocks that were dropped.")
    ] = False,
    extractor: ExtractorOption = None,
    keep_all: KeepAllOption = False,
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Show which parts of a page were kept or dropped, and why.

    Processes the stored bytes of a document again, under the present settings.
    Shows the outcome, the candidates for title and dates, and every block of text
    with its verdict. Also works for rejected documents. Changes nothing.

    [dim]broadsheet explain https://courier.example/2025/pier[/dim]
    [dim]broadsheet explain saved/page.html --html why.html[/dim]
    """
    from config.settings import load_settings
    from flows.actions.explain import explain_command

    chosen = {"extractor": extractor, "keep_all": keep_all or None}
    settings = load_settings(config, warehouse=warehouse, process=chosen)
    explain_command(target, settings, html, every=every)
