"""The command `broadsheet takedown`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, DryRunOption, WaitOption, WarehouseOption


def takedown(
    what: Annotated[
        str,
        typer.Argument(
            metavar="URL|ID|FILE",
            help="An address, an article_id, or a file with one of them per line.",
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", help="Why it is removed; kept in the table `takedowns`.")
    ],
    requested_by: Annotated[
        str | None,
        typer.Option("--requested-by", metavar="WHO", help="Who asked for it; kept as well."),
    ] = None,
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    warehouse: WarehouseOption = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Remove articles for good: text, title, address, and the stored pages.

    All versions are removed from every table, from tagged snapshots, and from
    the WARC files in raw/. The article is not loaded again. Copies on other
    addresses are listed and stay. Backups, exports and archives outside the
    warehouse are not changed. See docs/takedown.md.

    [dim]broadsheet takedown https://courier.example/story --reason "court order 12" --dry-run[/dim]
    [dim]broadsheet takedown list.txt --reason "request of the publisher"[/dim]
    """
    from config.settings import load_settings
    from flows.actions.takedown import takedown_command
    from tasks.jobs.takedown import TakedownRequest
    from tasks.takedown.finding import read_names

    settings = load_settings(config, warehouse=warehouse)
    request = TakedownRequest(tuple(read_names(what)), reason, requested_by, dry_run)
    takedown_command(settings, request, yes=yes, wait=wait)
