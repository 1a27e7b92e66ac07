"""`prefect …` in a process that ends with the one that started it."""

import os
import runpy
import signal
import sys
from threading import Event

from flows.running.parent import bound_to_parent

GRACE_SECONDS = 15.0


def main() -> None:
    """Runs Prefect's own command line.

    The first argument is the supervisor's process id, for it may die while this process still
    loads; the others are Prefect's.
    """
    supervisor = int(sys.argv.pop(1))
    os.umask(0o077)  # Prefect's database has the secrets of its blocks
    with bound_to_parent(_stop, supervisor):
        sys.argv[0] = "prefect"
        runpy.run_module("prefect", run_name="__main__", alter_sys=False)


def _stop(ended: Event) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    if not ended.wait(GRACE_SECONDS):
        os._exit(1)


if __name__ == "__main__":
    main()
