"""The command `broadsheet fetch`."""

from flows.commands.options import (
    ConfigOption,
    NightOption,
    SourceNamesArgument,
    WaitOption,
    WarehouseOption,
    day_of,
    today,
)


def fetch(
    sources: SourceNamesArgument = None,
    warehouse: WarehouseOption = None,
    night: NightOption = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Do the first half of a night: discover and fetch, but load nothing.

    The WARC files are written to WAREHOUSE/raw. `broadsheet nightly` for the same
    night loads them.
    """
    from config.settings import load_settings
    from flows.actions.nights import fetch_command
    from tasks.jobs.nightly import NightRequest

    settings = load_settings(config, warehouse=warehouse)
    request = NightRequest(day_of(night) or today(), tuple(sources or ()))
    fetch_command(request, settings, wait=wait)
