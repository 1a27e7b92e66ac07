"""The command `broadsheet reprocess`."""

from datetime import datetime
from typing import Annotated

import typer

from flows.commands.options import (
    ConfigOption,
    ExtractorOption,
    WaitOption,
    WarehouseOption,
    WorkersOption,
    day_of,
)


def reprocess(
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only pages fetched for this source.")
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
    stories: Annotated[
        bool,
        typer.Option(
            "--stories",
            help="Only find copies and clusters of stories anew, in all articles; no page is read.",
        ),
    ] = False,
    search: Annotated[
        bool,
        typer.Option(
            "--search", help="Only build the search index anew, of all articles; no page is read."
        ),
    ] = False,
    extractor: ExtractorOption = None,
    warehouse: WarehouseOption = None,
    workers: WorkersOption = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Run the present extractor over the stored WARC files.

    If its result differs, the article gets a new version whose change_reason is
    `reprocess`. Closes with a table of the fields that changed, with examples.

    With --stories, the copies and clusters of all articles are found anew. That is needed once for
    articles that an earlier version of Broadsheet loaded, and after a change of the method.

    With --search, the index of `broadsheet search` is built anew, where it is missing or damaged.
    """
    from config.settings import load_settings
    from flows.actions.past import index_command, reprocess_command, stories_command
    from tasks.jobs.reprocess import ReprocessRequest
    from tasks.jobs.stories import require_all_articles

    settings = load_settings(
        config, warehouse=warehouse, workers=workers, process={"extractor": extractor}
    )
    if stories or search:
        require_all_articles(source, first, last, dry_run, stories and search)
        (stories_command if stories else index_command)(settings, wait=wait)
        return
    request = ReprocessRequest(source, day_of(first), day_of(last))
    reprocess_command(request, settings, wait=wait, dry_run=dry_run)
