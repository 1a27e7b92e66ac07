"""The command `broadsheet watches`."""

from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def watches(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="List the articles of this watch.")
    ] = None,
    warehouse: WarehouseOption = None,
    format: Annotated[
        Literal["table", "csv", "json", "parquet"],
        typer.Option("--format", "-f", help="Format of the articles of a watch."),
    ] = "table",
    config: ConfigOption = None,
) -> None:
    """List the watches, and what they have found.

    A watch is a query or a condition on articles, saved in watches.toml beside
    the list of sources. Every night says what is new for each watch: in the table watch_hits,
    in its artifact, and as a Prefect event that can become a message.

    [dim]broadsheet watches[/dim]
    [dim]broadsheet watches ferries --format csv[/dim]
    """
    from config.settings import load_settings
    from flows.actions.watches import hits_command, list_watches_command

    settings = load_settings(config, warehouse=warehouse)
    if name is None:
        list_watches_command(settings)
    else:
        hits_command(name, settings, format)
