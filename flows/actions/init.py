"""The command `init`: write the two settings files with which a new user begins."""

from config.errors import UsageError
from config.place import DEFAULTS, LOCAL_FILE
from config.source_entries import TEMPLATE
from config.sources import DEFAULT_FILES
from flows.terminal.screen import screen

console = screen()


def init_command() -> None:
    """Write ./broadsheet.toml, with all defaults commented out, and an empty ./sources.toml.

    A file that exists is left as it is.

    Raises:
        UsageError: both files exist.
    """
    lines = DEFAULTS.read_text("utf-8").splitlines()
    files = {
        LOCAL_FILE: "\n".join(map(_commented, lines)) + "\n",
        DEFAULT_FILES[0]: TEMPLATE.read_text("utf-8"),
    }
    missing = {path: text for path, text in files.items() if not path.exists()}
    if not missing:
        names = f"{LOCAL_FILE} and {DEFAULT_FILES[0]}"
        raise UsageError(f"{names} exist already; they were left as they are.")
    for path, text in missing.items():
        path.write_text(text, "utf-8")
    console.print(
        f"Wrote {' and '.join(map(str, missing))}. Uncomment the settings that you want to change; "
        "`broadsheet sources add URL` adds a publisher.",
        soft_wrap=True,
    )


def _commented(line: str) -> str:
    """Return a line commented out; section headers stay, so that keys can be uncommented alone."""
    return line if not line or line.startswith(("#", "[")) else f"# {line}"
