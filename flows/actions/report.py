"""The command `report`: the corpus as one HTML file.

It isolates the report itself from the terminal.
"""

from datetime import date
from pathlib import Path

from config.settings import Settings
from flows.terminal.screen import one_line, screen
from tasks.report.corpus_report import ReportRequest, make_report
from warehouse.folder import absolute

console = screen(soft_wrap=True)


def report_command(since: date | None, out: Path | None, settings: Settings) -> None:
    """Write the report and print its path, which is all that goes to standard output."""
    messages = screen(stderr=True)
    with messages.status("Making the report"):
        path = make_report(ReportRequest(since, out and absolute(out)), settings)
    console.print(one_line(str(absolute(path))))
