"""The command `broadsheet repair`."""

from flows.commands.options import ConfigOption, DryRunOption, WaitOption, WarehouseOption


def repair(
    warehouse: WarehouseOption = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Repair a damaged warehouse, as far as its own files allow.

    Rebuilds a lost catalog from the lake, moves damaged files to
    WAREHOUSE/damaged, and makes their rows again from the other tables and from
    the stored bytes. Prints what is lost; the table `repairs` keeps that list.
    The exit status is 1 if anything is lost. To see what is wrong without
    changing anything, run `broadsheet doctor`.

    [dim]broadsheet repair --dry-run[/dim]
    [dim]broadsheet repair --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.repair import repair_command

    settings = load_settings(config, warehouse=warehouse)
    if status := repair_command(settings, wait=wait, dry_run=dry_run):
        raise SystemExit(status)
