"""The command `broadsheet report`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption, day_of


def report(
    warehouse: WarehouseOption = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Leave out older articles and nights. [dim]Default: all[/dim]",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The file to write. [dim]Default: report/index.html in the warehouse[/dim]",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write a report on the corpus: one HTML file, and print its path.

    It shows what was collected, what is missing and why, the largest stories,
    revisions, dates and more. The file opens in any browser without a network.

    [dim]broadsheet report[/dim]
    [dim]broadsheet report --since 2025-03-01 --out march.html[/dim]
    """
    from config.settings import load_settings
    from flows.actions.report import report_command

    report_command(day_of(since), out, load_settings(config, warehouse=warehouse))
