"""The build step that writes the commit into a wheel; everything else is in pyproject.toml."""

import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithCommit(build_py):
    """A build that adds `config/commit.txt` to a wheel made from a clone (`config/version.py`)."""

    def run(self) -> None:
        """Build the packages, then write the file."""
        super().run()
        commit = _commit()
        if commit and not self.editable_mode:
            (Path(self.build_lib) / "config" / "commit.txt").write_text(f"{commit}\n", "utf-8")


def _commit() -> str | None:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=9", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


setup(cmdclass={"build_py": BuildWithCommit})
