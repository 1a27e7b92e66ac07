"""The command `broadsheet restore`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup.")],
    warehouse: WarehouseOption = None,
    takedowns: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A takedowns.jsonl whose articles must not come back.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Restore a backup into an empty folder, which --warehouse names.

    Every checksum is checked before the warehouse appears. Paths are set
    right, so that the warehouse may be restored to any place; rows, history
    and tags are those of the backup. A killed restore is repeated.

    [dim]broadsheet restore /backup/news --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.backup import restore_command
    from tasks.keep.restore import RestoreRequest

    request = RestoreRequest(folder, takedowns)
    restore_command(request, load_settings(config, warehouse=warehouse))
