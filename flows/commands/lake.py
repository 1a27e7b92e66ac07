"""The commands `broadsheet lake …`."""

from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WaitOption, WarehouseOption

app = typer.Typer(
    help="Keep the tables in a bucket in step with the warehouse.", no_args_is_help=True
)


@app.command("push")
def lake_push(
    warehouse: WarehouseOption = None,
    replace_newer: Annotated[
        bool,
        typer.Option(
            "--replace", help="Push even over a newer state of the bucket, which is lost."
        ),
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Read all files in the bucket back, and upload those again whose bytes differ.",
        ),
    ] = False,
    moved_from: Annotated[
        str,
        typer.Option(
            "--moved-from",
            metavar="ADDRESS",
            help="The former address of the lake, which moves to that of the setting `lake`.",
            show_default=False,
        ),
    ] = "",
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Bring the tables in the bucket to the state of the warehouse.

    With the setting `lake`, every command that publishes does so at its end.
    Run this after a push that failed, or when you have set `lake` for the
    first time. Only what is new is uploaded, and files that somebody removed
    from the bucket or cut; each file is read back and compared. A killed push
    is repeated, and readers see each table in its old or its new state.

    [dim]broadsheet lake push[/dim]
    """
    from config.settings import load_settings
    from flows.actions.lake import push_command
    from tasks.jobs.lake import PushRequest

    request = PushRequest(replace_newer, verify, moved_from, wait)
    push_command(load_settings(config, warehouse=warehouse), request)


@app.command("pull")
def lake_pull(
    warehouse: WarehouseOption = None,
    discard: Annotated[
        bool,
        typer.Option(
            "--discard",
            help="Remove runs, takedowns and named snapshots that the bucket lacks. Such a "
            "takedown has to be repeated.",
        ),
    ] = False,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Bring the warehouse to the state of the tables in the bucket.

    For a new machine, whose warehouse is empty, and for one that is behind:
    another has pushed since. Commands that write refuse such a warehouse. What
    it lacks is downloaded and compared with its checksum, and then published.
    WARC files in `raw/` are not in the bucket. A killed pull is repeated.

    [dim]broadsheet lake pull --warehouse ~/news[/dim]
    """
    from config.settings import load_settings
    from flows.actions.lake import pull_command

    pull_command(load_settings(config, warehouse=warehouse), wait=wait, discard=discard)
