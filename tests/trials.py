"""How many random trials a slow test makes: few in each run, many if MANY_TRIALS is set."""

import os


def seeds(few: int, many: int) -> range:
    """Return the seeds of the trials."""
    return range(many if os.environ.get("MANY_TRIALS") else few)
