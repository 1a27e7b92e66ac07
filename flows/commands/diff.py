"""The command `broadsheet diff`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def diff(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="An article_id, or an address of the article.")
    ],
    versions: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Compare these two versions. [dim]Default: each with the one before it[/dim]",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write an HTML page instead, readable offline."),
    ] = None,
    format: Annotated[
        Literal["text", "table", "csv", "json", "parquet"],
        typer.Option("--format", "-f", help="Text in colours, or a row per changed paragraph."),
    ] = "text",
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what was changed in an article after its publication, word by word.

    Compares the stored versions of an article in the order in which they were
    fetched. White space, kinds of quotation marks and lines that were removed as
    boilerplate make no difference. Changes nothing.

    [dim]broadsheet diff https://courier.example/2025/pier[/dim]
    [dim]broadsheet diff https://courier.example/2025/pier --versions 1,3 --html pier.html[/dim]
    """
    from config.settings import load_settings
    from flows.actions.diff import diff_command

    settings = load_settings(config, warehouse=warehouse)
    diff_command(article, settings, versions, html, format)
