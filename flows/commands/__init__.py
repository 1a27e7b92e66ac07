"""The commands of `broadsheet`, one file each, with their options and their help.

The work of a command is in `flows.actions`. It is imported at the beginning of the command's
function, and not at the top of the file, because with these imports `--help` would take seconds.
"""

import typer

from flows.commands import codings, lake, snapshot, sources
from flows.commands.archive_raw import archive_raw
from flows.commands.backfill import backfill
from flows.commands.backup import backup
from flows.commands.compact import compact
from flows.commands.demo import demo
from flows.commands.deploy import deploy
from flows.commands.diff import diff
from flows.commands.doctor import doctor
from flows.commands.down import down
from flows.commands.explain import explain
from flows.commands.export import export
from flows.commands.fetch import fetch
from flows.commands.forget_keys import forget_keys
from flows.commands.ingest import ingest
from flows.commands.init import init
from flows.commands.kwic import kwic
from flows.commands.nightly import nightly
from flows.commands.prune import prune
from flows.commands.relocate import relocate
from flows.commands.repair import repair
from flows.commands.report import report
from flows.commands.reprocess import reprocess
from flows.commands.restore import restore
from flows.commands.sample import sample
from flows.commands.search import search
from flows.commands.sql import sql
from flows.commands.status import status
from flows.commands.takedown import takedown
from flows.commands.trend import trend
from flows.commands.up import up
from flows.commands.watches import watches
from flows.commands.words import words

# In the order in which the help lists them.
COMMANDS = (
    ingest,
    sql,
    search,
    kwic,
    trend,
    words,
    explain,
    diff,
    export,
    report,
    sample,
    watches,
    demo,
    doctor,
    init,
    nightly,
    fetch,
    backfill,
    reprocess,
    compact,
    prune,
    archive_raw,
    repair,
    relocate,
    backup,
    restore,
    forget_keys,
    takedown,
    up,
    down,
    status,
    deploy,
)


def register(app: typer.Typer) -> None:
    """Add all commands to the command line."""
    for command in COMMANDS:
        app.command()(command)
    app.add_typer(snapshot.app, name="snapshot")
    app.add_typer(codings.app, name="codings")
    app.add_typer(sources.app, name="sources")
    app.add_typer(lake.app, name="lake")
