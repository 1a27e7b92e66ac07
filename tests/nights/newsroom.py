"""A warehouse that is filled night by night from sites on loopback."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from config.settings import load_settings
from tasks.nightly import NightRequest, nightly
from tasks.pipeline import Stages, Summary, plain_calls
from tasks.watching import Watcher
from tests.pipeline.command import ask, run, start

# Faults are met quickly: nothing on loopback needs more patience than this.
HASTY = {
    "delay": 0,
    "retry_seconds": 0.05,
    "stall_seconds": 1,
    "connect_seconds": 5,
    "free_bytes": 0,
}
WORKERS = 2


class Notices(Watcher):
    """Keeps what a person would be told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def notice(self, sentence: str) -> None:
        self.said.append(sentence)


@dataclass
class Newsroom:
    """A warehouse, its settings and its sources.

    Attributes:
        hosts: for the setting `fetch.hosts`; read anew each night.
        fetch, discover: further settings, read anew each night.
    """

    folder: Path
    hosts: Mapping[str, str]
    sources: str
    fetch: dict[str, Any] = field(default_factory=dict)
    discover: dict[str, Any] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def config(self) -> Path:
        """The settings as they are now."""
        listed = self.folder / "sources.toml"
        listed.write_text(self.sources, "utf-8")
        path = self.folder / "broadsheet.toml"
        tables = {
            "discover": self.discover,
            "fetch": {**HASTY, **self.fetch},
            "fetch.hosts": dict(self.hosts),
        }
        lines = [f"sources = {json.dumps(str(listed))}", f"workers = {WORKERS}"]
        for name, settings in tables.items():
            lines += [f"[{name}]", *(f'"{key}" = {json.dumps(settings[key])}' for key in settings)]
        path.write_text("\n".join(lines), "utf-8")
        return path

    def night(self, day: date, *names: str, only_fetch: bool = False) -> list[str]:
        """Runs a night in this process, all of it; gives what a person was told."""
        return self.summary_and_notices(day, *names, only_fetch=only_fetch)[1]

    def summary_and_notices(
        self, day: date, *names: str, only_fetch: bool = False
    ) -> tuple[Summary | None, list[str]]:
        settings = load_settings(self.config, warehouse=self.warehouse)
        notices = Notices()
        with plain_calls(WORKERS) as call:
            stages = Stages(settings, call, notices)
            summary = nightly(NightRequest(day, names), stages, only_fetch=only_fetch)
        return summary, notices.said

    def run(
        self, command: str, *arguments: str | Path, status: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Runs `broadsheet COMMAND` to its end."""
        return run(command, *arguments, *self._options, status=status)

    def start(self, command: str, *arguments: str | Path) -> subprocess.Popen[str]:
        """Starts `broadsheet COMMAND` in a session of its own."""
        return start(command, *arguments, *self._options)

    def ask(self, query: str) -> list[dict[str, Any]]:
        return ask(self.warehouse, query)

    def pairs(self, query: str) -> dict[Any, Any]:
        """A query of two columns, the first as keys."""
        return dict(tuple(row.values()) for row in self.ask(query))

    def column(self, query: str) -> list[Any]:
        """A query of one column."""
        return [next(iter(row.values())) for row in self.ask(query)]

    @property
    def _options(self) -> tuple[str | Path, ...]:
        return "--config", self.config, "--warehouse", self.warehouse


def march(day: int) -> date:
    """A day of the month in which the generated publishers begin."""
    return date(2025, 3, day)
