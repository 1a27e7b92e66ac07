"""The package as users get it."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "prefect",
    "pyiceberg",
    "trafilatura",
    "pyarrow",
    "duckdb",
    "lxml",
    "sqlalchemy",
    "distributed",
)


@pytest.mark.parametrize("arguments", [["--help"], ["ingest", "--help"], ["--version"]])
def test_help_imports_no_heavy_module(arguments: list[str]) -> None:
    program = (
        "import sys; from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"
    assert "broadsheet" in done.stdout.lower()


def test_sql_imports_duckdb_and_no_other_heavy_module() -> None:
    """With pyarrow `broadsheet sql` would take five times as long as DuckDB alone."""
    program = f"""import sys, flows.actions.answers
print([name for name in {HEAVY!r} if name in sys.modules])"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['duckdb']"


def test_the_locks_name_no_address() -> None:
    for lock in (ROOT / "requirements").iterdir():
        assert "://" not in lock.read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the files that git would give a stranger."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    who = ("-c", "user.name=Test", "-c", "user.email=test@courier.example")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *who, *arguments], cwd=source, check=True)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*command, "--wheel-dir", str(out), str(source)],
        check=True,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        str(path.relative_to(ROOT))
        for layer in ("config", "warehouse", "tasks", "flows")
        for path in (ROOT / layer).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert not ours - packed
    assert not {name for name in packed if name.startswith("tests/")}


def test_the_wheel_names_the_commit_that_it_was_built_from(wheel: Path) -> None:
    commit = zipfile.ZipFile(wheel).read("config/commit.txt").decode().strip()
    assert re.fullmatch("[0-9a-f]{9,}", commit)


@pytest.mark.slow
def test_an_installed_wheel_gives_a_working_command(wheel: Path, tmp_path: Path) -> None:
    """Installed elsewhere, with the dependencies of this environment on its path."""
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    site = next(home.glob("lib/python*/site-packages"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
    )
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(here + "\n")
    story = tmp_path / "story.txt"
    story.write_text(
        "The basin opens again\n\n" + "The harbour office opened the basin again. " * 20
    )
    command = [str(home / "bin" / "python"), "-P", "-c", "from flows.cli import main; main()"]
    for arguments in (
        ["ingest", str(story), "--warehouse", "w"],
        ["sql", "select title from articles", "--warehouse", "w", "--format", "csv"],
        ["doctor", "--warehouse", "w"],
    ):
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if arguments[0] == "sql":
            assert done.stdout.splitlines() == ["title", "The basin opens again"]
