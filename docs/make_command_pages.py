"""Writes docs/commands/: a page per command, with its help and examples with their real output.

`make docs` runs it. It takes a few minutes, because it runs two nights of the demo's publishers and
then every example of docs/commands/examples.toml, in that order, in one folder. With --help-only it
takes seconds: the examples of the present pages stay.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import typer
from typer.testing import CliRunner

from flows.cli import app
from flows.demo import CORPUS
from flows.demo.server import SITE, DemoSite, serve

PAGES = Path(__file__).with_name("commands")
INDEX = PAGES / "README.md"
HOME = "/home/ida/desk"  # stands for the folder in which the examples ran
BEGIN, END = "## Example\n\n```console\n", "\n```\n\n## Help\n"
WIDTH = "80"
# What differs from run to run or between machines, and what stands for it.
_VARYING = [
    (r"\b20\d{6}T\d{6,12}Z-[0-9a-f]{8}", "20250312T020000000000Z-1a2b3c4d"),
    (r"\b20\d{6}T\d{12}Z", "20250312T020000000000Z"),
    (r"(?<![\d.])0\.\d+\.\d+(\.dev\d+)?(\+g[0-9a-f]+)?(\.dirty)?", "X.Y.Z"),
    (r"\b20(2[6-9]|[3-9]\d)-\d\d-\d\d([ T])\d\d:\d\d(:\d\d(\.\d+)?)?", r"2025-03-12\g<2>02:00"),
    (r"\b20(2[6-9]|[3-9]\d)-\d\d-\d\d", "2025-03-12"),
    (r"\d+(\.\d+)?(\s+)s\b", r"1.0\2s"),
    (r"[\d,]+ documents/s", "50 documents/s"),
    (r"\d[\d,]*(\.\d+)? ([kMG]?B)\b", r"1.0 \2"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:4200"),
    (r"\b[0-9a-f]{64}\b", "0" * 64),
    (r"process \d+(?=\)|\s*\n|\s*$)", "process 4321"),
    (r"Python: [\d.]+", "Python: 3.13.1"),
]


@dataclass(frozen=True, slots=True)
class CommandPage:
    """An entry of examples.toml.

    Attributes:
        name: the command.
        about: what it is for, in a sentence or two.
        see: a page of docs/ that says more.
        before: lines that are run first and not shown.
        examples: lines that are run and shown with their output.
        site: the night of the demo's publishers that is served from here on; 0: as before.
        service: whether the examples start Prefect.
    """

    name: str
    about: str
    see: str
    examples: tuple[str, ...]
    before: tuple[str, ...] = ()
    site: int = 0
    service: bool = False


def entries() -> list[CommandPage]:
    """Return the entries of examples.toml, in the order in which their examples run."""
    found = tomllib.loads((PAGES / "examples.toml").read_text("utf-8"))["command"]
    return [CommandPage(**entry) for entry in found]


def help_of(name: str) -> str:
    """Return the help of a command, and of each of its own commands, as 80 columns show it."""
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    inner = [[name, one] for one in getattr(command, "commands", ())]
    with patch.dict(os.environ, {"COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH, "NO_COLOR": "1"}):
        shown = [
            CliRunner().invoke(app, [*words, "--help"], prog_name="broadsheet").stdout
            for words in [[name], *inner]
        ]
    return "\n\n".join("\n".join(map(str.rstrip, one.strip().splitlines())) for one in shown)


def page_of(entry: CommandPage, transcript: str) -> str:
    """Return the text of a page; the transcript is the example with its output."""
    return (
        f"# broadsheet {entry.name}\n\n{entry.about}\n\nMore: [{entry.see}](../{entry.see})\n\n"
        f"{BEGIN}{transcript}{END}\n```text\n{help_of(entry.name)}\n```\n"
    )


def index_page() -> str:
    """Return the list of all pages, in the order in which `broadsheet --help` lists commands."""
    about = {entry.name: entry.about for entry in entries()}
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    rows = [f"| [{name}]({name}.md) | {about.get(name, '')} |" for name in commands]
    head = (
        "# Commands\n\nMade by `make docs` from `examples.toml` and the program; do not edit. The "
        "examples run on the demo's two nights and archive. Times, sizes, ids of runs and the "
        f"folder `{HOME}` stand for what differs from run to run.\n"
    )
    return "\n".join([head, "| command | what it is for |", "|---|---|", *rows, ""])


def transcript_on(page: str) -> str:
    """Return the example with its output that a page shows."""
    return page.partition(BEGIN)[2].partition(END)[0]


def transcripts(folder: Path, *, service: bool = True) -> Iterator[tuple[CommandPage, str]]:
    """Run the examples in a folder, and yield each entry with its example and output.

    Args:
        service: also run those that start Prefect.
    """
    with serve() as site:
        environment = _prepared(folder, site)
        for entry in entries():
            if entry.site:
                site.show_night(entry.site)
            if entry.service and not service:
                continue
            for line in entry.before:
                _output(line, folder, environment)
            shown = [f"$ {line}\n{_output(line, folder, environment)}" for line in entry.examples]
            yield entry, "\n".join(map(str.rstrip, shown))


def steady(text: str, folder: Path) -> str:
    """Return an output without what differs from run to run."""
    text = text.replace(str(folder.resolve()), HOME).replace(str(folder), HOME)
    for pattern, stand_in in _VARYING:
        text = re.sub(pattern, stand_in, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _prepared(folder: Path, site: DemoSite) -> Mapping[str, str]:
    """Write the settings, the sources and the program; return the environment of the examples."""
    hosts = "\n".join(f'"{host}" = "{address}"' for host, address in site.hosts.items())
    (folder / "broadsheet.toml").write_text(
        'warehouse = "news"\nworkers = 1\n\n[publish]\nreport = false\n\n[fetch]\n'
        f"retry_seconds = 0.2\nfree_bytes = 0\n\n[fetch.hosts]\n{hosts}\n",
        "utf-8",
    )
    (folder / "sources.toml").write_bytes((SITE / "sources.toml").read_bytes())
    program = folder / ".bin" / "broadsheet"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -P -c '
        '"import sys; sys.argv[0] = \'broadsheet\'; from flows.cli import main; main()" "$@"\n'
    )
    program.chmod(0o755)
    return {
        **{name: value for name, value in os.environ.items() if "BROADSHEET_" not in name},
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PREFECT_HOME": str(folder / ".prefect"),  # no deployments of earlier runs
        "COLUMNS": WIDTH,
        "TERMINAL_WIDTH": WIDTH,
        "NO_COLOR": "1",
        "TZ": "UTC",
        "CORPUS": str(CORPUS),
    }


def _output(line: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a line in a shell; return what it prints to both streams."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    text = steady(done.stdout.decode("utf-8"), folder)
    if "Traceback" in text:
        raise RuntimeError(f"{line}\n{text}")
    return text


def main() -> None:
    if "--help-only" in sys.argv:
        pages = {entry.name: PAGES / f"{entry.name}.md" for entry in entries()}
        shown = [
            (entry, transcript_on(pages[entry.name].read_text("utf-8")))
            for entry in entries()
            if pages[entry.name].exists()
        ]
        made: Iterator[tuple[CommandPage, str]] = iter(shown)
        _write(made)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _write(transcripts(Path(folder).resolve()))
    INDEX.write_text(index_page(), "utf-8")


def _write(made: Iterator[tuple[CommandPage, str]]) -> None:
    for entry, transcript in made:
        print(entry.name, flush=True)
        (PAGES / f"{entry.name}.md").write_text(page_of(entry, transcript), "utf-8")


if __name__ == "__main__":
    main()
