"""`broadsheet status` without a server: it shows the nights from the tables."""

from pathlib import Path

import pytest

from tests.nights.night import Desk
from tests.pipeline.command import run
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_status_shows_nights_that_no_server_knows(tmp_path: Path) -> None:
    assert "No nights to show" in run("status", "-w", tmp_path / "w", status=1).stdout
    with ManySites(2, 4) as site:
        desk = Desk(tmp_path, site)
        for night in (3, 0):
            desk.quick_night(night)
        output = run("status", "-w", desk.warehouse, status=1, COLUMNS="80").stdout
    lines = output.splitlines()
    assert max(map(len, lines)) <= 80
    head = lines.index(next(line for line in lines if line.startswith("night ")))
    late, early = (line.split() for line in lines[head + 1 : head + 3])
    assert early[0] == "2025-03-14"
    assert late[0] == "2025-03-11"
    names = lines[head].replace("loaded at", "day time").split()
    columns = dict(zip(names, early, strict=True))
    assert (columns["sources"], columns["loaded"], columns["fail"]) == ("2", "8", "0")
