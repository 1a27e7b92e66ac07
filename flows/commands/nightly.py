"""The command `broadsheet nightly`."""

from flows.commands.options import (
    AsFlowOption,
    ConfigOption,
    NightOption,
    SourceNamesArgument,
    WaitOption,
    WarehouseOption,
    WorkersOption,
    day_of,
    today,
)


def nightly(
    sources: SourceNamesArgument = None,
    warehouse: WarehouseOption = None,
    night: NightOption = None,
    workers: WorkersOption = None,
    wait: WaitOption = False,
    prefect: AsFlowOption = False,
    config: ConfigOption = None,
) -> None:
    """Fetch what the sources published, ingest it and publish it.

    Reads feeds, section pages and sitemaps, fetches new articles, and fetches
    recent articles again to look for changes. Keeps every page as WARC. Closes
    with a table of the sources. After a kill, the same command resumes the night.

    [dim]broadsheet nightly[/dim]
    [dim]broadsheet nightly "Harbour Courier" --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.nights import night_command
    from tasks.jobs.nightly import NightRequest

    settings = load_settings(config, warehouse=warehouse, workers=workers)
    request = NightRequest(day_of(night) or today(), tuple(sources or ()))
    night_command(request, settings, wait=wait, prefect=prefect, config=config)
