"""The command `broadsheet archive-raw`."""

from typing import Annotated

import typer

from flows.commands.options import (
    ConfigOption,
    DryRunOption,
    WaitOption,
    WarehouseOption,
    today,
)


def archive_raw(
    to: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The folder, such as s3://bucket/prefix."),
    ] = None,
    older_than: Annotated[
        int,
        typer.Option(
            min=1, max=36_500, metavar="DAYS", help="Archive WARC files of nights older than this."
        ),
    ] = 30,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Remove each file here once its copy was read back."),
    ] = False,
    bring_back: Annotated[
        bool,
        typer.Option("--bring-back", help="Fetch all archived files, and remove their copies."),
    ] = False,
    dry_run: DryRunOption = False,
    warehouse: WarehouseOption = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Archive old WARC files in a bucket of an S3 service.

    Each copy is read back and compared before it counts. A note beside the file
    says where its copy is, so that explain, reprocess and repair read it there.
    A killed command is repeated. A takedown asks for the files to be brought
    back first. Section `bucket` of the settings names the service; keys come from
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

    [dim]broadsheet archive-raw --to s3://press/archive --older-than 90[/dim]
    [dim]broadsheet archive-raw --to s3://press/archive --older-than 90 --remove[/dim]
    [dim]broadsheet archive-raw --bring-back[/dim]
    """
    from config.settings import load_settings
    from flows.actions.archive_raw import archive_raw_command, archive_request, bring_back_command

    settings = load_settings(config, warehouse=warehouse)
    if bring_back:
        bring_back_command(settings, wait=wait, dry_run=dry_run)
    else:
        request = archive_request(to, older_than, today(), remove=remove)
        archive_raw_command(request, settings, wait=wait, dry_run=dry_run)
