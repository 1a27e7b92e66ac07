"""The commands that fetch: nights, sources, the past, and what is kept of them."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from flows.options import AsFlow, Config, Extractor, Limit, Wait, Warehouse, Workers

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SOURCE]", help="Sources by name. [dim]Default: all enabled[/dim]"),
]
Night = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The night's date. [dim]Default: today[/dim]",
        show_default=False,
    ),
]


def nightly(
    sources: Names = None,
    warehouse: Warehouse = None,
    night: Night = None,
    workers: Workers = None,
    wait: Wait = False,
    prefect: AsFlow = False,
    config: Config = None,
) -> None:
    """Fetch what the sources published, ingest it, publish it.

    Reads feeds, section pages and sitemaps, fetches new articles and looks at
    recent ones again, politely; keeps every byte as WARC. Closes with a table of
    what each source gave. The same command resumes a night that was killed.

    [dim]broadsheet nightly[/dim]
    [dim]broadsheet nightly "Harbour Courier" --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.night_commands import night_command
    from tasks.nightly import NightRequest

    settings = load_settings(config, warehouse=warehouse, workers=workers)
    request = NightRequest(_day(night) or _today(), tuple(sources or ()))
    night_command(request, settings, wait=wait, prefect=prefect, config=config)


def fetch(
    sources: Names = None,
    warehouse: Warehouse = None,
    night: Night = None,
    wait: Wait = False,
    config: Config = None,
) -> None:
    """The first half of a night: discover and fetch, and stop.

    The WARC files lie in WAREHOUSE/raw; `broadsheet nightly` goes on from there.
    """
    from config.settings import load_settings
    from flows.night_commands import fetch_command
    from tasks.nightly import NightRequest

    settings = load_settings(config, warehouse=warehouse)
    request = NightRequest(_day(night) or _today(), tuple(sources or ()))
    fetch_command(request, settings, wait=wait)


def backfill(
    source: Annotated[
        str | None, typer.Argument(help="A source by name, whose sitemaps are walked.")
    ] = None,
    ccnews: Annotated[
        str | None,
        typer.Option(
            metavar="LIST|PATH",
            help="CC-NEWS instead: a WARC file, a folder of them, or a list of paths or addresses.",
        ),
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day."),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(help="For CC-NEWS: keep these domains. Default: those of the sources."),
    ] = None,
    limit: Limit = None,
    warehouse: Warehouse = None,
    wait: Wait = False,
    config: Config = None,
) -> None:
    """Fetch the past: a source's sitemaps by date, or CC-NEWS archives.

    Sitemap entries count by the day they state, or that stands in the address.
    Of CC-NEWS, records of other domains and fetch days are skipped unread.

    [dim]broadsheet backfill "Harbour Courier" --from 2025-01-20 --to 2025-02-10[/dim]
    [dim]broadsheet backfill --ccnews warc.paths.gz --from 2025-01-20 --to 2025-02-10[/dim]
    """
    from config.settings import load_settings
    from flows.past_commands import backfill_command, ccnews_command
    from tasks.backfill import BackfillRequest
    from tasks.ccnews import CcnewsRequest

    settings = load_settings(config, warehouse=warehouse)
    if ccnews is not None and source is None:
        asked = CcnewsRequest(ccnews, tuple(domain or ()), _day(first), _day(last), _today(), limit)
        ccnews_command(asked, settings, wait=wait)
    elif source is not None and ccnews is None and first is not None:
        days = (_day(first) or _today(), _day(last) or _today())
        backfill_command(BackfillRequest(source, *days, _today(), limit), settings, wait=wait)
    else:
        raise UsageError("Give a source with --from (and --to), or --ccnews.")


def reprocess(
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what was fetched for this source.")
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First night."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last night."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would change, and change nothing.")
    ] = False,
    extractor: Extractor = None,
    warehouse: Warehouse = None,
    workers: Workers = None,
    wait: Wait = False,
    config: Config = None,
) -> None:
    """Run the present extractor over the stored WARC files.

    Where the result differs, the article gets a new version whose change_reason
    is `reprocess`; closes with the fields that changed, how often, and examples.
    """
    from config.settings import load_settings
    from flows.past_commands import reprocess_command
    from tasks.reprocess import ReprocessRequest

    settings = load_settings(
        config, warehouse=warehouse, workers=workers, process={"extractor": extractor}
    )
    request = ReprocessRequest(source, _day(first), _day(last))
    reprocess_command(request, settings, wait=wait, dry_run=dry_run)


def prune(
    older_than: Annotated[
        int, typer.Option(min=1, metavar="DAYS", help="Nights older than so many days.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Remove them.")] = False,
    warehouse: Warehouse = None,
    config: Config = None,
) -> None:
    """Remove old WARC files; without --yes says what would be removed.

    The tables stay. What is removed can no longer be reprocessed.
    """
    from config.settings import load_settings
    from flows.past_commands import prune_command

    settings = load_settings(config, warehouse=warehouse)
    prune_command(older_than, settings.warehouse, today=_today(), yes=yes)


sources_app = typer.Typer(
    help="The list of publishers: try entries, add new ones.", no_args_is_help=True
)


@sources_app.command("list")
def sources_list(config: Config = None) -> None:
    """Print the entries."""
    from config.settings import load_settings
    from flows.source_commands import list_command

    list_command(load_settings(config))


@sources_app.command("check")
def sources_check(names: Names = None, config: Config = None) -> None:
    """Try sources and print what each gives: robots.txt, feeds, sitemaps, problems.

    Exit status 1 if one of them gives no article.
    """
    from config.settings import load_settings
    from flows.source_commands import check_command

    if not check_command(names or [], load_settings(config)):
        raise typer.Exit(1)


@sources_app.command("add")
def sources_add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The homepage.")],
    name: Annotated[
        str | None, typer.Option(help="Default: what the homepage calls itself.")
    ] = None,
    config: Config = None,
) -> None:
    """Find a site's feeds and sitemaps and write its entry."""
    from config.settings import load_settings
    from flows.source_commands import add_command

    add_command(url, name, load_settings(config))


@sources_app.command("import")
def sources_import(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="As feed readers export it.")],
    config: Config = None,
) -> None:
    """Add the feeds of an OPML file."""
    from config.settings import load_settings
    from flows.source_commands import import_command

    import_command(file, load_settings(config))


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    for command in (nightly, fetch, backfill, reprocess, prune):
        app.command()(command)
    app.add_typer(sources_app, name="sources")


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _today() -> date:
    """A night is named after the local date of its start."""
    return datetime.now().astimezone().date()
