"""The demo's publishers and a configuration that finds them, for commands run in a folder."""

import json
from pathlib import Path

from flows.demo.server import SITE, DemoSite


def write_config(folder: Path, site: DemoSite, *, sources: Path = SITE / "sources.toml") -> Path:
    """Write a broadsheet.toml for the running site and return its path."""
    hosts = "\n".join(f"{json.dumps(host)} = {json.dumps(at)}" for host, at in site.hosts.items())
    path = folder / "broadsheet.toml"
    path.write_text(
        f"sources = {json.dumps(str(sources))}\nworkers = 2\n\n"
        f"[fetch]\ndelay = 0.0\nretry_seconds = 0.2\nfree_bytes = 0\n\n[fetch.hosts]\n{hosts}\n",
        "utf-8",
    )
    return path
