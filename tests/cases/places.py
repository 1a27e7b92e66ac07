"""The cases: small inputs that went wrong, kept beside the corpora (BROADSHEET_CASES)."""

import os
from pathlib import Path

import pytest

from tests.pipeline.command import run

CASES = os.environ.get("BROADSHEET_CASES")
needs_cases = pytest.mark.skipif(not CASES, reason="BROADSHEET_CASES does not name the cases")


def case(number: int) -> Path:
    """Return what a case has for input; it is found by the number that its folder begins with."""
    (folder,) = Path(CASES or "").glob(f"{number:02}-*")
    return folder / "in"


def ingested(number: int, warehouse: Path) -> Path:
    """Ingest a case by the command; returns the warehouse."""
    run("ingest", case(number), "--warehouse", warehouse)
    return warehouse
