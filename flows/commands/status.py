"""The command `broadsheet status`."""

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def status(warehouse: WarehouseOption = None, config: ConfigOption = None) -> None:
    """Show the state of the service, the next night and the last nights.

    Exit status 1 unless the server and the runner are up.
    """
    from config.settings import load_settings
    from flows.actions.service import status_command

    if not status_command(load_settings(config, warehouse=warehouse)):
        raise typer.Exit(1)
