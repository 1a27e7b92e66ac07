"""Warehouses with keys, as earlier versions wrote them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

import tasks.discover.select
import tasks.jobs.fetching
from config.settings import Settings
from config.sources import Source
from tasks.fetch.orders import FetchOrder
from tasks.runs.description import Description
from tasks.runs.run import Run
from tasks.web.exchange import Headers
from tests.nights.night import Desk
from tests.nights.paper import Papers, published

KEY = "k3y-of-the-paper-77f1"
OTHER_KEY = "Bearer an0ther-k3y-of-the-past"


@contextmanager
def storing_keys() -> Iterator[None]:
    """Let this process store keys where versions before b78c26d stored them."""
    describe, visit = tasks.jobs.fetching.describe, tasks.discover.select._visit

    def described(flow: str, night: date, sources: Any, settings: Settings) -> Description:
        entries = tuple(source.model_dump(mode="json") for source in sources)
        return replace(describe(flow, night, sources, settings), entries=entries)

    def visited(run: Run, source: Source) -> dict[str, Any]:
        return visit(run, source) | {"entry": source.model_dump_json(exclude_defaults=True)}

    def with_secrets(self: FetchOrder, sent: Headers) -> Headers:
        return sent

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.jobs.fetching, "describe", described)
        patch.setattr(tasks.discover.select, "_visit", visited)
        patch.setattr(FetchOrder, "without_secrets", with_secrets)
        yield


def set_format_4(warehouse: Path) -> None:
    """Make the warehouse state that an earlier version wrote it."""
    path = warehouse / "format.json"
    stated = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps({"format": 4, "written_by": stated["written_by"]}))


@contextmanager
def newsroom_with_keys(folder: Path, nights: int = 2) -> Iterator[tuple[Papers, Desk]]:
    """Make a newsroom with two papers, one with a key, and nights of an earlier version."""
    with published(folder, ("paper", "other")) as (papers, desk):
        set_key(desk, KEY)
        for name in ("paper", "other"):
            home = f"http://{name}.example/"
            papers.feed(f"{home}feed.xml", *(f"{home}{number}" for number in range(4)))
            for number in range(4):
                papers.story(f"{home}{number}", number + 100 * (name == "other"))
        with storing_keys():
            for night in range(nights):
                papers.story("http://paper.example/0", 10 + night)
                desk.quick_night(night)
        if nights:
            set_format_4(desk.warehouse)
        yield papers, desk


def set_key(desk: Desk, key: str) -> None:
    """Write the key into the entry of the first paper, in place of the present one."""
    own, mark, others = desk.listed.read_text().partition("\n[[source]]\nname = 'other'")
    lines = [line for line in own.splitlines() if not line.startswith("headers")]
    desk.listed.write_text("\n".join([*lines, f"headers = {{X-Key = '{key}'}}"]) + mark + others)
