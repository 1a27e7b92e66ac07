"""The command `broadsheet prune`."""

from typing import Annotated

import typer

from flows.commands.options import (
    ConfigOption,
    DryRunOption,
    WaitOption,
    WarehouseOption,
    today,
)


def prune(
    older_than: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=36_500,
            metavar="DAYS",
            help="Remove WARC files of nights older than this. "
            "[dim]Default: setting retention.raw_days[/dim]",
            show_default=False,
        ),
    ] = None,
    texts_older_than: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=36_500,
            metavar="DAYS",
            help="Reduce texts that were loaded longer ago to hashes and counts. "
            "[dim]Default: setting retention.text_days[/dim]",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; otherwise only print what would be done.")
    ] = False,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Remove old WARC files and old texts. Without --yes, print what would be removed.

    Nothing is old unless an option or the settings of the section `retention`
    say so. The rows of the tables stay. Pages whose WARC files are removed can no longer be
    reprocessed. Texts that are removed cannot be restored.

    [dim]broadsheet prune --older-than 365[/dim]
    [dim]broadsheet prune --texts-older-than 730 --yes[/dim]
    """
    from config.settings import load_settings
    from flows.actions.past import prune_command
    from tasks.jobs.retention import PruneRequest

    settings = load_settings(config, warehouse=warehouse)
    # With an option, the settings do not count: nobody should lose texts by removing WARC files.
    given = older_than is not None or texts_older_than is not None
    retention = settings.retention
    request = PruneRequest(
        raw_days=older_than if given else retention.raw_days or None,
        text_days=texts_older_than if given else retention.text_days or None,
        today=today(),
        dry_run=dry_run or not yes,
    )
    prune_command(request, settings, wait=wait)
