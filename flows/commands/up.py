"""The command `broadsheet up`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption

_Host = Annotated[
    str | None,
    typer.Option(
        help="Address on which the server listens. [dim]Default: setting `prefect.host`[/dim]"
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65_535,
        help="Port of the server. [dim]Default: setting `prefect.port`, 4200[/dim]",
    ),
]


def up(
    warehouse: WarehouseOption = None,
    host: _Host = None,
    port: Port = None,
    detach: Annotated[
        bool,
        typer.Option("--detach", "-d", help="Run in the background; `broadsheet down` stops it."),
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Start the service: the Prefect server, its UI, the schedule and the runner.

    Prints the address of the UI, where you can start, watch, cancel and retry
    runs. If PREFECT_API_URL is set, uses that server. Stops on Ctrl-C or SIGTERM;
    runs that were interrupted resume at the next start.

    [dim]broadsheet up[/dim]
    [dim]broadsheet up --detach --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.service import detach_command, up_command
    from tasks.pipeline import with_warehouse

    settings = load_settings(config, warehouse=warehouse)
    changed = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    prefect = settings.prefect.model_copy(update=changed)
    settings = with_warehouse(settings.model_copy(update={"prefect": prefect}))
    if detach:
        arguments = ["--warehouse", str(settings.warehouse)]
        arguments += ["--config", str(config)] if config else []
        detach_command(settings, arguments + [f"--{name}={changed[name]}" for name in changed])
    else:
        up_command(settings, config)
