"""Environment variables that must be set before Prefect is imported."""

import os
from pathlib import Path

from flows.service.state_files import running_service

PREFECT_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Prefect's default is 20 s. A server for one run takes 10 to 20 s to start, and longer on a
    # busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


def prepare(warehouse: Path | None = None) -> None:
    """Set the variables that the user has not set.

    Args:
        warehouse: the warehouse whose server records the run, if that server is up; None: no
            server is chosen.
    """
    for name, value in PREFECT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    if secret := os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        os.environ.setdefault("PREFECT_API_AUTH_STRING", secret)
    if warehouse is not None and (up := running_service(warehouse)) is not None:
        os.environ.setdefault("PREFECT_API_URL", up.api)
