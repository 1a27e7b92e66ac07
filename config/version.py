"""The version of Broadsheet that is running, including the commit that it was built from."""

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

CLONE = Path(__file__).parents[1]
COMMIT = Path(__file__).with_name("commit.txt")  # written by setup.py when a wheel is built


@cache
def code_version() -> str:
    """Return the version as `X.Y.Z+g<commit>`, such as "0.2.0+g4ba308622".

    In a clone the commit comes from git, and `.dirty` is appended if the clone has uncommitted
    changes. In an installed wheel it comes from a file that the build wrote. Without either, the
    commit is left out.
    """
    commit = _commit_of_clone() if (CLONE / ".git").exists() else _commit_of_build()
    number = version("broadsheet")
    return f"{number}+g{commit}" if commit else number


def _commit_of_clone() -> str | None:
    described = ["describe", "--always", "--dirty=.dirty", "--abbrev=9", "--exclude=*"]
    command = ["git", "-c", "safe.directory=*", "-C", str(CLONE), *described]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):  # git is not installed, or this is no repository
        return None
    return done.stdout.strip() or None


def _commit_of_build() -> str | None:
    return COMMIT.read_text("utf-8").strip() if COMMIT.is_file() else None
