"""The environment in which snapshots and exports are opened as strangers do: without Broadsheet."""

import subprocess
import sys
from pathlib import Path

READERS = Path(sys.prefix) / "readers" / "bin" / "python"


def run_as_reader(program: str, folder: Path) -> str:
    """Return what a program prints that is run in a folder by Python with pandas and polars."""
    done = subprocess.run(
        [READERS, "-I", "-c", program], cwd=folder, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
