"""A process that is killed in the middle of a backup or restore."""

import signal
import subprocess
import sys


def died(call: str, after: int) -> int | None:
    """Call a function in a process that dies after so many changes of names on the disk.

    Return None if it died, else how many changes it made.
    """
    program = DYING.format(after=after, call=call)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return int(done.stdout) if done.returncode == 0 else None


DYING = """
import os, signal, sys
from pathlib import Path
from tests.keep.keeping import PAGE, backed_up, restored
made = 0
def dies(event, arguments):
    global made
    if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "shutil.rmtree"):
        made += 1
        if made > {after}:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(dies)
{call}
print(made)
"""
