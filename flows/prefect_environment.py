"""What Prefect reads from the environment when it is imported."""

import os
from pathlib import Path

from flows.service.places import found

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # A server for one run takes 10 to 20 s to start, more on a busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


def prepare(warehouse: Path | None = None) -> None:
    """Sets what the user has not set; call before prefect is imported.

    Args:
        warehouse: whose server is used for a run, if it is up.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if secret := os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        os.environ.setdefault("PREFECT_API_AUTH_STRING", secret)
    if warehouse is not None and (up := found(warehouse)) is not None:
        os.environ.setdefault("PREFECT_API_URL", up.api)
