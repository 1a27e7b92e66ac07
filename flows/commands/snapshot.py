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
