"""Commands that must fail with one sentence and leave nothing running."""

import subprocess
from pathlib import Path

from tests.pipeline.command import COMMAND
from tests.service.harness import Service, clean_environment, until

PATIENT = {"BROADSHEET_PREFECT__START_SECONDS": "300"}


def refusal(warehouse: Path, *arguments: str | Path, status: int = 1, **environment: str) -> str:
    """Run a command that must fail with one sentence and return the sentence."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments), "-w", str(warehouse)],
        capture_output=True,
        text=True,
        timeout=330,
        check=False,
        env=clean_environment(**PATIENT, COLUMNS="500", **environment),
    )
    assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    output = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(output) == 1, output
    assert output[0].startswith("broadsheet: ")
    left = until(lambda: not list(Service(warehouse).processes()), 10)
    assert left, [
        Path(f"/proc/{pid}/cmdline").read_bytes() for pid in Service(warehouse).processes()
    ]
    return output[0].removeprefix("broadsheet: ")
