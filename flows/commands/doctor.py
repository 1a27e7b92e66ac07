"""The command `broadsheet doctor`."""

import sys
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def doctor(
    warehouse: WarehouseOption = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep", help="Read all files completely, not only their beginnings and ends."
        ),
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Check the installation, the settings, the disk and the warehouse.

    Prints a line for each check and changes nothing. Exit status 1 if a check
    fails.
    """
    from flows.actions.doctor import print_checks

    sys.exit(print_checks(config, warehouse, deep=deep))
