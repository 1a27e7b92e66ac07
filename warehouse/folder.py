"""The folder of a warehouse: its absolute path, and whether it can be one."""

import os
import re
from pathlib import Path

from config.errors import UsageError
from warehouse.layout import RUNS_FOLDER

# Characters that the path of a warehouse cannot have. DuckDB reads the first three as a pattern in
# a file name. Lone surrogates stand for bytes that are not UTF-8, which no view can name.
UNUSABLE = re.compile(r"[?*\[\ud800-\udfff]")


def make_warehouse(path: Path) -> Path:
    """Make the warehouse's folder and return its absolute path.

    Raises:
        UsageError: the folder cannot be made or written to, or its path cannot be used.
    """
    folder = absolute(path)
    if unusable := UNUSABLE.search(str(folder)):
        raise UsageError(
            f"The warehouse {folder} cannot have {unusable[0]!r} in its path, which DuckDB reads "
            "as a pattern: name another by --warehouse."
        )
    try:
        (folder / RUNS_FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"Cannot make the warehouse {folder}: {error.strerror}; name another by --warehouse."
        ) from error
    return folder


def absolute(path: Path) -> Path:
    """Return the absolute path by which views and tables name a warehouse; links are kept."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (resolve() follows links)
