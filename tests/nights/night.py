"""A newsroom whose nights run against generated sites."""

import json
import signal
import time
from contextlib import suppress
from datetime import date, timedelta
from os import killpg
from pathlib import Path
from typing import Any

from config.settings import load_settings
from tasks.jobs.nightly import NightRequest, nightly
from tasks.pipeline import Stages, thread_runner
from tasks.runs.progress import ProgressListener
from tests.pipeline.command import Started, ask, run, start
from tests.sites.many import ManySites

FIRST = date(2025, 3, 11)


class Desk:
    """A newsroom: a folder with a list of sources, settings and a warehouse, and its nights.

    Nights are counted from 0, which is FIRST.
    """

    def __init__(
        self, folder: Path, site: ManySites, *, delay: float = 0.0, with_sitemaps: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.warehouse = folder / "w"
        self.site = site
        self.listed = folder / "sources.toml"
        self.listed.write_text(site.sources_toml(delay, with_sitemaps=with_sitemaps))
        self.settings: dict[str, dict[str, Any]] = {
            "fetch": {"retry_seconds": 0.1, "free_bytes": 0, "stall_seconds": 1.0},
            "discover": {},
        }

    @property
    def config(self) -> Path:
        """Write the present settings to a file and return its path."""
        lines = [f"sources = {json.dumps(str(self.listed))}", "workers = 2"]
        for section, values in self.settings.items():
            lines += [f"[{section}]", *(f"{k} = {json.dumps(v)}" for k, v in values.items())]
        hosts = (f"{json.dumps(name)} = {json.dumps(at)}" for name, at in self.site.hosts.items())
        path = self.folder / "broadsheet.toml"
        path.write_text("\n".join([*lines, "[fetch.hosts]", *hosts]) + "\n")
        return path

    def arguments(self, night: int, command: str = "nightly") -> tuple[str | Path, ...]:
        day = (FIRST + timedelta(days=night)).isoformat()
        return (command, "--night", day, "-w", self.warehouse, "--config", self.config)

    def quick_night(self, number: int = 0) -> None:
        """Run a night within this process, which is faster than the command."""
        settings = load_settings(self.config, warehouse=self.warehouse, workers=1)
        request = NightRequest(FIRST + timedelta(days=number))
        with thread_runner(1) as run_stage:
            nightly(request, Stages(settings, run_stage, ProgressListener()))

    def night(self, number: int = 0, command: str = "nightly", status: int = 0) -> str:
        """Run a night by the command line and return its output."""
        done = run(*self.arguments(number, command), status=status)
        return done.stdout + done.stderr

    def start(self, number: int = 0) -> Started:
        return start(*self.arguments(number))

    def wait_for_requests(self, process: Started, count: int) -> None:
        """Wait until the site has had a number of requests."""
        while len(self.site.requests) < count:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)

    def ask(self, query: str) -> list[dict[str, Any]]:
        return ask(self.warehouse, query)

    def texts(self) -> dict[str, str]:
        """Return the current text of every article, by address."""
        return {row["url"]: row["text"] for row in self.ask("select url, text from articles")}


def kill(process: Started) -> None:
    """Kill a command and all processes that it started with SIGKILL."""
    with suppress(ProcessLookupError):
        killpg(process.pid, signal.SIGKILL)
    process.communicate()
