"""The pages on backups, snapshots and reading are true: their commands and programs run."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.keep.keeping import load_one, rows_of
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.readers import run_as_reader

pytestmark = pytest.mark.slow  # they type about ten commands
DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def commands(name: str) -> list[list[str]]:
    found = re.findall(r"^    broadsheet (.*?)(?: +# .*)?$", page(name), re.M)
    return [shlex.split(command) for command in found]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page("reading.md"), re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the warehouse `news`, in which the commands of snapshots.md were typed."""
    folder = tmp_path_factory.mktemp("pages")
    nights = Nights(folder / "news")
    load_one(nights, 1, "The ferry leaves at seven on Monday, the council said.")
    load_one(nights, 1, "The ferry leaves at eight on Monday, the council said.")
    load_one(nights, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        typed = commands("snapshots.md")
        assert len(typed) == 6
        for arguments in typed:
            run(*arguments, "-w", nights.folder)
    return folder


def test_the_commands_on_snapshots_run(folder: Path) -> None:
    assert (folder / "again" / "SHA256SUMS").read_bytes() == (
        folder / "ferries-2025" / "SHA256SUMS"
    ).read_bytes()
    cited = (folder / "ferries-2025" / "README.md").read_text()
    assert "Ida Marsh" in cited
    assert "Ferries in the news" in cited


def test_the_commands_on_backups_run(folder: Path, tmp_path: Path) -> None:
    places = {"/backup": tmp_path / "backup", "~/news": folder / "news", "/disk2": tmp_path}
    typed = commands("backup.md")
    assert len(typed) == 3
    for arguments in typed:
        for place, path in places.items():
            arguments = [one.replace(place, str(path)) for one in arguments]
        run(*arguments)
    assert rows_of(tmp_path / "news") == rows_of(folder / "news")


def test_the_programs_on_reading_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    programs, queries = blocks("python"), blocks("sql")
    # Those in R are run by a test of their own, where R is installed.
    assert (len(programs), len(queries), len(blocks("r"))) == (4, 2, 2)
    for program in programs:
        run_as_reader(program, folder)
    for query in queries:
        assert duckdb.sql(query).fetchall()


def test_the_notebook_runs(folder: Path) -> None:
    program = []
    cells = json.loads(page("notebooks/corpus.ipynb"))["cells"]
    for cell in cells:
        assert not cell.get("outputs"), "it is stored without results"
        if cell["cell_type"] == "code":
            program.append("".join(cell["source"]))
    run_as_reader("\n".join(program), folder)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("program", blocks("r"))
def test_the_programs_in_r_run(folder: Path, program: str) -> None:
    package = re.findall(r"library\((\w+)\)", program)[0]
    asked = ["Rscript", "-e", f'quit(status = !requireNamespace("{package}", quietly = TRUE))']
    if subprocess.run(asked, check=False).returncode:
        pytest.skip(f"the R package {package} is not installed")
    subprocess.run(["Rscript", "-e", program], cwd=folder, check=True)
