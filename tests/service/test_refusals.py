"""A service that cannot be started says why in one sentence and leaves nothing running."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.service import state_files
from tests.flows.test_prefect import free_port
from tests.pipeline.command import COMMAND, run
from tests.service.harness import clean_environment
from tests.service.refusing import refusal

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).stat()


@pytest.fixture
def taken() -> Iterator[int]:
    """Yield a port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_an_error_names_a_port_that_another_program_uses(tmp_path: Path, taken: int) -> None:
    output = refusal(tmp_path / "w", "up", f"--port={taken}")
    assert output == (
        f"Port {taken} of 127.0.0.1 cannot be used (Address already in use): free it, "
        "or name another by --port or the setting prefect.port."
    )


def test_up_in_the_background_prints_the_same_sentence(tmp_path: Path, taken: int) -> None:
    assert f"Port {taken} of" in refusal(tmp_path / "w", "up", "--detach", f"--port={taken}")


def test_an_error_names_a_server_that_does_not_answer(tmp_path: Path) -> None:
    api = f"http://127.0.0.1:{free_port()}/api"
    output = refusal(tmp_path / "w", "up", PREFECT_API_URL=api)
    assert output == (
        f"The Prefect server at {api} does not answer: start it, or unset PREFECT_API_URL to have "
        "one of your own."
    )
    assert f"server at {api} does not answer" in refusal(
        tmp_path / "w", "deploy", PREFECT_API_URL=api
    )


def test_a_second_up_names_the_first_one(tmp_path: Path) -> None:
    with state_files.service_lock(tmp_path / "w"):
        for arguments in (["up"], ["up", "--detach"]):
            output = refusal(tmp_path / "w", *arguments)
            assert output.startswith(f"It is up already, as process {os.getpid()}")


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["here", "detached"])
def test_an_error_names_a_folder_that_cannot_be_created(
    tmp_path: Path, detach: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    warehouse = tmp_path / "file" / "w"
    output = refusal(warehouse, "up", *detach, status=2)
    assert output == (
        f"Cannot make the warehouse {warehouse}: Not a directory; name another by --warehouse."
    )


@pytest.fixture
def warehouse() -> Iterator[Path]:
    """Yield a folder outside those of root, which the unprivileged user could not enter."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and only setpriv takes that from it")
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-refused-"))
    shutil.chown(folder, CHECKOUT.st_uid)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["here", "detached"])
def test_an_error_names_a_folder_that_cannot_be_written_to(
    warehouse: Path, detach: tuple[str, ...]
) -> None:
    warehouse.chmod(0o555)
    done = up_without_privileges(warehouse, *detach)
    assert (done.returncode, done.stderr) == (
        2,
        f"broadsheet: Cannot make the warehouse {warehouse}: Permission denied; "
        "name another by --warehouse.\n",
    )


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["here", "detached"])
def test_an_error_names_files_that_cannot_be_written(
    warehouse: Path, detach: tuple[str, ...]
) -> None:
    service = warehouse / "service"
    service.mkdir()
    for name in ("up.lock", "up.log"):
        (service / name).touch(mode=0o444)
    for path in (service, *service.iterdir()):
        shutil.chown(path, CHECKOUT.st_uid)
    done = up_without_privileges(warehouse, *detach)
    assert done.returncode == 1, done.stderr
    (output,) = done.stderr.splitlines()
    assert output.startswith("broadsheet: ")
    assert "Permission denied" in output
    assert str(service) in output


def up_without_privileges(warehouse: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `broadsheet up` as a user for whom the modes of files count, unlike root.

    It runs as the owner of this checkout, who may enter it even below a folder of mode 0700.
    """
    user = [f"--reuid={CHECKOUT.st_uid}", f"--regid={CHECKOUT.st_gid}", "--clear-groups"]
    become = ["setpriv", *user, "--bounding-set=-all", "--inh-caps=-all"]
    return subprocess.run(
        [
            *(become if os.geteuid() == 0 else []),
            *(*COMMAND, "up", *arguments, "-w", str(warehouse)),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=clean_environment(COLUMNS="500", HOME=str(warehouse)),
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["deploy"], {}, "There is no server to deploy to: set PREFECT_API_URL"),
        (["up"], {"BROADSHEET_PREFECT__SCHEDULE": "at night"}, "'prefect.schedule' is refused"),
        (["up"], {"BROADSHEET_PREFECT__TIMEZONE": "Mars"}, "'prefect.timezone' is refused"),
        (["up"], {"BROADSHEET_PREFECT__SLUG": "My Night"}, "'prefect.slug' is refused"),
        (["up", "--config=nowhere.toml"], {}, "Cannot read the settings file nowhere.toml"),
    ],
)
def test_wrong_usage_ends_with_exit_status_2(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], words: str
) -> None:
    assert words in refusal(tmp_path / "w", *arguments, status=2, **environment)


def test_down_and_status_say_that_the_service_is_down(tmp_path: Path) -> None:
    warehouse = tmp_path / "w"
    assert "It is down." in run("down", "-w", warehouse).stdout
    assert "down: `broadsheet up`" in run("status", "-w", warehouse, status=1).stdout


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return the path at which the service will look for Prefect's own database."""
    path = tmp_path / "w" / "service" / "prefect.db"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.timeout(400)
def test_an_error_names_a_database_of_a_newer_prefect(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("create table alembic_version (version_num varchar(32) not null)")
        connection.execute("insert into alembic_version values ('f00dfeedbeef')")
    connection.close()
    output = refusal(database.parent.parent, "up", f"--port={free_port()}")
    assert output.startswith(f"Prefect's database {database} was made by a newer Prefect: install ")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("bytes_", [b"no database " * 1000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_an_error_names_a_damaged_database(database: Path, bytes_: bytes) -> None:
    database.write_bytes(bytes_)
    output = refusal(database.parent.parent, "up", f"--port={free_port()}")
    assert output.startswith(f"Prefect's database {database} is damaged: restore it from a backup")
    assert database.read_bytes() == bytes_


@pytest.mark.timeout(400)
def test_an_error_names_a_database_server_that_does_not_answer(tmp_path: Path) -> None:
    place = f"127.0.0.1:{free_port()}/prefect"
    url = f"postgresql+asyncpg://prefect:secret@{place}"
    output = refusal(
        tmp_path / "w",
        *("up", f"--port={free_port()}"),
        PREFECT_API_DATABASE_CONNECTION_URL=url,
    )
    assert output.startswith(f"Prefect's database {place} does not answer at its connection URL")
    assert "secret" not in output
