"""The command `broadsheet backup`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup.")],
    warehouse: WarehouseOption = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy every file, also where a link is possible.")
    ] = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Read the older files of the backup, too; mend damaged ones."),
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Back up the warehouse into a folder, also while a night runs.

    The first backup copies everything; later ones into the same folder copy
    what is new, and read their copies back. On the disk of the warehouse,
    files that are never written again become hard links: that protects from
    mistakes, and not from the loss of the disk. `backup.json` lists all files
    with their checksums. A killed backup is repeated; the one before it stays
    whole until the new one is.

    [dim]broadsheet backup /backup/news[/dim]
    [dim]broadsheet backup /backup/news --deep[/dim]
    """
    from config.settings import load_settings
    from flows.actions.backup import backup_command
    from tasks.keep.backup import BackupRequest

    request = BackupRequest(folder, links=not copy, deep=deep)
    backup_command(request, load_settings(config, warehouse=warehouse))
