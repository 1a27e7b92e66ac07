"""An upgrade of Broadsheet is not taken for a change by the publisher, for archives."""

import json
import shutil
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.archives import page, story, url_of, write_warc
from tests.pipeline.command import ask, run, start
from tests.pipeline.older import made_by_an_older_broadsheet, made_by_an_older_extractor
from tests.pipeline.test_kills import kill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
VERSIONS = "select url, version, change_reason, text from article_versions order by url, version"
OUTCOMES = (
    "select url, outcome, reason from documents where run_id = (select max(run_id) from runs)"
)
MAPPED = ("--map", "text=story", "--map", "url=address")
# Numbers of pages, named after what happens to each page after the upgrade.
SAME, CHANGED, CAPTURED_BEFORE, CHANGED_BEFORE, GONE, DAMAGED, REPLACED = range(1, 8)
ROW_SAME, ROW_CHANGED = 8, 9
Versions = dict[str, list[str | None]]
Outcomes = dict[str, set[tuple[str, str | None]]]


def touched(number: int) -> str:
    """Return a page with the same story but other bytes."""
    return page(number).replace("</nav>", "<i>An advertisement.</i></nav>")


def saved(number: int) -> str:
    """Return a page as a browser saves it, with its address in the page only."""
    return page(number).replace("<title>", f"<link rel=canonical href='{url_of(REPLACED)}'><title>")


def write_rows(path: Path, stories: dict[int, str]) -> None:
    rows = [{"address": url_of(number), "story": text} for number, text in stories.items()]
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("rows.jsonl", "\n".join(map(json.dumps, rows)))


def write_past(folder: Path) -> None:
    """Write the archives that are ingested before the upgrade."""
    folder.mkdir()
    kept = (SAME, CHANGED, CAPTURED_BEFORE, CHANGED_BEFORE)
    for name, numbers in {"kept": kept, "gone": (GONE,), "damaged": (DAMAGED,)}.items():
        write_warc(folder / f"{name}.warc.gz", {url_of(n): page(n) for n in numbers})
    (folder / "raw").mkdir()  # an archive's own, not the raw zone
    write_rows(folder / "raw" / "rows.zip", {n: story(n) for n in (ROW_SAME, ROW_CHANGED)})
    (folder / "saved.html").write_text(saved(REPLACED))


def spoil_past(folder: Path) -> None:
    (folder / "gone.warc.gz").unlink()
    whole = (folder / "damaged.warc.gz").read_bytes()
    spoilt = whole[:200] + b"\0" * (len(whole) - 400) + whole[-200:]
    (folder / "damaged.warc.gz").write_bytes(spoilt)
    (folder / "saved.html").write_text(saved(REPLACED + 100))


def write_present(folder: Path) -> None:
    """Write the archives that are ingested after the upgrade."""
    folder.mkdir()
    after = {n: touched(n) for n in (SAME, GONE, DAMAGED)} | {CHANGED: page(CHANGED + 100)}
    before = {CAPTURED_BEFORE: touched(CAPTURED_BEFORE), CHANGED_BEFORE: page(CHANGED_BEFORE + 100)}
    for day, pages in ((10, before), (12, after), (13, {GONE: page(GONE + 100)})):
        captures: dict[str, bytes | str] = {url_of(n): body for n, body in pages.items()}
        write_warc(folder / f"{day}.warc.gz", captures, day=day)
    changed = {ROW_SAME: story(ROW_SAME) + " \n", ROW_CHANGED: story(ROW_CHANGED + 100)}
    write_rows(folder / "rows.zip", changed)


def versions(warehouse: Path) -> Versions:
    """Return the change reasons of each article's versions, by its address."""
    found: Versions = {}
    for row in ask(warehouse, VERSIONS):
        found.setdefault(row["url"] or url_of(REPLACED), []).append(row["change_reason"])
    return found


