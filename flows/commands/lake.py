"""The commands `broadsheet lake …`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WaitOption, WarehouseOption

app = typer.Typer(
    help="Keep the tables in a bucket in step with the warehouse.", no_args_is_help=True
)


@app.command("push")
def lake_push(
    warehouse: WarehouseOption = None,
    replace_newer: Annotated[
        bool,
        typer.Option(
            "--replace", help="Push even over a newer state of the bucket, which is lost."
        ),
    ] = False,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Bring the tables in the bucket to the state of the warehouse.

    With the setting `lake`, every command that publishes does so at its end.
    Run this after a push that failed, or when you have set `lake` for the
    first time. Only what is new is uploaded; each file is read back and
    compared. A killed push is repeated, and readers see each table in its old
    or its new state.

    [dim]broadsheet lake push[/dim]
    """
    from config.settings import load_settings
    from flows.actions.lake import push_command

    settings = load_settings(config, warehouse=warehouse)
    push_command(settings, wait=wait, replace_newer=replace_newer)
