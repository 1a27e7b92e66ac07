"""The commands `broadsheet snapshot …`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WaitOption, WarehouseOption

app = typer.Typer(
    help="Name states of the corpus that can be cited; check and compare them.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Its name, which is used once.")]
FormatOption = Annotated[
    Literal["table", "csv", "json", "parquet"],
    typer.Option("--format", "-f", help="How to print the rows."),
]


@app.command("create")
def snapshot_create(
    name: NameArgument,
    warehouse: WarehouseOption = None,
    where: Annotated[
        str,
        typer.Option(metavar="CONDITION", help="Which articles: SQL on the columns of `articles`."),
    ] = "true",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder to write. [dim]Default: ./NAME[/dim]"),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its title, for the README and citations.")
    ] = None,
    author: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Who made it, for citations. Repeatable."),
    ] = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Name the present state, and write its articles to a folder for deposit.

    The folder has Parquet tables, checksums, `datapackage.json`, `CITATION.cff`
    and a README that says what was collected, how, and what is missing. It
    opens without Broadsheet. The state is tagged, and stays readable whatever
    is loaded or compacted later.

    [dim]broadsheet snapshot create ferries-2025 --where "text ilike '%ferry%'"[/dim]
    """
    from config.settings import load_settings
    from flows.actions.snapshot import create_command
    from tasks.keep.snapshots import SnapshotRequest

    request = SnapshotRequest(name, where, out, title, tuple(author or ()), wait)
    create_command(request, load_settings(config, warehouse=warehouse))


@app.command("list")
def snapshot_list(
    warehouse: WarehouseOption = None,
    format: FormatOption = "table",
    config: ConfigOption = None,
) -> None:
    """Print all snapshots."""
    from config.place import warehouse_setting
    from flows.actions.snapshot import list_snapshots

    list_snapshots(warehouse_setting(config, warehouse), format)


@app.command("verify")
def snapshot_verify(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a snapshot.")],
    warehouse: WarehouseOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Its folder. [dim]Default: ./NAME, if it exists[/dim]"),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Compare a snapshot's folder and its tagged state with its checksums.

    Exit status 1 if anything differs. README.md and CITATION.cff are not
    compared, so that they can be completed by hand.
    """
    from config.settings import load_settings
    from flows.actions.snapshot import verify_command

    if not verify_command(name, out, load_settings(config, warehouse=warehouse)):
        raise typer.Exit(1)


@app.command("diff")
def snapshot_diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A name, or a snapshot's folder.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    warehouse: WarehouseOption = None,
    format: FormatOption = "table",
    config: ConfigOption = None,
) -> None:
    """Print the articles that were added, removed or changed from A to B.

    [dim]broadsheet snapshot diff ferries-2024 ferries-2025 --format csv[/dim]
    """
    from config.settings import load_settings
    from flows.actions.snapshot import diff_snapshots

    diff_snapshots(first, second, load_settings(config, warehouse=warehouse), format)


@app.command("export")
def snapshot_export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a snapshot.")],
    warehouse: WarehouseOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder to write. [dim]Default: ./NAME[/dim]"),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write the folder of a snapshot again, from its tagged state.

    For a folder that was lost, or that a takedown has made outdated.
    """
    from config.settings import load_settings
    from flows.actions.snapshot import export_snapshot

    export_snapshot(name, out, load_settings(config, warehouse=warehouse))
