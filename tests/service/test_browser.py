"""The work of an operator who uses nothing but a browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from flows.ingest import ingest
from tests.nights.night import Desk
from tests.pipeline.archives import write_stories
from tests.pipeline.command import ask
from tests.service.browser import Ui, chromium, launched, opened
from tests.service.harness import Service
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FLOWS = ("backfill", "ingest", "nightly", "reprocess")
NIGHT = "2025-03-11"


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A running service with its sources, and a browser."""

    service: Service
    desk: Desk
    browser: Browser
    archive: Path

    @property
    def address(self) -> str:
        return self.service.api.removesuffix("/api")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched(chromium()) as found:
        yield found


@pytest.fixture(scope="module")
def newsroom(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder = tmp_path_factory.mktemp("newsroom")
    # Slow enough that a person can cancel it: 3 publishers with 20 requests of 1.5 seconds.
    with ManySites(3, 20, latency=1.5) as site:
        desk = Desk(folder, site)
        desk.settings["fetch"]["stall_seconds"] = 20.0
        archive = write_stories(folder / "night.warc.gz", range(8))
        with Service(desk.warehouse, desk.config) as service:
            yield Newsroom(service, desk, browser, archive)


@pytest.fixture
def ui(newsroom: Newsroom) -> Iterator[Ui]:
    with opened(newsroom.browser, newsroom.address) as found:
        yield found


def test_an_archive_is_ingested_in_the_browser_alone(newsroom: Newsroom, ui: Ui) -> None:
    ui.open_deployments()
    for name in FLOWS:
        expect(ui.main.get_by_role("link", name=name, exact=True).first).to_be_visible()
    form = ui.open_form("ingest")
    form.add(newsroom.archive)
    form.start()
    ui.see_state("Completed")
    ui.open_artifact("ingest-outcomes")
    expect(ui.main.get_by_role("row", name="loaded")).to_contain_text("8")
    rows = ask(
        newsroom.desk.warehouse, "select count(*) as n from articles where url like '%cour%'"
    )
    assert rows == [{"n": 8}]


def test_the_form_describes_every_parameter_and_offers_no_choice_of_types(ui: Ui) -> None:
    form = ui.open_form("ingest")
    for parameter in ingest.parameters.properties.values():
        ui.see(parameter["description"])
    for name in ("source", "warehouse", "workers", "limit", "config"):
        expect(form.field(name)).to_be_editable()
    expect(ui.page.get_by_text("None", exact=True)).to_have_count(0)


def test_a_form_without_a_path_is_refused_at_the_field_of_the_path(ui: Ui) -> None:
    form = ui.open_form("ingest")
    form.submit()
    ui.see("'paths' is a required property")


def test_a_limit_of_zero_is_refused_at_its_field(newsroom: Newsroom, ui: Ui) -> None:
    form = ui.open_form("ingest")
    form.add(newsroom.archive)
    form.field("limit").fill("0")
    form.submit()
    output = form.field("limit").evaluate("field => field.validationMessage")
    assert "greater than or equal to 1" in output
    expect(ui.page.get_by_role("button", name="Submit")).to_be_visible()


def test_a_path_that_does_not_exist_fails_with_a_sentence(newsroom: Newsroom, ui: Ui) -> None:
    form = ui.open_form("ingest")
    form.add(newsroom.desk.folder / "nowhere.warc")
    form.start()
    ui.see_state("Failed")
    ui.open_tab("Details")
    ui.see(re.compile(r"nowhere\.warc does not exist; give the path of a file or folder"))


def test_the_artifacts_of_an_ingest_show_its_results(newsroom: Newsroom, ui: Ui) -> None:
    form = ui.open_form("ingest")
    form.add(newsroom.archive)
    form.field("source").fill("Harbour Courier")
    form.start()
    ui.see_state("Completed")
    address = ui.page.url
    ui.open_artifact("ingest-progress")
    ui.see("Done")
    ui.page.goto(address)
    ui.open_artifact("ingest")
    expect(ui.main.get_by_role("heading", name="Where it is")).to_be_visible()
    ui.see(str(newsroom.desk.warehouse / "news.duckdb"))


def test_a_night_is_cancelled_and_retried_and_every_article_is_loaded_once(
    newsroom: Newsroom, ui: Ui
) -> None:
    form = ui.open_form("nightly")
    form.pick(NIGHT)
    flow_run = form.start()
    ui.see(re.compile("fetching pages="), seconds=150)
    ui.choose("Cancel")
    ui.see_state("Cancelled")
    ui.choose("Retry")
    ui.see_state("Completed")
    assert newsroom.service.read_run(flow_run)["run_count"] == 2
    rows = ask(
        newsroom.desk.warehouse,
        "select count(*) as n, count(distinct url) as urls from documents "
        "where url like '%press-%' and outcome = 'loaded'",
    )
    assert rows == [{"n": 60, "urls": 60}]
    ui.open_artifact("night")
    expect(ui.main.get_by_role("heading", name=f"The night of {NIGHT}")).to_be_visible()
    expect(ui.main.get_by_role("row", name=re.compile("press-0"))).to_have_count(3)
    loaded = ui.main.get_by_role("columnheader").all_inner_texts().index("loaded")
    cells = ui.main.get_by_role("row", name=re.compile("press-01")).get_by_role("cell")
    assert cells.nth(loaded).inner_text() == "20"


def test_the_ui_asks_for_the_login_and_accepts_the_right_one(
    browser: Browser, tmp_path: Path
) -> None:
    secret = {"PREFECT_SERVER_API_AUTH_STRING": "desk:tidewater"}
    with (
        Service(tmp_path / "w", **secret) as service,
        opened(browser, service.api.removesuffix("/api")) as ui,
    ):
        field = ui.page.get_by_placeholder("admin:pass")
        field.fill("desk:wrong")
        ui.page.get_by_role("button", name="Login").click()
        ui.see(re.compile("invalid|unauthorized|failed", re.IGNORECASE))
        field.fill("desk:tidewater")
        ui.page.get_by_role("button", name="Login").click()
        ui.open_deployments()
        expect(ui.main.get_by_role("link", name="nightly", exact=True).first).to_be_visible()
