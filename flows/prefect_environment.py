"""What Prefect reads from the environment when it is imported; for the command line's own runs."""

import os

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # A server for one run takes 10 to 20 s to start, more on a busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


def prepare() -> None:
    """Sets what the user has not set; call before prefect is imported."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
