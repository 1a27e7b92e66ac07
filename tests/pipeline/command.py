"""The command line as users run it: a process of its own."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from warehouse.query import opened, write_json

COMMAND = (sys.executable, "-P", "-c", "from flows.cli import main; main()")


def start(*arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
    """Starts `broadsheet` in a session of its own, so that it can be killed with its workers."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "COLUMNS": "120", **environment},
    )


def run(
    *arguments: str | Path, status: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `broadsheet` to its end and checks its exit status."""
    with start(*arguments, **environment) as process:
        out, err = process.communicate(timeout=110)
    assert process.returncode == status, f"exit {process.returncode}\n{out}\n{err}"
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def ask(warehouse: Path, query: str) -> list[dict[str, Any]]:
    """A query's rows, as `broadsheet sql --format json` gives them."""
    out = io.BytesIO()
    with opened(warehouse) as connection:
        write_json(connection, query, out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found
