"""The commands `repair` and `forget-keys`."""

from typing import Annotated

import typer

from flows.options import Config, DryRun, Wait, Warehouse


def repair(
    warehouse: Warehouse = None,
    dry_run: DryRun = False,
    wait: Wait = False,
    config: Config = None,
) -> None:
    """Make a damaged warehouse whole again, as far as its own files allow.

    Rebuilds a lost catalog from the lake, sets files that are missing or damaged
    aside (in WAREHOUSE/damaged), and makes their rows again from the other tables
    and from the stored bytes. Says which articles are lost; the table `repairs`
    keeps it. `broadsheet doctor` says beforehand what is wrong.

    [dim]broadsheet repair --dry-run[/dim]
    [dim]broadsheet repair --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.repair_command import repair_command

    repair_command(load_settings(config, warehouse=warehouse), wait=wait, dry_run=dry_run)


def forget_keys(
    warehouse: Warehouse = None,
    dry_run: DryRun = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Look at each request of every WARC file, which takes hours."),
    ] = False,
    wait: Wait = False,
    config: Config = None,
) -> None:
    """Remove keys of sources that earlier versions stored in the warehouse.

    Sources may have headers that hold keys, such as a subscription's. Earlier
    versions stored them in the table `visits`, in WARC files and in run.json.
    Rewrites these files; what was fetched stays, at the same places. The list of
    sources is left as it is. Ask for new keys, too: backups still hold the old.

    [dim]broadsheet forget-keys --dry-run[/dim]
    [dim]broadsheet forget-keys --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.keys_command import forget_keys_command
    from tasks.keys.forget import Request

    request = Request(dry_run=dry_run, deep=deep)
    forget_keys_command(load_settings(config, warehouse=warehouse), request, wait=wait)


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    app.command()(repair)
    app.command()(forget_keys)
