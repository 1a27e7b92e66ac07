"""The entry of the command line. This isolates Ctrl-C while the libraries are imported.

An import takes from a fifth of a second to one second, and Ctrl-C during it printed a traceback.
"""

import gc
import os
import signal


def start() -> None:
    """Import the command line and run it."""
    # A background job of a shell ignores Ctrl-C, and has to go on doing so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _say_stopped)
    # Pydantic would look for plugins among all installed packages, here and in each worker. None is
    # used.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is imported stays. Python looked for garbage among it hundreds of times, which took a
    # twentieth of a short command.
    gc.set_threshold(10_000)
    from flows.cli import main

    try:
        main()
    finally:
        # Python would look for garbage among everything that was loaded, just before it ends.
        gc.freeze()


def raise_at_ctrl_c() -> None:
    """Have Ctrl-C raise KeyboardInterrupt, once there is somebody to catch it."""
    if signal.getsignal(signal.SIGINT) is _say_stopped:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def leave_at_ctrl_c() -> None:
    """Have another Ctrl-C end the process, once a first one has stopped the work."""
    signal.signal(signal.SIGINT, _leave)


def _say_stopped(*_: object) -> None:
    os.write(2, b"broadsheet: Stopped.\n")
    os._exit(130)


def _leave(*_: object) -> None:
    os._exit(130)
