"""The command `broadsheet forget-keys`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, DryRunOption, WaitOption, WarehouseOption


def forget_keys(
    warehouse: WarehouseOption = None,
    dry_run: DryRunOption = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Read every request of every WARC file; this takes hours."),
    ] = False,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Remove keys of sources that earlier versions stored in the warehouse.

    Sources may have headers that hold keys, such as the key of a subscription.
    Earlier versions stored them in the table `visits`, in WARC files and in
    run.json. This command rewrites these files; fetched pages stay, at the same
    places. The list of sources is not changed. Also replace the keys themselves,
    because backups still hold them.

    [dim]broadsheet forget-keys --dry-run[/dim]
    [dim]broadsheet forget-keys --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.forget_keys import forget_keys_command
    from tasks.keys.forget import ForgetRequest

    request = ForgetRequest(dry_run=dry_run, deep=deep)
    forget_keys_command(load_settings(config, warehouse=warehouse), request, wait=wait)
