"""The commands of the service: up, down, status, deploy."""

from typing import Annotated

import typer

from flows.options import Config, Warehouse

Host = Annotated[
    str | None, typer.Option(help="Where the server listens. [dim]Default: prefect.host[/dim]")
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65_535, help="Its port. [dim]Default: prefect.port, 4200[/dim]"),
]


def up(
    warehouse: Warehouse = None,
    host: Host = None,
    port: Port = None,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="In the background; `broadsheet down` stops it.")
    ] = False,
    config: Config = None,
) -> None:
    """Bring up the Prefect server, its UI, the schedule and the runner of the flows.

    Open the address that it prints: start, watch, cancel and repeat runs there. Uses
    the server of PREFECT_API_URL where that is set. Stops on Ctrl-C or SIGTERM; runs
    that were at work resume at the next start.

    [dim]broadsheet up[/dim]
    [dim]broadsheet up --detach --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.service_commands import detach_command, up_command
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


def down(warehouse: Warehouse = None, config: Config = None) -> None:
    """Stop `broadsheet up`, its flow runs first; they resume at its next start."""
    from config.settings import load_settings
    from flows.service_commands import down_command

    down_command(load_settings(config, warehouse=warehouse))


def status(warehouse: Warehouse = None, config: Config = None) -> None:
    """Say what is up, when the next night is due, and how the last ones went.

    Exit status 1 unless server and runner are up.
    """
    from config.settings import load_settings
    from flows.service_commands import status_command

    if not status_command(load_settings(config, warehouse=warehouse)):
        raise typer.Exit(1)


def deploy(
    warehouse: Warehouse = None,
    work_pool: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="For workers of this pool. Default: for `broadsheet up`"),
    ] = None,
    config: Config = None,
) -> None:
    """Register the flows at an existing server (PREFECT_API_URL) or Prefect Cloud.

    [dim]PREFECT_API_URL=http://prefect.example:4200/api broadsheet deploy[/dim]
    """
    from config.settings import load_settings
    from flows.service_commands import deploy_command
    from tasks.pipeline import with_warehouse

    settings = with_warehouse(load_settings(config, warehouse=warehouse))
    deploy_command(settings, config, work_pool)


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    for command in (up, down, status, deploy):
        app.command()(command)
