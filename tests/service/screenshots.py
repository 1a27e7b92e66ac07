"""A program that takes the pictures of docs/images: `python -m tests.service.screenshots`.

It runs two nights of the demo's invented publishers in the service, and takes pictures of its UI.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FloatRect

from flows.demo.server import DemoSite, serve
from tests.jobs.site import write_config
from tests.service.browser import Ui, chromium, launched, opened
from tests.service.harness import Service

WIDTH = 1280
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="news-") as folder,
        serve() as site,
        launched(chromium()) as browser,
    ):
        config = write_config(Path(folder), site)
        with Service(Path(folder) / "warehouse", config) as service:
            _take(service, site, browser)


def _take(service: Service, site: DemoSite, browser: Browser) -> None:
    with opened(browser, service.api.removesuffix("/api")) as ui:
        for number in (1, 2):
            site.show_night(number)
            form = ui.open_form("nightly")
            form.pick(f"2025-03-1{number}")
            form.start()
            ui.see_state("Completed")
        ui.open_artifact("night")
        ui.page.get_by_role("img").or_(
            ui.page.locator("svg[aria-roledescription]")
        ).first.wait_for()
        _shoot(ui, "night", 1820, left=256)
        ui.open_deployments()
        ui.main.get_by_role("link", name="nightly", exact=True).first.wait_for()
        _shoot(ui, "deployments", 500)
        form = ui.open_form("ingest")
        form.field("warehouse").fill("/home/desk/news")
        form.field("config").fill("/home/desk/broadsheet.toml")
        form.field("source").fill("Harbour Courier")
        form.add("/home/desk/archive/*.warc.gz")
        _shoot(ui, "run-form", 990)


def _shoot(ui: Ui, name: str, height: int, *, left: int = 0) -> None:
    """Take a picture of the page.

    Args:
        left: the width that is cut off at the left, such as that of the UI's menu.
    """
    ui.page.set_viewport_size({"width": WIDTH, "height": height})
    ui.page.evaluate("() => window.scrollTo(0, 0)")
    path = IMAGES / f"{name}.png"
    clip: FloatRect = {"x": left, "y": 0, "width": WIDTH - left, "height": height}
    ui.page.screenshot(path=path, clip=clip)
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
