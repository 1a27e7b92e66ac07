"""The command `broadsheet relocate`."""

from flows.commands.options import ConfigOption, DryRunOption, WaitOption, WarehouseOption


def relocate(
    warehouse: WarehouseOption = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Repair the paths of a warehouse that was moved, copied or restored elsewhere.

    The files of a warehouse name each other by absolute paths. The next command
    that writes repairs them by itself; this does it at once, for example before
    you open news.duckdb in DuckDB. Only paths change: rows, history and tags
    stay. `broadsheet sql` needs no repair, and reads a moved warehouse as it is.

    [dim]mv ~/news /disk2/news[/dim]
    [dim]broadsheet relocate --warehouse /disk2/news --dry-run[/dim]
    [dim]broadsheet relocate --warehouse /disk2/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.relocate import relocate_command

    relocate_command(load_settings(config, warehouse=warehouse), wait=wait, dry_run=dry_run)
