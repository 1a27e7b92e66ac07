"""The command `broadsheet`.

Heavy modules are imported inside the functions that use them, so that `--help` stays quick.
"""

import gc
import io
import sys
from typing import Annotated

import typer

from config.errors import BroadsheetError, StoppedError, os_error_message, stopped_by_ctrl_c
from flows.commands import register
from flows.start import leave_at_ctrl_c, raise_at_ctrl_c

app = typer.Typer(
    name="broadsheet",
    help="News pages in, trustworthy tables out.\n\n"
    "Try [bold]broadsheet demo[/bold]; then [bold]broadsheet ingest[/bold] a folder of your own, "
    "and ask it with [bold]broadsheet sql[/bold].",
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line.

    Every expected error is printed as one sentence and sets the exit status. A traceback is
    therefore always a defect.
    """
    # Modules and their classes stay: looking for garbage among them took a tenth of a short run.
    gc.set_threshold(50_000, 20, 50)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # File names may hold characters that the terminal's encoding lacks.
            stream.reconfigure(errors="backslashreplace")
    try:
        with stopped_by_ctrl_c("Stopped."):
            raise_at_ctrl_c()
            app()
    except BroadsheetError as error:
        if isinstance(error, StoppedError):
            leave_at_ctrl_c()
        _print_error(str(error))
        sys.exit(error.exit_status)
    except SystemExit as end:
        if end.code == StoppedError.exit_status:  # Typer ends silently at Ctrl-C
            leave_at_ctrl_c()
            _print_error("Stopped.")
        raise
    except BrokenPipeError:  # the reader of our output has ended, such as `head`
        sys.exit(0)
    except OSError as error:
        _print_error(os_error_message(error))
        sys.exit(1)


def _print_error(sentence: str) -> None:
    from flows.terminal.screen import visible

    typer.echo(f"broadsheet: {visible(sentence)}", err=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        from config.version import code_version

        typer.echo(f"broadsheet {code_version()}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
]


@app.callback()
def _root(context: typer.Context, version: Version = False) -> None:
    """Accept the options that come before the command; without one, say what to do next."""
    if context.invoked_subcommand is None:
        from config.settings import load_settings
        from flows.actions.next_steps import next_steps_command

        next_steps_command(load_settings())


register(app)
