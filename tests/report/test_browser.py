"""The report in a real browser without a network: light and dark, small, by keyboard, on paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from config.settings import load_settings
from tasks.report.corpus_report import ReportRequest, make_report
from tests.report.corpora import hostile
from tests.service.browser import chromium, launched

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hostile(tmp_path_factory.mktemp("browser") / "news").folder
    return make_report(ReportRequest(), load_settings(warehouse=folder))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched(chromium()) as one:
        yield one


def shown(browser: Browser, report: Path, said: list[str], **options: Any) -> Page:
    """Return the report in a fresh context without a network; `said` gets what the console says."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if request.url[:4] == "http" else 0)
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(report.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 360])
def test_it_opens_offline_and_can_be_read(
    browser: Browser, report: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    said: list[str] = []
    size = {"width": width, "height": 800}
    page = shown(browser, report, said, color_scheme=scheme, viewport=size)
    assert page.get_by_role("heading", level=1).inner_text().startswith("28 articles")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    pictures = page.locator("svg:visible")
    assert pictures.count() >= 7
    for box in (pictures.nth(n).bounding_box() for n in range(pictures.count())):
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] > 20
    assert said == []
    page.context.close()


def test_the_labels_of_pictures_keep_their_size_on_a_phone(browser: Browser, report: Path) -> None:
    page = shown(browser, report, [], viewport={"width": 360, "height": 740})
    least = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text')]"
        ".map(e => e.getBoundingClientRect().height).filter(h => h))"
    )
    assert least >= 11
    page.context.close()


def test_sql_and_rows_open_by_keyboard_and_rows_download(browser: Browser, report: Path) -> None:
    page = shown(browser, report, [], accept_downloads=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the contents"
    summary = page.get_by_text("SQL", exact=True).first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("pre").first.is_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").first.click()
    assert re.fullmatch(r"\w+\.csv", downloading.value.suggested_filename)
    assert downloading.value.path().read_text("utf-8").startswith("gap,")
    page.context.close()


def test_on_paper_it_is_light_and_whole(browser: Browser, report: Path) -> None:
    page = shown(browser, report, [], color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 29, 32)"
    assert not page.locator("nav").is_visible()
    assert page.locator("svg.wide").first.is_visible()
    assert page.pdf(format="A4")[:5] == b"%PDF-"
    page.context.close()
