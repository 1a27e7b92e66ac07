"""The commands `broadsheet sources …`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, SourceNamesArgument

app = typer.Typer(help="Show, check and extend the list of sources.", no_args_is_help=True)


@app.command("list")
def sources_list(config: ConfigOption = None) -> None:
    """Print the list of sources."""
    from config.settings import load_settings
    from flows.actions.sources import list_command

    list_command(load_settings(config))


@app.command("check")
def sources_check(names: SourceNamesArgument = None, config: ConfigOption = None) -> None:
    """Read robots.txt, feeds and sitemaps of sources, and print results and
    problems.

    Exit status 1 if a source has no article.
    """
    from config.settings import load_settings
    from flows.actions.sources import check_command

    if not check_command(names or [], load_settings(config)):
        raise typer.Exit(1)


@app.command("add")
def sources_add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the homepage.")],
    name: Annotated[
        str | None,
        typer.Option(help="Name of the source. [dim]Default: the site's name for itself[/dim]"),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Find the feeds and sitemaps of a site, and add it to the list."""
    from config.settings import load_settings
    from flows.actions.sources import add_command

    add_command(url, name, load_settings(config))


@app.command("import")
def sources_import(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.opml", help="OPML file, as feed readers export it.")
    ],
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML file to the list."""
    from config.settings import load_settings
    from flows.actions.sources import import_command

    import_command(file, load_settings(config))
