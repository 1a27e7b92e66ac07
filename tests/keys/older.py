"""Warehouses with keys, as earlier versions wrote them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

import tasks.discover.select
import tasks.nightly
from config.settings import Settings
from config.sources import Source
from tasks.fetch.model import Headers
from tasks.fetch.orders import Order
from tasks.runs import Run
from tests.nights.night import Desk
from tests.nights.paper import Papers, published

KEY = "k3y-of-the-paper-77f1"
OTHER_KEY = "Bearer an0ther-k3y-of-the-past"


@contextmanager
def storing_keys() -> Iterator[None]:
    """Let this process store keys where the versions before b78c26d did."""
    describe, visit = tasks.nightly.describe, tasks.discover.select._visit

    def described(flow: str, night: date, sources: Any, settings: Settings) -> dict[str, Any]:
        entries = [source.model_dump(mode="json") for source in sources]
        return describe(flow, night, sources, settings) | {"entries": entries}

    def visited(run: Run, source: Source) -> dict[str, Any]:
        return visit(run, source) | {"entry": source.model_dump_json(exclude_defaults=True)}

    def with_secrets(self: Order, sent: Headers) -> Headers:
        return sent

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.nightly, "describe", described)
        patch.setattr(tasks.discover.select, "_visit", visited)
        patch.setattr(Order, "without_secrets", with_secrets)
        yield


def made_before_format_5(warehouse: Path) -> None:
    """Let the warehouse say that an earlier version made it."""
    path = warehouse / "format.json"
    stated = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps({"format": 4, "written_by": stated["written_by"]}))


@contextmanager
def newsroom_with_keys(folder: Path, nights: int = 2) -> Iterator[tuple[Papers, Desk]]:
    """A newsroom some nights of which an earlier version made; one paper of two has a key."""
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
            made_before_format_5(desk.warehouse)
        yield papers, desk


def set_key(desk: Desk, key: str) -> None:
    """Write the key into the entry of the first paper, instead of the one that is there."""
    own, mark, others = desk.listed.read_text().partition("\n[[source]]\nname = 'other'")
    lines = [line for line in own.splitlines() if not line.startswith("headers")]
    desk.listed.write_text("\n".join([*lines, f"headers = {{X-Key = '{key}'}}"]) + mark + others)
