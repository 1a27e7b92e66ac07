"""Ctrl-C while a command imports its libraries: one sentence, and no traceback."""

import signal
import subprocess
import sys

# The import of the command line takes long, and says that it has begun.
PROGRAM = """
import sys, time
class Slow:
    @staticmethod
    def find_spec(name, *_):
        if name == "flows.cli":
            print("here", flush=True)
            time.sleep(20)
sys.meta_path.insert(0, Slow)
from flows.start import start
start()
"""


def test_ctrl_c_during_the_imports_ends_with_one_sentence() -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM, "sql", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_ctrl_c,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"broadsheet: Stopped.\n"
    assert process.returncode == 130


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
