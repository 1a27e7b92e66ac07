"""The command `repair`."""

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


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(repair)
