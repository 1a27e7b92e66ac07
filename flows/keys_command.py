"""What `forget-keys` does, once its arguments are parsed."""

from collections.abc import Sequence

from rich.console import Console

from config.settings import Settings
from flows.night_commands import plainly
from flows.screen import one_line, screen
from tasks.keys.forget import Request, forget_keys
from tasks.keys.model import Finding

console = screen(soft_wrap=True)


def forget_keys_command(settings: Settings, request: Request, *, wait: bool) -> None:
    """Remove stored keys and print which files held them, or would be rewritten."""
    found = plainly(settings, lambda stages: forget_keys(stages, request, wait=wait))
    show_findings(console, found, dry_run=request.dry_run)


def show_findings(out: Console, found: Sequence[Finding], *, dry_run: bool) -> None:
    """Print a line for each file, and totals."""
    for one in found:
        out.print(one_line(f"{one}{': remove it yourself' if one.stays else ''}"))
    files = sum(not one.stays for one in found)
    if not files:
        out.print("No file was found that Broadsheet could rewrite; nothing was changed.")
    elif dry_run:
        out.print(f"{files:,} files would be rewritten without keys; nothing was changed.")
    else:
        out.print(f"{files:,} files were rewritten without keys. Backups may still hold them.")
