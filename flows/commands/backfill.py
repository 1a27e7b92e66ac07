"""The command `broadsheet backfill`."""

from datetime import datetime
from typing import Annotated

import typer

from config.errors import UsageError
from flows.commands.options import (
    ConfigOption,
    LimitOption,
    WaitOption,
    WarehouseOption,
    day_of,
    today,
)

UrlsOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A list of addresses instead: a line each, a CSV or JSON with a column of them, "
        "an export of GDELT; `-` for standard input.",
    ),
]
DomainsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="For CC-NEWS: keep these domains only. [dim]Default: the domains of the sources[/dim]"
    ),
]


def backfill(
    source: Annotated[
        str | None, typer.Argument(help="Name of the source whose sitemaps are read.")
    ] = None,
    ccnews: Annotated[
        str | None,
        typer.Option(
            metavar="LIST|PATH",
            help="CC-NEWS instead: a WARC file, a folder of them, or a list of paths or addresses.",
        ),
    ] = None,
    urls: UrlsOption = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day."),
    ] = None,
    domain: DomainsOption = None,
    limit: LimitOption = None,
    warehouse: WarehouseOption = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Fetch the past: a source's sitemaps, CC-NEWS archives, or a list of addresses.

    The day of a sitemap entry is the one that it states, or the one in its
    address. In CC-NEWS archives, records of other domains or fetch days are
    skipped unread. Each address of a list is fetched unless it is known, by the
    same rules as those of a night; lines that are none have a row in `fetches`.

    [dim]broadsheet backfill "Harbour Courier" --from 2025-01-20 --to 2025-02-10[/dim]
    [dim]broadsheet backfill --ccnews warc.paths.gz --from 2025-01-20 --to 2025-02-10[/dim]
    [dim]broadsheet backfill --urls addresses.txt[/dim]
    """
    from config.settings import load_settings
    from flows.actions.past import backfill_command, ccnews_command, urls_command
    from tasks.jobs.backfill import BackfillRequest
    from tasks.jobs.ccnews import CcnewsRequest

    settings = load_settings(config, warehouse=warehouse)
    if urls is not None and not (source or ccnews or first or last or domain):
        urls_command(urls, limit, settings, wait=wait)
    elif ccnews is not None and source is None and urls is None:
        domains = tuple(domain or ())
        archives = CcnewsRequest(ccnews, domains, day_of(first), day_of(last), today(), limit)
        ccnews_command(archives, settings, wait=wait)
    elif source is not None and ccnews is None and urls is None and first is not None:
        begin, end = day_of(first) or today(), day_of(last) or today()
        request = BackfillRequest(source, begin, end, today(), limit)
        backfill_command(request, settings, wait=wait)
    else:
        raise UsageError("Give a source with --from (and --to), or --ccnews, or --urls alone.")
