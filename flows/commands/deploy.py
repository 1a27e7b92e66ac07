"""The command `broadsheet deploy`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def deploy(
    warehouse: WarehouseOption = None,
    work_pool: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Have workers of this pool run the flows. [dim]Default: `broadsheet up`[/dim]",
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Register the flows at an existing Prefect server, or at Prefect Cloud.

    PREFECT_API_URL names the server.

    [dim]PREFECT_API_URL=http://prefect.example:4200/api broadsheet deploy[/dim]
    """
    from config.settings import load_settings
    from flows.actions.service import deploy_command
    from tasks.pipeline import with_warehouse

    settings = with_warehouse(load_settings(config, warehouse=warehouse))
    deploy_command(settings, config, work_pool)
