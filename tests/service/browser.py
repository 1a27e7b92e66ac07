"""The Prefect UI in a real browser, by the steps that a person takes there.

The browser is the machine's chromium, or the program that CHROMIUM names; none is downloaded. It
can reach this machine only.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SIZE = (1280, 900)
SECONDS = 60  # for a page to be there, on a machine that does much else
RUN_SECONDS = 150  # for a flow run to get somewhere


def chromium() -> str:
    """Return the path of a chromium; without one, skip the test, or fail it in CI."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path and Path(path).is_file():
        return path
    reason = "there is no chromium: install one, or name its path in CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Start a browser without a window."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator["Ui"]:
    """Open the UI in a fresh browser context, without cookies or stored data."""
    width, height = SIZE
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    context.set_default_timeout(SECONDS * 1000)
    try:
        page = context.new_page()
        page.goto(address)
        yield Ui(page)
    finally:
        context.close()


class Ui:
    """A browser tab with the UI."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def see(self, text: str | re.Pattern[str], *, seconds: float = SECONDS) -> None:
        """Wait until a text is visible."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def open_deployments(self) -> None:
        self.page.get_by_role("link", name="Deployments").first.click()
        self.see(re.compile(r"\d+ Deployments?"))

    def open_form(self, deployment: str) -> "Form":
        """Go to a deployment's run form, from any page."""
        self.open_deployments()
        self.main.get_by_role("link", name=deployment, exact=True).first.click()
        self.main.get_by_role("button", name="Run", exact=True).click()
        custom = self.page.get_by_role("menuitem", name="Custom run")
        submit = self.page.get_by_role("button", name="Submit")
        expect(custom.or_(submit)).to_be_visible()
        if custom.is_visible():
            custom.click()
        expect(submit).to_be_visible()
        self.page.wait_for_load_state("networkidle")  # its values are set anew by a late answer
        return Form(self)

    def see_state(self, state: str, *, seconds: float = RUN_SECONDS) -> None:
        """Wait until the page of a run shows a state."""
        shown = self.main.get_by_text(state, exact=True).first
        expect(shown).to_be_visible(timeout=seconds * 1000)

    def open_tab(self, name: str) -> None:
        """Open a tab of a run's page."""
        self.page.get_by_role("tab", name=name, exact=True).click()

    def choose(self, action: str) -> None:
        """Choose an action in a run's menu, and confirm it in the dialog that follows."""
        self.main.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name=action).click()
        dialog = self.page.get_by_role("alertdialog").or_(self.page.get_by_role("dialog"))
        dialog.get_by_role("button", name=action).last.click()

    def open_artifact(self, key: str) -> None:
        """Go from the page of a run to the newest artifact with a key."""
        self.open_tab("Artifacts")
        panel = self.page.get_by_role("tabpanel", name="Artifacts")
        panel.get_by_role("link").filter(
            has=self.page.get_by_role("heading", name=key, exact=True)
        ).click()
        self.main.get_by_role("link", name=re.compile(r"^[0-9a-f]{8}$")).first.click()
        self.page.wait_for_url("**/artifacts/artifact/**")


class Form:
    """The run form of a deployment."""

    def __init__(self, ui: Ui) -> None:
        self.ui = ui
        self.page = ui.page

    def field(self, name: str) -> Locator:
        """Return the field of an optional parameter."""
        return self.page.get_by_label(f"{name} (Optional)", exact=True)

    def add(self, item: str | Path) -> None:
        """Add an item to the form's first list."""
        self.page.get_by_role("button", name="Add item").first.click()
        handle = self.page.get_by_role("button", name="Drag to reorder").last
        field = handle.locator("..").get_by_role("textbox")
        field.fill(str(item))
        field.blur()
        expect(field).to_have_value(str(item))

    def pick(self, day: str) -> None:
        """Enter a date into the form's first date field."""
        self.page.get_by_role("button", name="Pick a date").or_(
            self.page.get_by_text("Pick a date")
        ).first.click()
        self.page.get_by_label("Date (yyyy-MM-dd)").fill(day)
        self.page.keyboard.press("Escape")

    def submit(self) -> None:
        self.page.get_by_role("button", name="Submit").click()

    def start(self) -> str:
        """Start the run, open its page and return its id."""
        for _ in range(5):  # a person, too, would press again if the server was too busy
            with self.page.expect_response(re.compile("create_flow_run")) as answered:
                self.submit()
            if answered.value.status != 503:
                break
        assert answered.value.ok, answered.value.text() + str(answered.value.request.post_data)
        flow_run = str(answered.value.json()["id"])
        self.page.locator(f"a[href*='{flow_run}']").first.click()
        self.page.get_by_role("tab", name="Artifacts", exact=True).wait_for()
        return flow_run
