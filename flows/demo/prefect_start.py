"""The start of Prefect and of its temporary server, with a sign of life.

It isolates that start, which takes 10 to 40 seconds, from the flow runs that would cause it.
"""

from rich.console import Console

from flows.terminal.waiting import waiting


def start_prefect(console: Console) -> None:
    """Import Prefect, and start its server for this process if none is configured.

    A client starts the server that all later clients of this process use. A server that does not
    start is reported by the flow run, in Prefect's own words.
    """
    with waiting(console, "Starting Prefect and its server"):
        from prefect import get_client

        with get_client(sync_client=True) as client:
            client.api_healthcheck()
    console.print()
