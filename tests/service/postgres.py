"""A PostgreSQL server for one test, in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.test_prefect import free_port
from tests.service.harness import until

PASSWORD = "correct-horse"
USER = "nobody"  # PostgreSQL refuses to run as root


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server with an empty database `prefect` of the user `prefect`."""

    bin: Path
    port: int

    def url(self, password: str = PASSWORD) -> str:
        """Return the connection URL for Prefect's setting."""
        return f"postgresql+asyncpg://prefect:{password}@{self.place}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}/prefect"

    def run(self, program: str, *arguments: str, database: str = "prefect") -> str:
        """Run one of PostgreSQL's programs and return its output."""
        address = f"postgresql://prefect@127.0.0.1:{self.port}/{database}"
        done = subprocess.run(
            [self.bin / program, *arguments, address],
            env={**os.environ, "PGPASSWORD": PASSWORD},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; without it, skip the test, or fail it in CI."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = versions[-1] if versions else shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    if os.environ.get("CI") == "true":
        pytest.fail("PostgreSQL is not installed: .ci/run is to install it")
    pytest.skip("PostgreSQL is not installed: apt-get install postgresql")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server; at the end it is stopped and its data removed."""
    made = Postgres(binaries(), free_port())
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-postgres-"))
    try:
        (folder / "password").write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
            shutil.chown(folder / "password", USER)
        data = str(folder / "data")
        initdb = ("--username=prefect", f"--pwfile={folder / 'password'}", "--auth=scram-sha-256")
        subprocess.run(
            _as_user(made.bin / "initdb", *initdb, "--no-sync", "-E", "UTF8", "-D", data),
            check=True,
            capture_output=True,
        )
        command = _as_user(
            *(made.bin / "postgres", "-D", data, "-F", "-k", str(folder)),
            *("-h", "127.0.0.1", "-p", str(made.port)),
        )
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            ready = [made.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(made.port)]
            assert until(lambda: subprocess.run(ready, check=False).returncode == 0, 60)
            made.run("psql", "-c", "create database prefect", database="postgres")
            yield made
        finally:
            # "fast": a terminated server waits for its clients, and pools close when Python likes.
            stop = _as_user(made.bin / "pg_ctl", "-D", data, "-m", "fast", "stop")
            subprocess.run(stop, check=True, capture_output=True)
            server.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(*command: str | Path) -> Sequence[str]:
    """Return a command that runs as another user than root, whom PostgreSQL refuses."""
    words = [str(word) for word in command]
    return ["runuser", "-u", USER, "--", *words] if os.geteuid() == 0 else words
