"""Messages of `broadsheet up`: one for each night that needs a look, with a link to the UI."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from flows.running.process_files import process_of
from tests.service.browser import chromium, launched, opened
from tests.service.existing import Existing
from tests.service.harness import ENDED, Service, until
from tests.service.recipes import block_of, recipe, webhook
from tests.service.slow_site import SlowDesk
from tests.service.test_faults import kill
from tests.sites.many import ManySites
from warehouse.layout import ATTEMPTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
PATIENCE = 400
THIN = "Broadsheet: the night 2025-03-15 is thin"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowDesk]:
    """Return a newsroom that has had four nights with the usual number of articles."""
    with ManySites(2, 8) as site:
        made = SlowDesk(tmp_path_factory.mktemp("messages"), site, delay=0.1)
        made.settings["prefect"]["resumes"] = 1
        made.quick_night(0)
        for night in (1, 2, 3):
            site.next_night(new=5, revised=0)
            made.quick_night(night)
        yield made


@pytest.fixture(scope="module")
def service(desk: SlowDesk) -> Iterator[Service]:
    with Service(desk.warehouse, desk.config) as running:
        yield running


@pytest.fixture(scope="module")
def messages(
    service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[dict[str, str]]]:
    """Register the recipes and yield the messages; a crash is reported after 10 s, not 120."""
    folder = tmp_path_factory.mktemp("recipes")
    server = Existing(folder, service.api)
    with webhook() as (address, messages):
        block = block_of(server, "CustomWebhook", "https://hooks.example/", address)
        for name in ("failed", "thin", "warned"):
            path = recipe(name, block, folder)
            path.write_text(path.read_text().replace("within: 120", "within: 10"))
            server.prefect("automation", "create", "--from-file", path)
        yield messages


def titles(messages: list[dict[str, str]]) -> list[str]:
    return [one["title"] for one in messages]


def test_a_thin_night_has_one_message_whose_link_shows_the_plot(
    desk: SlowDesk, service: Service, messages: list[dict[str, str]]
) -> None:
    desk.listed.write_text(
        desk.listed.read_text() + '\n[[source]]\nname = "Gone"\nhomepage = "http://127.0.0.1:9/"\n'
    )
    night = service.start_run("nightly", night="2025-03-15", config=str(desk.config))
    ended = service.wait_for(night, *ENDED, seconds=PATIENCE)
    assert ended["state"]["type"] == "COMPLETED", ended["state"]
    assert until(lambda: messages, PATIENCE)
    assert titles(messages) == [THIN]
    assert "where 10 are usual" in messages[0]["text"]
    assert "Gone: " in messages[0]["text"]
    link = messages[0]["text"].split()[-1]
    with launched(chromium()) as browser, opened(browser, link) as ui:
        expect(ui.main.get_by_role("heading", name="The night of 2025-03-15")).to_be_visible()
        plot = ui.main.locator("svg[aria-roledescription]")
        expect(plot).to_be_visible()
        expect(plot).to_contain_text("new articles")


def test_a_run_that_dies_causes_a_message_if_it_does_not_resume(
    desk: SlowDesk, service: Service, messages: list[dict[str, str]]
) -> None:
    before = len(messages)
    desk.site.next_night(new=5, revised=0)
    resumed = start_night(desk, service, 16)
    kill(living(service, resumed))
    done = service.wait_for(resumed, *ENDED, attempt=2, seconds=PATIENCE)
    assert done["state"]["type"] == "COMPLETED", done["state"]
    desk.site.next_night(new=5, revised=0)
    left = start_night(desk, service, 17)
    for attempt in (1, 2):
        service.wait_for(left, "RUNNING", attempt=attempt, seconds=PATIENCE)
        kill(living(service, left))
        service.wait_for(left, "AwaitingRetry", "Crashed", seconds=PATIENCE)
    assert until(lambda: len(messages) > before, PATIENCE)
    assert titles(messages)[before:] == ["Broadsheet: nightly 2025-03-17 Crashed"]
    assert messages[-1]["text"].startswith("Died 2 times")
    link = f"http://127.0.0.1:{service.port}/v2/runs/flow-run/{left}"
    assert link in messages[-1]["text"]


def start_night(desk: SlowDesk, service: Service, night: int) -> str:
    return service.start_run(
        "nightly", night=f"2025-03-{night}", sources=["press-00"], config=str(desk.config)
    )


def living(service: Service, flow_run: str) -> int:
    """Wait until the process of a run's present attempt is alive, and return its id."""
    service.wait_for(flow_run, "RUNNING", seconds=PATIENCE)
    mark = service.warehouse / ATTEMPTS / flow_run
    process: int = until(lambda: process_of(mark), PATIENCE)
    return process