def outcomes(warehouse: Path) -> Outcomes:
    """Return outcome and reason of the newest run's documents, by address."""
    found: Outcomes = {}
    for row in ask(warehouse, OUTCOMES):
        url = row["url"] or url_of(REPLACED)
        found.setdefault(url, set()).add((row["outcome"], row["reason"]))
    return found


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A warehouse that an older extractor filled, after two runs of the present one.

    Attributes:
        versions, outcomes: the versions and outcomes after the first run.
        kept: whether no stored version was changed.
        then, versions_then: the outcomes and versions after the second run, before which the
            oldest archives were removed.
    """

    versions: Versions
    outcomes: Outcomes
    kept: bool
    then: Outcomes
    versions_then: Versions


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    folder = tmp_path_factory.mktemp("upgrade")
    warehouse, past, present = folder / "w", folder / "past", folder / "present"
    write_past(past)
    run("ingest", past, *MAPPED, "-w", warehouse)
    made_by_an_older_extractor(warehouse)
    before = [row for row in ask(warehouse, VERSIONS)]
    spoil_past(past)
    write_present(present)
    run("ingest", present, past / "saved.html", *MAPPED, "-w", warehouse)
    first, found = versions(warehouse), outcomes(warehouse)
    after = [row for row in ask(warehouse, VERSIONS) if row["version"] == 1]
    shutil.rmtree(past)
    later = {SAME: page(SAME) + "<!-- -->", GONE: page(204), CHANGED: page(202)}
    archive = write_warc(folder / "later.warc.gz", {url_of(n): p for n, p in later.items()}, day=14)
    run("ingest", archive, "-w", warehouse)
    return Upgrade(first, found, before == after, outcomes(warehouse), versions(warehouse))


@pytest.mark.parametrize("number", [SAME, CAPTURED_BEFORE, ROW_SAME])
def test_a_page_whose_stored_bytes_give_its_text_is_a_duplicate(
    upgrade: Upgrade, number: int
) -> None:
    assert upgrade.outcomes[url_of(number)] == {("duplicate", "same_text")}
    assert upgrade.versions[url_of(number)] == [None]


def test_the_stored_versions_stay_as_they_are(upgrade: Upgrade) -> None:
    assert upgrade.kept


@pytest.mark.parametrize(
    ("number", "reason"),
    [(CHANGED, "publisher"), (CHANGED_BEFORE, "publisher"), (ROW_CHANGED, "input")],
)
def test_a_page_whose_stored_bytes_give_another_text_is_revised(
    upgrade: Upgrade, number: int, reason: str
) -> None:
    assert upgrade.outcomes[url_of(number)] == {("revised", None)}
    assert upgrade.versions[url_of(number)] == [None, reason]


@pytest.mark.parametrize("number", [DAMAGED, REPLACED])
def test_the_reason_of_a_change_is_unknown_if_the_stored_bytes_are_gone(
    upgrade: Upgrade, number: int
) -> None:
    assert upgrade.versions[url_of(number)] == [None, "unknown"]


def test_only_the_first_of_several_revisions_in_a_run_has_an_unknown_reason(
    upgrade: Upgrade,
) -> None:
    assert upgrade.versions[url_of(GONE)] == [None, "unknown", "publisher"]


def test_a_page_that_was_compared_once_is_not_read_again(upgrade: Upgrade) -> None:
    assert upgrade.then[url_of(SAME)] == {("duplicate", "same_text")}
    for number in (GONE, CHANGED):
        assert upgrade.versions_then[url_of(number)][-1] == "publisher"


def test_another_version_of_broadsheet_counts_as_another_extractor(tmp_path: Path) -> None:
    warehouse = tmp_path / "w"
    first = write_warc(tmp_path / "first.warc.gz", {url_of(SAME): page(SAME)})
    run("ingest", first, "-w", warehouse)
    made_by_an_older_broadsheet(warehouse)
    again = write_warc(tmp_path / "again.warc.gz", {url_of(SAME): touched(SAME)}, day=12)
    run("ingest", again, "-w", warehouse)
    assert outcomes(warehouse) == {url_of(SAME): {("duplicate", "same_text")}}


def test_a_run_that_was_killed_while_it_read_stored_pages_can_be_resumed(tmp_path: Path) -> None:
    warehouse, numbers = tmp_path / "w", range(1, 61)
    old = write_warc(tmp_path / "old.warc.gz", {url_of(n): page(n) for n in numbers})
    now = {url_of(n): page(n + 100) if n % 10 == 0 else touched(n) for n in numbers}
    new = write_warc(tmp_path / "new.warc.gz", now, day=12)
    run("ingest", old, "-w", warehouse)
    made_by_an_older_extractor(warehouse)
    process = start("ingest", new, "-w", warehouse)
    while not list(warehouse.glob("runs/*/stored/*/0/batches")) and process.poll() is None:
        time.sleep(0.002)  # the only way to see another process's files appear
    kill(process)
    assert process.returncode == -9
    run("ingest", new, "-w", warehouse)
    assert not list((warehouse / "runs").iterdir())
    revised = {url: found for url, found in versions(warehouse).items() if len(found) > 1}
    assert revised == {url_of(n): [None, "publisher"] for n in numbers if n % 10 == 0}
    assert (
        sum(found == {("duplicate", "same_text")} for found in outcomes(warehouse).values()) == 54
    )
