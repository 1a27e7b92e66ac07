"""The server's process: Prefect's command line, in a process that ends when its parent dies.

It isolates `prefect server start`, which by itself would outlive a killed supervisor.
"""

import os
import runpy
import signal
import sys
from threading import Event

from flows.running.parent import bound_to_parent

_GRACE_SECONDS = 15.0


def main() -> None:
    """Run Prefect's own command line.

    The first argument is the supervisor's process id. It is passed because the supervisor may die
    while this process is still loading. The other arguments are Prefect's.
    """
    supervisor = int(sys.argv.pop(1))
    os.umask(0o077)  # Prefect's database holds the secrets of blocks
    with bound_to_parent(_stop, supervisor):
        sys.argv[0] = "prefect"
        runpy.run_module("prefect", run_name="__main__", alter_sys=False)


def _stop(ended: Event) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    if not ended.wait(_GRACE_SECONDS):
        os._exit(1)


if __name__ == "__main__":
    main()
