"""The command `broadsheet compact`."""

from flows.commands.options import ConfigOption, DryRunOption, WaitOption, WarehouseOption


def compact(
    warehouse: WarehouseOption = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Merge the small files of the tables, and remove files that nothing needs.

    Each run leaves a file in each table, and queries open all of them. Nights
    merge files by themselves, in the time that the setting `compact.seconds`
    gives them. Run this after many ingests, or to merge everything at once. No
    row changes, and readers go on; files that were replaced are removed after
    `publish.grace_days`.

    [dim]broadsheet compact --dry-run[/dim]
    [dim]broadsheet compact --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.compact import compact_command

    compact_command(load_settings(config, warehouse=warehouse), wait=wait, dry_run=dry_run)
