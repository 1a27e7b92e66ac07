"""The demo's two nights: the flow `nightly` fetches invented publishers twice."""

import json
from datetime import date
from pathlib import Path

from rich.console import Console

from config.settings import load_settings
from flows.demo.prefect_start import start_prefect
from flows.demo.server import SITE, DemoSite, serve
from flows.terminal.screen import styled
from flows.terminal.tables import night_table
from tasks.jobs.nightly import NightRequest
from tasks.jobs.report import night_line, visits_of_run

_NIGHTS = (date(2025, 3, 11), date(2025, 3, 12))


def run_nights(console: Console, folder: Path) -> None:
    """Run the flow `nightly` for two nights; the sites change in between.

    Args:
        console: the console on which the results are printed.
        folder: the warehouse.
    """
    with serve() as site:
        config = _write_settings(folder, site)
        settings = load_settings(config, warehouse=folder)
        console.print(
            f"Serving {len(site.hosts)} invented publishers on 127.0.0.1:{site.port}, one of which "
            f"is dead.\nFetching them into {folder} by the Prefect flow `nightly`."
        )
        start_prefect(console)
        from flows.nightly import run_as_flow

        for number, night in enumerate(_NIGHTS, start=1):
            site.show_night(number)
            summary = run_as_flow(NightRequest(night), settings, wait=False, config=config)
            visits = visits_of_run(summary)
            line = night_line(summary, visits)
            console.print(styled("bold", f"\nNight {number}, {night}:", f" {line}\n"))
            console.print(night_table(visits))
        requests = len(site.requests)
    console.print(f"\n{requests} requests in all. Every byte is kept: {folder / 'raw'}")


def _write_settings(folder: Path, site: DemoSite) -> Path:
    """Write a broadsheet.toml that leads to the publishers on loopback, and return its path."""
    hosts = "\n".join(
        f"{json.dumps(host)} = {json.dumps(address)}" for host, address in site.hosts.items()
    )
    path = folder / "broadsheet.toml"
    path.write_text(
        f"sources = {json.dumps(str(SITE / 'sources.toml'))}\n\n"
        "[publish]\nreport = false\n\n"  # the demo makes it once, at its end
        f"[fetch]\nretry_seconds = 0.5\nfree_bytes = 0\n\n[fetch.hosts]\n{hosts}\n",
        "utf-8",
    )
    return path
