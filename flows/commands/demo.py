"""The command `broadsheet demo`."""

from typing import Annotated

import typer

from flows.commands.options import WarehouseOption


def demo(
    warehouse: WarehouseOption = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Ingest a small archive instead of the two nights.")
    ] = False,
) -> None:
    """Fetch two nights of invented publishers, and show the results.

    The publishers are served on this machine. The flow `nightly` runs twice; the
    sites change in between.
    """
    from flows.demo import run_demo

    run_demo(warehouse, archive=archive)
