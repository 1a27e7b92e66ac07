"""Nights after an upgrade of Broadsheet, with the stored bytes in the raw zone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.nights.night import Desk
from tests.nights.paper import Papers, Reply, published
from tests.pipeline.archives import page
from tests.pipeline.older import made_by_an_older_extractor

pytestmark = pytest.mark.timeout(400)
OUTCOMES = (
    "select url, outcome, reason from documents join runs using (run_id) "
    "where parameters like '%2025-03-{day}%'"
)
VERSIONS = "select url, version, change_reason, text from article_versions order by url, version"
KEPT, GONE = "http://kept.example", "http://gone.example"


def numbered(url: str, number: int) -> str:
    return f"{url}/{number}"


def put(papers: Papers, url: str, text: int, night: int) -> None:
    """Serve a page whose bytes differ from night to night, even if its text does not."""
    papers.replies[url] = Reply(page(text).replace("</nav>", f"<i>Night {night}</i></nav>"))


def put_night(papers: Papers, night: int) -> None:
    """Serve the pages of a night: pages 1 never change, pages 2 in night 1, pages 3 in night 3."""
    for paper in (KEPT, GONE):
        for number, changes in ((1, None), (2, 1), (3, 3)):
            is_changed = changes is not None and night >= changes
            text = number + 100 if is_changed else number
            put(papers, numbered(paper, number), text, night)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The outcomes of two nights after an upgrade, for pages that were fetched before it.

    Attributes:
        outcomes: outcome and reason by night and address.
        reasons: the change_reason of each version, by address.
        kept: whether the first versions are unchanged.
    """

    outcomes: dict[int, dict[str, tuple[str, str | None]]]
    reasons: dict[str, list[str | None]]
    kept: bool


def remove(desk: Desk, name: str) -> None:
    for path in (desk.warehouse / "raw").rglob(f"{name}-*.warc.gz"):
        path.unlink()


def outcomes(desk: Desk, day: int) -> dict[str, tuple[str, str | None]]:
    rows = desk.ask(OUTCOMES.format(day=day))
    return {row["url"]: (row["outcome"], row["reason"]) for row in rows}


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    folder: Path = tmp_path_factory.mktemp("upgrade")
    found = {}
    with published(folder, ("kept", "gone")) as (papers, desk):
        for paper in (KEPT, GONE):
            papers.feed(f"{paper}/feed.xml", *(numbered(paper, n) for n in (1, 2, 3)))
        put_night(papers, 0)
        desk.quick_night(0)
        made_by_an_older_extractor(desk.warehouse)
        before = desk.ask(VERSIONS)
        remove(desk, "gone")
        for night in (1, 3):
            put_night(papers, night)
            desk.quick_night(night)
            found[night] = outcomes(desk, 11 + night)
            for path in (desk.warehouse / "raw" / "2025-03-11").glob("*.warc.gz"):
                path.unlink()  # the pages of night 1 are still there for night 3
        after = desk.ask(VERSIONS)
    reasons: dict[str, list[str | None]] = {}
    for row in after:
        reasons.setdefault(row["url"], []).append(row["change_reason"])
    return Upgrade(found, reasons, before == [row for row in after if row["version"] == 1])


def test_unchanged_pages_are_duplicates_and_changed_ones_are_publisher_revisions(
    upgrade: Upgrade,
) -> None:
    same: Any = ("duplicate", "same_text")
    pages = [numbered(KEPT, number) for number in (1, 2, 3)]
    assert [upgrade.outcomes[1][url] for url in pages] == [same, ("revised", None), same]
    assert [upgrade.reasons[url] for url in pages] == [
        [None],
        [None, "publisher"],
        [None, "publisher"],
    ]


def test_nights_later_the_bytes_of_the_last_unchanged_capture_are_compared(
    upgrade: Upgrade,
) -> None:
    same: Any = ("duplicate", "same_text")
    pages = [numbered(KEPT, number) for number in (1, 2, 3)]
    assert [upgrade.outcomes[3][url] for url in pages] == [same, same, ("revised", None)]


def test_if_the_bytes_were_pruned_the_reason_is_unknown_once(upgrade: Upgrade) -> None:
    pages = [numbered(GONE, number) for number in (1, 2, 3)]
    unknown: list[str | None] = [None, "unknown"]
    assert [upgrade.reasons[url] for url in pages] == [unknown, unknown, [*unknown, "publisher"]]


def test_the_stored_versions_stay_as_they_are(upgrade: Upgrade) -> None:
    assert upgrade.kept
