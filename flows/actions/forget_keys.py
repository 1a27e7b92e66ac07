"""The command `forget-keys`: remove stored keys and print the files that held them."""

from collections.abc import Sequence

from rich.console import Console

from config.settings import Settings
from flows.actions.nights import run_with_progress
from flows.terminal.screen import one_line, screen
from tasks.keys.forget import ForgetRequest, forget_keys
from tasks.keys.model import Finding

console = screen(soft_wrap=True)


def forget_keys_command(settings: Settings, request: ForgetRequest, *, wait: bool) -> None:
    """Remove stored keys and print the files that held them; a dry run only prints them."""
    found = run_with_progress(settings, lambda stages: forget_keys(stages, request, wait=wait))
    show_findings(console, found, dry_run=request.dry_run)


def show_findings(out: Console, found: Sequence[Finding], *, dry_run: bool) -> None:
    """Print a line for each finding, and the number of files."""
    for finding in found:
        out.print(one_line(f"{finding}{': remove it yourself' if finding.stays else ''}"))
    files = sum(not finding.stays for finding in found)
    if not files:
        stored = "another key" if found else "a key"
        out.print(f"No file was found that holds {stored}; nothing was changed.")
    elif dry_run:
        out.print(f"{files:,} files would be rewritten without keys; nothing was changed.")
    else:
        out.print(f"{files:,} files were rewritten without keys. Backups may still hold them.")
