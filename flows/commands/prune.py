"""The command `broadsheet prune`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption, today


def prune(
    older_than: Annotated[
        int, typer.Option(min=1, metavar="DAYS", help="Choose nights older than DAYS days.")
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove the files; otherwise only print them.")
    ] = False,
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Remove old WARC files. Without --yes, print what would be removed.

    The tables stay. Pages whose WARC files are removed can no longer be
    reprocessed.
    """
    from config.settings import load_settings
    from flows.actions.past import prune_command

    settings = load_settings(config, warehouse=warehouse)
    prune_command(older_than, settings.warehouse, today=today(), yes=yes)
